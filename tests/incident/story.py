"""Tell an incident as a story: what was given, when a command came, then which events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tocsin.incident.commands import AdvanceClock, Command, DeclareIncident
from tocsin.incident.decide import decide
from tocsin.incident.due import next_due_at
from tocsin.incident.events import Event
from tocsin.incident.evolve import evolve
from tocsin.incident.room import Room, StepView, room
from tocsin.incident.state import IncidentState
from tocsin.playbook.model import Playbook

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # a Monday
REPORTER, COMMANDER, SPEAKER, ENGINEER = "person:reporter", "person:commander", "person:speaker", "person:engineer"
E = TypeVar("E", bound=Event)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


class Story:
    """One incident on a clock that the test moves. Minutes count from the declaration."""

    def __init__(self, playbook: Playbook) -> None:
        self.state = IncidentState(playbook=playbook)
        self.log: list[Event] = []

    def declared(self, **parts: object) -> Story:
        """Given an incident declared at minute 0."""
        told = {"by": REPORTER, "by_name": "Rae", "title": "Tracking is down", **parts}
        self.when(0, DeclareIncident(**told))  # type: ignore[arg-type]
        return self

    def given(self, *happened: tuple[float, Command]) -> Story:
        for minutes, command in happened:
            self.when(minutes, command)
        return self

    def when(self, minutes: float, command: Command) -> list[Event]:
        events = decide(self.state, command, at(minutes))
        for event in events:
            self.state = evolve(self.state, event)
        self.log += events
        return events

    def time_passes_to(self, minutes: float) -> list[Event]:
        """Advance the clock at every moment at which something is due, as the worker does."""
        happened: list[Event] = []
        while (due_at := next_due_at(self.state)) is not None and due_at <= at(minutes):
            happened += self.when((due_at - START).total_seconds() / 60, AdvanceClock())
        return happened

    def look(self, minutes: float) -> Room:
        return room(self.state, at(minutes))

    def step(self, step_id: str, minutes: float) -> StepView:
        return next(view for phase in self.look(minutes).phases for view in phase.steps if view.id == step_id)


def only(kind: type[E], events: Iterable[Event]) -> list[E]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def names(events: Iterable[Event]) -> list[str]:
    return [type(event).__name__ for event in events]
