"""Open the steps whose condition has come to hold, withdraw open ones whose condition no longer does."""

from __future__ import annotations

from tocsin.incident import events as ev
from tocsin.incident.facts import facts_at, outlook_at
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.reasons import applies_because, decisive_event, withdrawn_because
from tocsin.incident.turn import Turn


def settle_steps(turn: Turn) -> None:
    """Compare each guarded step's condition with its record. What is done or skipped stays so."""
    truths = outlook_at(turn.state, turn.now).truths
    records = turn.state.steps
    for entry in plan_of(turn.state.playbook).guarded:
        record = records.get(entry.step.id)
        if record is not None and (record.done_at is not None or record.skipped_at is not None):
            continue
        is_open = record is not None and record.opened_at is not None
        if is_open != (truths[entry.step.id] is True):
            _turn_over(turn, entry, not is_open)


def _turn_over(turn: Turn, entry: Entry, is_opening: bool) -> None:
    step = entry.step
    facts = facts_at(turn.state, turn.now)
    by_time = turn.state.causes.get("began") if turn.by == "clock" and entry.thresholds else None
    say = applies_because if is_opening else withdrawn_because
    turn.emit(
        ev.StepOpened if is_opening else ev.StepWithdrawn,
        by=turn.tocsin,
        step=step.id,
        line=step.line,
        why=say(turn.state, step, turn.now),
        cause=by_time or decisive_event(turn.state, step.condition, facts),
    )
