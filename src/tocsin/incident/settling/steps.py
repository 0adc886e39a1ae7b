"""Open the steps whose condition has come to hold, withdraw open ones whose condition no longer does."""

from __future__ import annotations

from tocsin.incident import events as ev
from tocsin.incident.facts import facts_at
from tocsin.incident.plan import Entry, Outlook, plan_of
from tocsin.incident.reasons import applies_because, decisive_event, withdrawn_because
from tocsin.incident.turn import Turn


def settle_steps(turn: Turn, outlook: Outlook) -> None:
    """Compare each guarded step's condition with its record. What is done or skipped stays so."""
    records, entries = turn.state.steps, plan_of(turn.state.playbook).entries
    for step_id, truth in outlook.truths.items():
        record = records.get(step_id)
        if record is None:
            is_open = False
        elif record.done_at is not None or record.skipped_at is not None:
            continue
        else:
            is_open = record.opened_at is not None
        if is_open != (truth is True):
            _turn_over(turn, entries[step_id], not is_open)


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
