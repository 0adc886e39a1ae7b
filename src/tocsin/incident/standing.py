"""How a step stands at a moment, and why: open, waiting, not applicable, done or skipped."""

from __future__ import annotations

from datetime import datetime
from math import inf
from typing import Literal

from tocsin.incident.facts import facts_at, outlook_at
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.reasons import applies_because, never_because, waits_for
from tocsin.incident.state import IncidentState, StepRecord
from tocsin.incident.wording import moment, person
from tocsin.playbook.conditions import Facts, evaluate
from tocsin.playbook.model import Step

StepStatus = Literal["open", "waiting", "not-applicable", "done", "skipped"]
_NOTHING = StepRecord()


def status_of(state: IncidentState, step_id: str, now: datetime) -> StepStatus:
    """Say how a step stands. Waiting: it may still come to apply, by a fact not known yet, by time or by resolution."""
    record = state.steps.get(step_id, _NOTHING)
    if record.done_at is not None:
        return "done"
    if record.skipped_at is not None:
        return "skipped"
    entry = plan_of(state.playbook).entries.get(step_id)
    truth = outlook_at(state, now).truths.get(step_id, True)
    if truth is True or entry is None:
        return "open"
    return "waiting" if truth is None or _may_come(state, entry, now) else "not-applicable"


def _may_come(state: IncidentState, entry: Entry, now: datetime) -> bool:
    """Say whether time or resolution alone could still open a step whose condition is false now."""
    facts = facts_at(state, now)
    latest = facts.elapsed_seconds if facts.is_resolved else inf
    futures = (
        Facts(facts.severity, facts.answers, elapsed_seconds=seconds, is_resolved=is_resolved)
        for seconds in (facts.elapsed_seconds, latest)
        for is_resolved in (facts.is_resolved, True)
    )
    return any(evaluate(entry.step.condition, future) is not False for future in futures)


def why_of(state: IncidentState, step: Step, status: StepStatus, now: datetime) -> str:
    """Say in a sentence why a step stands as it does."""
    record = state.steps.get(step.id, _NOTHING)
    match status:
        case "done" | "skipped":
            return ended_why(state, record, now)
        case "waiting":
            return waits_for(state, step, now)
        case "not-applicable":
            return never_because(state, step, now)
        case "open":
            return record.opened_why or applies_because(state, step, now)


def ended_why(state: IncidentState, record: StepRecord, now: datetime) -> str:
    """Say who did or skipped a step, when, and with what; empty for one that is neither."""
    if record.done_at is not None:
        said = f": {record.evidence}" if record.evidence else ""
        return _stopped(f"Done by {person(state, record.done_by)} at {moment(record.done_at, now)}{said}")
    if record.skipped_at is not None:
        who = person(state, record.skipped_by)
        return _stopped(f"Skipped by {who} at {moment(record.skipped_at, now)}: {record.skip_reason}")
    return ""


def _stopped(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
