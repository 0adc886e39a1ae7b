"""What a connector to an outside system must offer, and what it is given. Owned here so that nothing below knows Slack.

A connector does no retrying, no ordering and no storing: the worker does. It raises UnavailableError with what it knows
(permanent or not, when to try again, whether the outcome is unclear) and nothing else on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that one connector can reach: `connector` is its name ("email", "webhook", "room", later "slack"),
    `address` what it needs to find the place (a mail address, a URL, a channel ID)."""

    connector: str
    address: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one destination, with all that is needed to render it again exactly.

    `identity` is unique for ever and travels with the message where the outside can carry it. `thread` groups messages
    of one incident ("INC-12"). `kind` says what it is ("update", "reminder", "declared" …). `data` is JSON: more for
    connectors that show more than words.
    """

    identity: str
    destination: Destination
    kind: str
    thread: str
    subject: str
    text: str
    html: str = ""
    url: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the outside answered: its own id for the message and an address to see it, "" where it has none."""

    external_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """The answer of a connector's self-check. `mend` says what to do when it is not well."""

    is_well: bool
    summary: str
    mend: str = ""


class Connector(Protocol):
    """Sends to one kind of outside system."""

    @property
    def name(self) -> str: ...

    def send(self, outgoing: Outgoing) -> Receipt:
        """Send it. *Raises* UnavailableError."""
        ...

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look for a message sent earlier with this identity, after an unclear outcome. None: it is not there.

        *Raises* UnavailableError; a connector that cannot look says so with `is_permanent` True.
        """
        ...

    def probe(self) -> Probe:
        """Check settings and reach the service without sending anything. Never raises."""
        ...
