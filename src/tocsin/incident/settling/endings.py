"""What keeps a promise, and why one is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.incident.facts import facts_at
from tocsin.incident.plan import Rule
from tocsin.incident.reasons import decisive_event, withdrawn_because
from tocsin.incident.settling.anchors import latest_update
from tocsin.incident.state import IncidentState, Promise, StepRecord
from tocsin.incident.wording import listed
from tocsin.playbook.conditions import evaluate

_NOTHING = StepRecord()


@dataclass(frozen=True, slots=True)
class Keeping:
    """What kept a promise: when, by whom, in words, and the number of its event."""

    at: datetime
    by: str
    evidence: str
    event: int


def keeping_of(state: IncidentState, rule: Rule, promise: Promise) -> Keeping | None:
    """Find what has kept an open promise since it was made."""
    record = state.steps.get(rule.step_id or "", _NOTHING)
    if rule.timer.kind != "recurring" and record.done_at is not None:
        by, evidence = record.done_by or "system", record.evidence or "Ticked"
        return Keeping(record.done_at, by, evidence, record.changed_event)
    if rule.entry is not None and not rule.entry.is_recurring:
        return None
    found = (_update(state, rule, promise), _repeat(state, rule, promise))
    known = [keeping for keeping in found if keeping is not None and _is_in_time_for(rule, promise, keeping)]
    return max(known, key=lambda keeping: keeping.event, default=None)


def _is_in_time_for(rule: Rule, promise: Promise, keeping: Keeping) -> bool:
    """What asks for something once a time has passed is not met by what was done before it."""
    return rule.timer.kind != "elapsed" or keeping.at >= promise.due_at


def _update(state: IncidentState, rule: Rule, promise: Promise) -> Keeping | None:
    update = latest_update(state, rule)
    if update is None or update.event <= promise.made_event:
        return None
    what = "No change, said in update" if update.is_no_change else "Update"
    return Keeping(update.at, update.by, f"{what} {update.number}", update.event)


def _repeat(state: IncidentState, rule: Rule, promise: Promise) -> Keeping | None:
    record = state.steps.get(rule.step_id or "", _NOTHING)
    if record.repeated_at is None or record.repeated_event <= promise.made_event:
        return None
    by, evidence = record.repeated_by or "system", record.repeated_evidence or "Ticked"
    return Keeping(record.repeated_at, by, evidence, record.repeated_event)


def why_withdrawn(state: IncidentState, rule: Rule, now: datetime) -> tuple[str, int | None]:
    """Say why a promise is no longer asked for, and which event made it so."""
    if state.status in ("dismissed", "closed"):
        return f"The incident was {state.status}.", state.causes.get(state.status)
    if state.status == "resolved" and rule.timer.kind == "recurring":
        return "The incident was resolved.", state.causes.get("resolved")
    record = state.steps.get(rule.step_id or "", _NOTHING)
    if record.skipped_at is not None:
        return f"The step was skipped: {record.skip_reason}", record.changed_event
    if record.done_at is not None:
        return "The step is done.", record.changed_event
    if rule.timer.severity and state.severity not in rule.timer.severity:
        levels = listed(rule.timer.severity, "or")
        return f"Severity is {state.severity}; this holds for {levels}.", state.causes.get("severity")
    return _why_step_waits(state, rule, now)


def _why_step_waits(state: IncidentState, rule: Rule, now: datetime) -> tuple[str, int | None]:
    if rule.entry is None or evaluate(rule.entry.step.condition, facts_at(state, now)) is True:
        return "What it counts from was taken back.", None
    reason = withdrawn_because(state, rule.entry.step, now)
    return reason, decisive_event(state, rule.entry.step.condition, facts_at(state, now))
