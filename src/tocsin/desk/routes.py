"""Which ways out this installation has. Handed in by the project's wiring at start; never reads a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tocsin.delivery.ports import Outgoing
from tocsin.incident.events import Stage
from tocsin.incident.state import IncidentState
from tocsin.store.log import Recorded


class Announcer(Protocol):
    """An outside system that shows more of an incident than words: it makes its own messages of the events."""

    def reaches(self, name: str, state: IncidentState) -> bool:
        """Return whether it tells this channel or audience itself, so that nobody else does."""
        ...

    def announce(self, ref: str, entries: Sequence[Recorded], state: IncidentState) -> list[Outgoing]:
        """Return its messages of `entries`, in order. It runs inside the desk's transaction: no I/O, no waiting."""
        ...


@dataclass(frozen=True, slots=True)
class Routes:
    """`connectors` names those that work here. `channel_connector` is the one that reaches chat channels ("slack"),
    "" when none does; channels without one are told in the room. `mail_stages` are the stages of a promise at which a
    person is reminded by e-mail as well. `base_url` has no slash at its end. `announcers` make messages of their own.
    """

    connectors: frozenset[str] = frozenset({"room"})
    channel_connector: str = ""
    webhook_url: str = ""
    base_url: str = ""
    mail_stages: frozenset[Stage] = field(default_factory=lambda: frozenset({"other-way"}))
    announcers: tuple[Announcer, ...] = ()

    def reaches(self, connector: str) -> bool:
        return connector in self.connectors

    def is_announced(self, name: str, state: IncidentState) -> bool:
        """Return whether an announcer tells `name`."""
        return any(announcer.reaches(name, state) for announcer in self.announcers)


_handed_in = Routes()


def hand_in(routes: Routes) -> None:
    """Use `routes` from now on, in this process."""
    global _handed_in
    _handed_in = routes


def current() -> Routes:
    return _handed_in


def inside() -> Routes:
    """Return no way out at all: what a scripted drill says is said in its room."""
    return Routes(base_url=_handed_in.base_url)
