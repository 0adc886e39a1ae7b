"""Say in a sentence why a step applies, or what it waits for, and which event made it so."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.incident.facts import facts_at
from tocsin.incident.state import IncidentState
from tocsin.incident.wording import listed, moment, on_line, plain
from tocsin.playbook.conditions import Facts, duration, evaluate, holding, waiting_for
from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Condition,
    Elapsed,
    Not,
    Playbook,
    SeverityIn,
    StateIs,
    Step,
)


def applies_because(state: IncidentState, step: Step, now: datetime) -> str:
    """Say why a step applies: "Applies because severity is High (line 27) and 60 minutes have passed (line 30)"."""
    if step.condition is None:
        return "Applies from the start."
    parts = holding(step.condition, facts_at(state, now))
    return f"Applies because {listed(tuple(_held(state, step, part) for part in parts))}." if parts else "Applies."


def withdrawn_because(state: IncidentState, step: Step, now: datetime) -> str:
    """Say what no longer holds of a step's condition."""
    parts = waiting_for(step.condition, facts_at(state, now))
    return f"No longer applies: {listed(tuple(_not_held(state, step, part) for part in parts))}."


def waits_for(state: IncidentState, step: Step, now: datetime) -> str:
    """Say what would make a waiting step apply, with times where time alone would do it."""
    ways = _way(state, step, step.condition, facts_at(state, now), now)
    return f"Waits: applies {ways}." if ways else "Waits."


def never_because(state: IncidentState, step: Step, now: datetime) -> str:
    """Say why a step does not apply as things are."""
    facts = facts_at(state, now)
    parts = [part for part in waiting_for(step.condition, facts) if evaluate(part, facts) is False]
    return f"Does not apply: {listed(tuple(_not_held(state, step, part) for part in parts))}."


def decisive_event(state: IncidentState, condition: Condition | None, facts: Facts) -> int | None:
    """The number of the latest event that the truth of a condition rests on under these facts."""
    parts = holding(condition, facts) or waiting_for(condition, facts)
    numbers = [number for part in parts if (number := _event_of(state, part)) is not None]
    return max(numbers, default=state.causes.get("declared"))


def _event_of(state: IncidentState, condition: Condition) -> int | None:
    match condition:
        case SeverityIn():
            return state.causes.get("severity")
        case Answered(question):
            return state.causes.get(f"answer:{question}")
        case Elapsed():
            return state.causes.get("began")
        case StateIs():
            return max((state.causes.get(name, 0) for name in ("resolved", "reopened")), default=0) or None
        case Not(inner):
            return _event_of(state, inner)
        case AllOf(parts) | AnyOf(parts):
            return max((number for part in parts if (number := _event_of(state, part))), default=None)


# --- what holds and what does not ---------------------------------------------------------------------------------


def _held(state: IncidentState, step: Step, condition: Condition) -> str:
    match condition:
        case SeverityIn(names):
            return f"severity is {state.severity}{on_line(guard_line(state.playbook, names, step))}"
        case Answered(question):
            return f"{_asked(state.playbook, question)} was answered yes{_asked_on(state.playbook, question)}"
        case Elapsed(seconds):
            return f"{duration(seconds)} have passed since the start{on_line(step.line)}"
        case StateIs():
            return f"the incident is resolved{on_line(step.line)}"
        case Not(inner):
            return _not_held(state, step, inner)
        case AllOf(parts) | AnyOf(parts):
            return listed(tuple(_held(state, step, part) for part in parts))


def _not_held(state: IncidentState, step: Step, condition: Condition) -> str:
    match condition:
        case SeverityIn(names):
            line = on_line(guard_line(state.playbook, names, step))
            is_now = f"is {state.severity}, not" if state.severity else "is not yet assigned; it would have to be"
            return f"severity {is_now} {listed(names, 'or')}{line}"
        case Answered(question):
            given = state.answers.get(question, "unknown")
            answered = "is not answered yes" if given == "unknown" else f"was answered {given}"
            return f"{_asked(state.playbook, question)} {answered}{_asked_on(state.playbook, question)}"
        case Elapsed(seconds):
            return f"{duration(seconds)} had not passed since the start{on_line(step.line)}"
        case StateIs():
            return f"the incident is not resolved{on_line(step.line)}"
        case Not(inner):
            return _held(state, step, inner)
        case AllOf(parts) | AnyOf(parts):
            return listed(tuple(_not_held(state, step, part) for part in parts))


# --- what would make it hold --------------------------------------------------------------------------------------


def _way(state: IncidentState, step: Step, condition: Condition | None, facts: Facts, now: datetime) -> str:
    if condition is None or evaluate(condition, facts) is True:
        return ""
    match condition:
        case AllOf(parts):
            ways = tuple(way for part in parts if (way := _way(state, step, part, facts, now)))
            return ", and ".join(ways)
        case AnyOf(parts):
            possible = tuple(part for part in parts if not _is_past(part, facts))
            ways = tuple(way for part in possible or parts if (way := _way(state, step, part, facts, now)))
            return ", or ".join(ways)
        case SeverityIn(names):
            return f"when severity is {listed(names, 'or')}{on_line(guard_line(state.playbook, names, step))}"
        case Answered(question):
            return f"when {_asked(state.playbook, question)} is answered yes{_asked_on(state.playbook, question)}"
        case Elapsed(seconds):
            return f"{duration(seconds)} after the start{_clock(state, seconds, now)}{on_line(step.line)}"
        case StateIs():
            return f"when the incident is resolved{on_line(step.line)}"
        case Not(inner):
            return f"unless {_held(state, step, inner)}"


def _is_past(condition: Condition, facts: Facts) -> bool:
    """Say whether time can no longer bring this about: the incident was over before."""
    return isinstance(condition, Elapsed) and facts.is_resolved and facts.elapsed_seconds < condition.seconds


def _clock(state: IncidentState, seconds: int, now: datetime) -> str:
    if state.began_at is None:
        return ""
    return f" (at {moment(state.began_at + timedelta(seconds=seconds), now)})"


# --- where the playbook says it -----------------------------------------------------------------------------------


def guard_line(playbook: Playbook, names: tuple[str, ...], step: Step) -> int | None:
    """The line that puts a step under these levels: the nearest such guard at or above it."""
    found = [
        reading.line
        for reading in playbook.readings
        if reading.kind == "guard" and reading.line <= step.line and _is_of(reading.value, names)
    ]
    return max(found, default=None)


def _is_of(value: object, names: tuple[str, ...]) -> bool:
    return isinstance(value, list | tuple) and tuple(value) == names


def _asked(playbook: Playbook, question: str) -> str:
    text = next((asked.text for asked in playbook.questions if asked.id == question), question)
    return f"“{plain(text)}”"


def _asked_on(playbook: Playbook, question: str) -> str:
    return on_line(next((asked.line for asked in playbook.questions if asked.id == question), None))
