"""Which ways out this installation has. Handed in by the project's wiring at start; never reads a setting."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.incident.events import Stage


@dataclass(frozen=True, slots=True)
class Routes:
    """`connectors` names those that work here. `channel_connector` is the one that reaches chat channels ("slack"),
    "" when none does; channels without one are told in the room. `mail_stages` are the stages of a promise at which a
    person is reminded by e-mail as well. `base_url` has no slash at its end.
    """

    connectors: frozenset[str] = frozenset({"room"})
    channel_connector: str = ""
    webhook_url: str = ""
    base_url: str = ""
    mail_stages: frozenset[Stage] = field(default_factory=lambda: frozenset({"other-way"}))

    def reaches(self, connector: str) -> bool:
        return connector in self.connectors


_handed_in = Routes()


def hand_in(routes: Routes) -> None:
    """Use `routes` from now on, in this process."""
    global _handed_in
    _handed_in = routes


def current() -> Routes:
    return _handed_in
