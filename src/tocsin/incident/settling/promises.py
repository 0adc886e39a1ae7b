"""Make, keep, move and withdraw promises: one open promise at most for each timer of the playbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.incident import events as ev
from tocsin.incident.facts import facts_at
from tocsin.incident.plan import Outlook, Rule, plan_of
from tocsin.incident.reasons import decisive_event
from tocsin.incident.settling.anchors import Anchor, anchor_of, due_after
from tocsin.incident.settling.endings import Keeping, keeping_of, why_withdrawn
from tocsin.incident.state import IncidentState, Promise
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, plain
from tocsin.playbook.conditions import duration


@dataclass(frozen=True, slots=True)
class Want:
    """A promise that the playbook asks for now: when it is due and what it counts from."""

    due_at: datetime
    anchor: Anchor


def settle_promises(turn: Turn, outlook: Outlook) -> None:
    """Compare the promises that the playbook asks for with those that are open."""
    running = outlook.rules
    for rule in plan_of(turn.state.playbook).rules:
        if rule.id in running or rule.id in turn.state.open_promises:
            _settle_rule(turn, rule, rule.id in running)


def _settle_rule(turn: Turn, rule: Rule, is_running: bool) -> None:
    promise = _open_promise(turn.state, rule)
    if promise is not None and (keeping := keeping_of(turn.state, rule, promise)) is not None:
        _keep(turn, promise, keeping)
        promise = None
    want = _want(turn.state, rule) if is_running else None
    if promise is None:
        if want is not None:
            _make(turn, rule, want)
    elif want is None:
        _withdraw(turn, rule, promise)
    elif rule.timer.kind != "recurring" and want.due_at != promise.base_due_at:
        _move(turn, rule, promise, want)


def _open_promise(state: IncidentState, rule: Rule) -> Promise | None:
    promise_id = state.open_promises.get(rule.id)
    return state.promises[promise_id] if promise_id else None


def _want(state: IncidentState, rule: Rule) -> Want | None:
    if rule.entry is not None:
        record = state.steps.get(rule.entry.step.id)
        if record is not None and (record.done_at is not None or record.skipped_at is not None):
            return None
    stays_open = rule.entry is None or rule.entry.is_recurring
    if stays_open and rule.timer.kind != "recurring" and _was_kept(state, rule):
        return None
    anchor = anchor_of(state, rule)
    if anchor is None:
        return None
    return Want(anchor.opened_at or due_after(anchor.at, rule.timer), anchor)


def _was_kept(state: IncidentState, rule: Rule) -> bool:
    """A deadline without a step, or of a step that comes round again, is kept once; nothing unticks it."""
    count = state.promise_counts.get(rule.id, 0)
    return count > 0 and state.promises[_id(rule, count)].kept_at is not None


def _id(rule: Rule, number: int) -> str:
    return f"{rule.id}.{number}"


def _make(turn: Turn, rule: Rule, want: Want) -> None:
    number = turn.state.promise_counts.get(rule.id, 0) + 1
    turn.emit(
        ev.PromiseMade,
        by=turn.tocsin,
        promise=_id(rule, number),
        kind=rule.timer.kind,
        text=_text(rule),
        due_at=want.due_at,
        length_seconds=rule.timer.seconds,
        step=rule.step_id,
        occurrence=number,
        timer=rule.id,
        why=_why(turn, rule, want),
        line=rule.line,
        cause=_cause(turn, rule, want),
    )


def _cause(turn: Turn, rule: Rule, want: Want) -> int | None:
    """The latest of the events that the promise counts from and that made its rule run."""
    facts = facts_at(turn.state, turn.now)
    if rule.timer.kind == "elapsed":
        facts = replace(facts, elapsed_seconds=max(facts.elapsed_seconds, rule.timer.seconds))
    condition = rule.entry.step.condition if rule.entry else None
    numbers = (want.anchor.cause, decisive_event(turn.state, condition, facts))
    return max((number for number in numbers if number), default=None)


def _keep(turn: Turn, promise: Promise, keeping: Keeping) -> None:
    turn.emit(
        ev.PromiseKept,
        by=keeping.by,
        promise=promise.id,
        late_seconds=max(0, int((keeping.at - promise.due_at).total_seconds())),
        evidence=keeping.evidence,
        line=promise.line,
        cause=keeping.event or None,
    )


def _move(turn: Turn, rule: Rule, promise: Promise, want: Want) -> None:
    turn.emit(
        ev.PromiseMoved,
        by=turn.tocsin,
        promise=promise.id,
        due_at=want.due_at,
        why=_why(turn, rule, want),
        line=promise.line,
        cause=want.anchor.cause,
    )


def _withdraw(turn: Turn, rule: Rule, promise: Promise) -> None:
    reason, cause = why_withdrawn(turn.state, rule, turn.now)
    turn.emit(
        ev.PromiseWithdrawn,
        by=turn.tocsin,
        promise=promise.id,
        reason=reason,
        why=reason,
        line=promise.line,
        cause=cause,
    )


def _text(rule: Rule) -> str:
    return plain(rule.entry.step.text if rule.entry else rule.timer.text, 200)


def _why(turn: Turn, rule: Rule, want: Want) -> str:
    timer, anchor = rule.timer, want.anchor
    line = f" (line {rule.line})" if rule.line else ""
    if anchor.opened_at is not None:
        return f"Due as soon as it applies, since {moment(anchor.opened_at, turn.now)}{line}."
    how = "Every" if timer.kind == "recurring" else "After" if timer.kind == "elapsed" else "Within"
    days = timer.seconds // 86400
    length = f"{days} working day{'s' if days > 1 else ''}" if timer.is_business_days else duration(timer.seconds)
    return f"{how} {length}, counted from {anchor.name} at {moment(anchor.at, turn.now)}{line}."
