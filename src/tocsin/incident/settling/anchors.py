"""What a timer counts from: the start, the severity, the last update, the resolution, the step before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.incident.business import add_working_days
from tocsin.incident.plan import Rule
from tocsin.incident.state import IncidentState, StepRecord, Update
from tocsin.playbook.model import Timer

_NOTHING = StepRecord()


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment to count from, its name in a sentence and the number of its event.

    `opened_at` is given instead of a time to count to where the step came to apply before its timer ran out: it is due
    from then.
    """

    at: datetime
    name: str
    cause: int | None
    opened_at: datetime | None = None


def due_after(at: datetime, timer: Timer) -> datetime:
    """When a timer that starts at `at` runs out."""
    if timer.is_business_days and timer.seconds % 86400 == 0:
        return add_working_days(at, timer.seconds // 86400)
    return at + timedelta(seconds=timer.seconds)


def anchor_of(state: IncidentState, rule: Rule) -> Anchor | None:
    """Find what a timer counts from now; None while that has not happened."""
    if rule.timer.kind == "recurring":
        return _recurring(state, rule)
    anchor = _fixed(state, rule)
    if anchor is None or not rule.opens_its_step:
        return anchor
    opened_at = state.steps.get(rule.step_id or "", _NOTHING).opened_at
    if opened_at is None or opened_at >= due_after(anchor.at, rule.timer):
        return anchor
    cause = max((number for fact, number in state.causes.items() if fact.startswith("answer:")), default=anchor.cause)
    return Anchor(anchor.at, anchor.name, cause, opened_at)


def _fixed(state: IncidentState, rule: Rule) -> Anchor | None:
    match rule.timer.start:
        case "start":
            return _named(state, state.began_at, "the start", "began")
        case "severity":
            return _named(state, state.severity_at, "the severity", "severity")
        case "resolved":
            return _named(state, state.resolved_at, "the resolution", "resolved")
        case "last_update":
            return _last_update(state, rule) or _applied(state, rule)
        case "step":
            return _step_before(state, rule)


def _recurring(state: IncidentState, rule: Rule) -> Anchor | None:
    """The latest of the last update, the last repeat, and what made the cadence run."""
    found = (_last_update(state, rule), _last_repeat(state, rule), _applied(state, rule))
    return max((anchor for anchor in found if anchor is not None), key=lambda anchor: anchor.at, default=None)


def latest_update(state: IncidentState, rule: Rule) -> Update | None:
    """The last update that this cadence asks for: to one of its places, or to nobody named."""
    if not rule.is_kept_by_updates:
        return None
    for update in reversed(state.updates):
        if not rule.places or not update.audiences or not rule.places.isdisjoint(update.audiences):
            return update
    return None


def _last_update(state: IncidentState, rule: Rule) -> Anchor | None:
    last = state.updates[-1] if state.updates else None
    update = latest_update(state, rule) if rule.timer.kind == "recurring" else last
    return Anchor(update.at, f"update {update.number}", update.event) if update else None


def _last_repeat(state: IncidentState, rule: Rule) -> Anchor | None:
    record = state.steps.get(rule.step_id or "", _NOTHING)
    if record.repeated_at is None:
        return None
    return Anchor(record.repeated_at, "the last time it was done", record.repeated_event)


def _applied(state: IncidentState, rule: Rule) -> Anchor | None:
    """When a timer came to run: its step opened, a severity it names was assigned, the incident was reopened."""
    opened_at = state.steps.get(rule.step_id or "", _NOTHING).opened_at if rule.entry else state.declared_at
    is_guarded = rule.entry is not None and rule.entry.step.condition is not None
    name = "when it came to apply" if is_guarded else "the declaration"
    cause = "severity" if is_guarded and state.severity_at == opened_at else "declared"
    severity_at = state.severity_at if rule.timer.severity else None
    found = (
        _named(state, opened_at, "the severity" if cause == "severity" else name, cause),
        _named(state, severity_at, "the severity", "severity"),
        _named(state, state.reopened_at, "the reopening", "reopened"),
    )
    return max((anchor for anchor in found if anchor is not None), key=lambda anchor: anchor.at, default=None)


def _step_before(state: IncidentState, rule: Rule) -> Anchor | None:
    before = rule.entry.before if rule.entry else None
    if before is None:
        return None
    record = state.steps.get(before, _NOTHING)
    at = record.done_at or record.skipped_at
    return Anchor(at, "the step before", record.changed_event) if at else None


def _named(state: IncidentState, at: datetime | None, name: str, fact: str) -> Anchor | None:
    return Anchor(at, name, state.causes.get(fact)) if at is not None else None
