"""One decision in progress: the events so far and the state they lead to. Thrown away when the command is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tocsin.incident.events import Event
from tocsin.incident.evolve import evolve
from tocsin.incident.state import IncidentState


class Turn:
    """Collects events; each is folded in at once, so that what follows sees it.

    `by` is who commands; `tocsin` is who acts where Tocsin itself draws a consequence: the clock or the system.
    """

    def __init__(self, state: IncidentState, by: str, now: datetime) -> None:
        self.state = state
        self.by = by
        self.now = now
        self.events: list[Event] = []
        self.first_event = state.version + 1

    @property
    def tocsin(self) -> str:
        return "clock" if self.by == "clock" else "system"

    def emit(self, kind: type[Event], /, **parts: Any) -> int:
        """Add an event, by the person who commands unless `by` is given. Returns its number in the incident's log."""
        event = kind(**{"at": self.now, "by": self.by, **parts})
        self.state = evolve(self.state, event)
        self.events.append(event)
        return self.state.version
