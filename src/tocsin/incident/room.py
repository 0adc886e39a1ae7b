"""What a person needs to see of an incident: the next thing to do, why each step applies or waits, what is due.

Made from the state and a moment; never stored, never decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.incident.commands import Answer
from tocsin.incident.owners import owner_of_step
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.schedule import ahead_of
from tocsin.incident.standing import StepStatus as StepStatus
from tocsin.incident.standing import ended_why, status_of, why_of
from tocsin.incident.state import AddedStep, IncidentState, Promise, StepRecord
from tocsin.incident.wording import moment, person
from tocsin.playbook.model import Step


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it stands. `why` says why it applies, or what it waits for and what would make it apply.

    `waiting`: what its condition needs is not known yet. `not-applicable`: it is known and does not hold.
    `owner` is who does it: the assignee, else the holder of the role it belongs to, else None. `due_at` is that of its
    open promise. `step` is None for one added during the incident.
    """

    id: str
    phase: str
    text: str
    depth: int
    status: StepStatus
    why: str
    is_next: bool
    is_ordered: bool
    is_added: bool
    line: int | None
    owner: str | None
    due_at: datetime | None
    promise: str | None
    record: StepRecord
    step: Step | None


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its steps in document order, parents before sub-steps (see `depth`)."""

    title: str
    steps: tuple[StepView, ...]
    done_count: int
    open_count: int


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its answer. `opens` holds ids of the steps that a yes would open or has opened."""

    id: str
    text: str
    line: int
    answer: Answer
    opens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """`next_step` is the first thing to do: overdue promises first, then the earliest open step in document order.

    `promises` are the open ones, earliest due first. `next_update` is the cadence promise due first, or None.
    """

    state: IncidentState
    now: datetime
    next_step: StepView | None
    phases: tuple[PhaseView, ...]
    questions: tuple[QuestionView, ...]
    promises: tuple[Promise, ...]
    next_update: Promise | None


_NOTHING = StepRecord()


def room(state: IncidentState, now: datetime) -> Room:
    """Show an incident as it stands at `now`; with an earlier state and moment, as it stood then."""
    promises = _open_promises(state)
    views = _in_order(state, tuple(_all_views(state, now, promises)))
    chosen = _next_step(state, views, promises, now)
    views = tuple(replace(view, is_next=True) if view is chosen else view for view in views)
    return Room(
        state=state,
        now=now,
        next_step=next((view for view in views if view.is_next), None),
        phases=tuple(_phase(phase.title, views) for phase in state.playbook.phases),
        questions=tuple(_questions(state)),
        promises=promises,
        next_update=next((promise for promise in promises if promise.kind == "recurring"), None),
    )


# --- steps --------------------------------------------------------------------------------------------------------


def _all_views(state: IncidentState, now: datetime, promises: tuple[Promise, ...]) -> Iterator[StepView]:
    first = {promise.step: promise for promise in reversed(promises) if promise.step is not None}
    for entry in plan_of(state.playbook).entries.values():
        yield _view(state, entry, now, first.get(entry.step.id))
    for added in state.added_steps:
        yield _added_view(state, added, now)


def _view(state: IncidentState, entry: Entry, now: datetime, promise: Promise | None) -> StepView:
    step = entry.step
    status = status_of(state, step.id, now)
    return StepView(
        id=step.id,
        phase=entry.phase,
        text=step.text,
        depth=entry.depth,
        status=status,
        why=why_of(state, step, status, now),
        is_next=False,
        is_ordered=step.is_ordered,
        is_added=False,
        line=step.line,
        owner=owner_of_step(state, step.id),
        due_at=promise.due_at if promise else None,
        promise=promise.id if promise else None,
        record=state.steps.get(step.id, _NOTHING),
        step=step,
    )


def _added_view(state: IncidentState, added: AddedStep, now: datetime) -> StepView:
    record = state.steps.get(added.id, _NOTHING)
    added_why = f"Added by {person(state, added.by)} at {moment(added.at, now)}."
    return StepView(
        id=added.id,
        phase=added.phase,
        text=added.text,
        depth=_depth(state, added),
        status=status_of(state, added.id, now),
        why=ended_why(state, record, now) or added_why,
        is_next=False,
        is_ordered=False,
        is_added=True,
        line=None,
        owner=owner_of_step(state, added.id),
        due_at=None,
        promise=None,
        record=record,
        step=None,
    )


