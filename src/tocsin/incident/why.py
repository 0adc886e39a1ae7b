"""Answer why: why a step stands as it does, and which events and lines of the playbook led to an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.incident.events import Event
from tocsin.incident.plan import plan_of
from tocsin.incident.refusals import UnknownStepError
from tocsin.incident.standing import ended_why, status_of, why_of
from tocsin.incident.state import IncidentState, StepRecord
from tocsin.incident.timeline import describe
from tocsin.incident.wording import moment, person


@dataclass(frozen=True, slots=True)
class Because:
    """One link of a chain: the event's number in the log, what it says, and the line and reason it gives."""

    number: int
    at: datetime
    text: str
    why: str
    line: int | None


def why_step(state: IncidentState, step_id: str, now: datetime) -> str:
    """Say why a step applies, or what it waits for and what would make it apply.

    Raises: UnknownStepError for a step this incident does not have.
    """
    entry = plan_of(state.playbook).entries.get(step_id)
    if entry is not None:
        return why_of(state, entry.step, status_of(state, step_id, now), now)
    added = next((step for step in state.added_steps if step.id == step_id), None)
    if added is None:
        raise UnknownStepError
    record = state.steps.get(step_id, StepRecord())
    return ended_why(state, record, now) or f"Added by {person(state, added.by)} at {moment(added.at, now)}."


def why_event(events: Sequence[Event], number: int, state: IncidentState) -> tuple[Because, ...]:
    """Follow an event back to what began it.

    Shape: `events` is the incident's log from its first event; `number` counts from 1. The event itself comes first,
    the one that a person or the outside brought about last. `state` gives names, as in `timeline.describe`.
    """
    chain: list[Because] = []
    at: int | None = number
    while at is not None and 1 <= at <= len(events):
        event = events[at - 1]
        chain.append(Because(at, event.at, describe(event, state), event.why, event.line))
        at = event.cause if event.cause is not None and event.cause < at else None
    return tuple(chain)
