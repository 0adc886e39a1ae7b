"""Say what the passing of time will do to an incident: what is due, and when to look again.

Both ask `decide` itself, so that they can never disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.incident.commands import AdvanceClock
from tocsin.incident.decide import decide
from tocsin.incident.events import Event, PromiseReminded, StepOpened
from tocsin.incident.facts import OPEN, RUNNING
from tocsin.incident.plan import plan_of
from tocsin.incident.schedule import next_stage
from tocsin.incident.settling.pages import next_pages_at
from tocsin.incident.settling.suggestions import next_suggestion_at
from tocsin.incident.state import IncidentState

_CLOCK = AdvanceClock()


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time has come. `at` is the time it was due; `event` is what advancing the clock would record."""

    at: datetime
    event: Event


def due(state: IncidentState, now: datetime) -> list[Due]:
    """What fires at or before `now` and has not fired, earliest first; empty before an incident is declared."""
    if state.status == "undeclared":
        return []
    events = decide(state, _CLOCK, now)
    return sorted((Due(_due_at(state, event), event) for event in events), key=lambda item: item.at)


def _due_at(state: IncidentState, event: Event) -> datetime:
    if isinstance(event, PromiseReminded):
        return event.at - timedelta(seconds=event.late_seconds)
    if isinstance(event, StepOpened) and state.began_at is not None:
        passed = (event.at - state.began_at).total_seconds()
        entry = plan_of(state.playbook).entries[event.step]
        reached = [seconds for seconds in entry.thresholds if seconds <= passed]
        return state.began_at + timedelta(seconds=reached[-1]) if reached else event.at
    return event.at


def next_due_at(state: IncidentState) -> datetime | None:
    """The exact moment at which advancing the clock would next do something; None when time alone changes nothing.

    A moment that is not after the incident's last event means: now.
    """
    if state.last_at is None or state.status not in OPEN:
        return None
    if decide(state, _CLOCK, state.last_at):
        return state.last_at
    return next((at for at in sorted(set(candidates(state))) if decide(state, _CLOCK, at)), None)


def candidates(state: IncidentState) -> Iterator[datetime]:
    """Every moment after the last event at which something could fire; nothing can between two of them."""
    if state.last_at is None or state.began_at is None or state.status not in OPEN:
        return
    for promise_id in state.open_promises.values():
        yield max(next_stage(state.promises[promise_id])[0], state.last_at)
    for at in next_pages_at(state):
        yield max(at, state.last_at)
    if state.status not in RUNNING:
        return
    thresholds = (state.began_at + timedelta(seconds=at) for at in plan_of(state.playbook).thresholds)
    for at in (*thresholds, *next_suggestion_at(state)):
        if at > state.last_at:
            yield at
