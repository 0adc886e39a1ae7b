"""What a connector to an outside system must offer, and what it is given. Owned here so that nothing below knows Slack.

A connector does no retrying, no ordering and no storing: the worker does. It raises UnavailableError with what it knows
(permanent or not, when to try again, whether the outcome is unclear) and nothing else on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from tocsin.errors import UnavailableError


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

    `fold`: where it is not "", an earlier message with the same fold to the same place that has not left yet is
    replaced by this one. `follows` is the identity of a message this one replies to or edits; it waits for that one,
    whose receipt then arrives as `parent` (None when that one was never sent). The worker sets `parent` and
    `queued_at` (aware UTC).
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
    fold: str = ""
    follows: str = ""
    queued_at: datetime | None = None
    parent: Receipt | None = None


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


@runtime_checkable
class Paced(Protocol):
    """A connector whose service limits more than one address at a time, such as a method for a whole workspace."""

    def scopes(self, outgoing: Outgoing) -> Sequence[str]:
        """Return the names of the limits this message falls under, besides its address. No I/O; never raises."""
        ...


class NotDeliveredError(UnavailableError):
    """The message was not delivered. It is tried again until it is; see the room for what to do if it cannot be.

    `mend` says what a person should do. A `retry_at` pauses what `scope` names: None is the destination's address, ""
    the whole connector, anything else a name that the connector's `scopes` gives.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_at: datetime | None = None,
        is_permanent: bool = False,
        is_unclear: bool = False,
        mend: str = "",
        scope: str | None = None,
    ) -> None:
        super().__init__(message, retry_at=retry_at, is_permanent=is_permanent, is_unclear=is_unclear)
        self.mend = mend
        self.scope = scope
