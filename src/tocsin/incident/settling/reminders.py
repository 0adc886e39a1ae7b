"""Remind of promises whose time has come: each stage once, and after an outage only the latest."""

from __future__ import annotations

from tocsin.incident import events as ev
from tocsin.incident.owners import told_at
from tocsin.incident.schedule import pending_stage
from tocsin.incident.state import Promise
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, span


def settle_reminders(turn: Turn) -> None:
    for promise_id in tuple(turn.state.open_promises.values()):
        promise = turn.state.promises[promise_id]
        pending = pending_stage(promise, turn.now)
        if pending is None:
            continue
        at, stage = pending
        turn.emit(
            ev.PromiseReminded,
            by=turn.tocsin,
            promise=promise.id,
            stage=stage,
            to=told_at(turn.state, promise, stage),
            late_seconds=int((turn.now - at).total_seconds()),
            count=promise.reminder_count + 1,
            why=_why(turn, promise),
            line=promise.line,
            cause=promise.made_event,
        )


def _why(turn: Turn, promise: Promise) -> str:
    until_due = (promise.due_at - turn.now).total_seconds()
    if until_due > 0:
        return f"Due in {span(until_due)}, at {moment(promise.due_at, turn.now)}. {promise.why}"
    if until_due == 0:
        return f"Due now. {promise.why}"
    return f"Was due {span(-until_due)} ago, at {moment(promise.due_at, turn.now)}. {promise.why}"