def _depth(state: IncidentState, added: AddedStep) -> int:
    """An added step stands as deep as the step it was added after."""
    entry = plan_of(state.playbook).entries.get(added.after or "")
    if entry is not None:
        return entry.depth
    before = next((other for other in state.added_steps if other.id == added.after), None)
    return _depth(state, before) if before else 0


def _in_order(state: IncidentState, views: tuple[StepView, ...]) -> tuple[StepView, ...]:
    """Put added steps behind the step they were added after, its sub-steps and what was added there before them; those
    added after no step stand at the end of their phase."""
    ordered = [view for view in views if not view.is_added]
    added = {view.id: view for view in views if view.is_added}
    afters = {step.id: step.after for step in state.added_steps}
    for step in state.added_steps:
        ordered.insert(_place_of(step, ordered, afters), added[step.id])
    return tuple(ordered)


def _place_of(step: AddedStep, ordered: list[StepView], afters: Mapping[str, str | None]) -> int:
    of_phase = [place for place, view in enumerate(ordered) if view.phase == step.phase]
    if step.after is None:
        return of_phase[-1] + 1 if of_phase else len(ordered)
    start = next(place for place in of_phase if ordered[place].id == step.after)
    depth = ordered[start].depth
    for place in of_phase:
        view = ordered[place]
        if place > start and view.depth <= depth and not _hangs_on(view.id, step.after, afters):
            return place
    return of_phase[-1] + 1


def _hangs_on(step_id: str, anchor: str, afters: Mapping[str, str | None]) -> bool:
    """Say whether a step was added after `anchor`, or after one that was."""
    after = afters.get(step_id)
    return after is not None and (after == anchor or _hangs_on(after, anchor, afters))


def _phase(title: str, views: tuple[StepView, ...]) -> PhaseView:
    steps = tuple(view for view in views if view.phase == title)
    return PhaseView(
        title=title,
        steps=steps,
        done_count=sum(view.status == "done" for view in steps),
        open_count=sum(view.status == "open" for view in steps),
    )


# --- what is next -------------------------------------------------------------------------------------------------


def _next_step(
    state: IncidentState, views: tuple[StepView, ...], promises: tuple[Promise, ...], now: datetime
) -> StepView | None:
    """An overdue promise's step first, else the first open step in order; open sub-steps come before their parent."""
    open_views = [view for view in views if view.status == "open"]
    for promise in promises:
        overdue = next((view for view in open_views if view.id == promise.step and promise.due_at <= now), None)
        if overdue is not None:
            return _deepest(overdue, views)
    resting = {view.id for view in open_views if _rests(state, view, now)}
    first = next((view for view in open_views if view.id not in resting), None)
    return _deepest(first, views) if first else None


def _rests(state: IncidentState, view: StepView, now: datetime) -> bool:
    """Say whether a recurring step has nothing to do just now: its next time has not come near."""
    entry = plan_of(state.playbook).entries.get(view.id)
    if entry is None or not entry.is_recurring or state.status == "resolved":
        return False
    if view.promise is None:
        return True
    promise = state.promises[view.promise]
    ahead = ahead_of(promise)
    return now < (promise.due_at - ahead if ahead else promise.due_at)


def _deepest(view: StepView, views: tuple[StepView, ...]) -> StepView:
    """Follow a parent to its first open sub-step, and on down."""
    start = views.index(view) + 1
    for other in views[start:]:
        if other.depth <= view.depth or other.phase != view.phase:
            return view
        if other.depth == view.depth + 1 and other.status == "open":
            return _deepest(other, views)
    return view


# --- promises and questions ---------------------------------------------------------------------------------------


def _open_promises(state: IncidentState) -> tuple[Promise, ...]:
    found = (state.promises[promise_id] for promise_id in state.open_promises.values())
    return tuple(sorted(found, key=lambda promise: promise.due_at))


def _questions(state: IncidentState) -> Iterator[QuestionView]:
    entries = plan_of(state.playbook).entries.values()
    for asked in state.playbook.questions:
        opens = tuple(entry.step.id for entry in entries if asked.id in entry.questions)
        answer = state.answers.get(asked.id, "unknown")
        yield QuestionView(id=asked.id, text=asked.text, line=asked.line, answer=answer, opens=opens)
