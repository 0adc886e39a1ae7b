"""What the API says of an incident: the row of a list, the whole room, an entry of the timeline. Reads, never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from ninja import Schema

from tocsin.incident import codec
from tocsin.incident.commands import Answer
from tocsin.incident.room import Room, room
from tocsin.incident.state import IncidentState
from tocsin.store.log import Recorded
from tocsin.store.models import Incident

Status = Literal["suspected", "active", "resolved", "closed", "dismissed"]


class IncidentRow(Schema):
    """One line of the list of incidents."""

    ref: str
    title: str
    status: Status
    severity: str | None
    is_drill: bool
    is_private: bool
    commander: str | None
    declared_at: datetime
    began_at: datetime
    resolved_at: datetime | None
    version: int
    next_due_at: datetime | None


class IncidentPage(Schema):
    """Incidents, newest first. `next` is the cursor of the page after this one, null on the last."""

    incidents: list[IncidentRow]
    next: str | None


class StepOut(Schema):
    """One step as it stands. `why`: why it applies, or what it waits for. `owner`: who does it."""

    id: str
    phase: str
    text: str
    depth: int
    status: Literal["open", "waiting", "not-applicable", "done", "skipped"]
    why: str
    is_next: bool
    is_ordered: bool
    is_added: bool
    line: int | None
    owner: str | None
    due_at: datetime | None
    promise: str | None
    action: str | None = None
    notes: list[str] = []
    done_at: datetime | None = None
    done_by: str | None = None
    evidence: str = ""
    skip_reason: str = ""


class PhaseOut(Schema):
    """A phase with its steps, parents before sub-steps (see `depth`)."""

    title: str
    steps: list[StepOut]
    done_count: int
    open_count: int


class QuestionOut(Schema):
    """A question with its answer. `opens`: the steps that a yes opens."""

    id: str
    text: str
    line: int
    answer: Answer
    opens: list[str]


class SeverityOut(Schema):
    """A level that can be assigned, with its criteria; rank 0 is the most severe."""

    name: str
    rank: int
    criteria: list[str]


class PromiseOut(Schema):
    """A timer that runs, was kept, or was withdrawn."""

    id: str
    kind: Literal["recurring", "elapsed", "deadline"]
    text: str
    made_at: datetime
    due_at: datetime
    step: str | None
    line: int | None
    occurrence: int
    why: str
    is_open: bool
    is_overdue: bool = False
    kept_at: datetime | None
    kept_by: str | None
    late_seconds: int
    evidence: str
    withdrawn_at: datetime | None
    withdrawn_reason: str


class UpdateOut(Schema):
    number: int
    at: datetime
    by: str
    text: str
    audiences: list[str]
    is_no_change: bool


class ReportOut(Schema):
    """One version of the report; approvals are given to one version."""

    version: int
    text: str
    at: datetime
    by: str
    approvals: list[str]
    shared_with: list[str]


class FollowUpOut(Schema):
    id: str
    title: str
    category: str
    url: str
    owner: str | None
    at: datetime
    by: str
    done_at: datetime | None


class RoomOut(Schema):
    """The whole room at one moment. `next_step` is the first thing to do. `people` gives names for references."""

    ref: str
    version: int
    now: datetime
    title: str
    summary: str
    status: Status
    severity: str | None
    suggestion: str | None
    suggestion_why: str
    impact: str
    is_drill: bool
    is_private: bool
    playbook: str
    playbook_name: str
    declared_at: datetime
    declared_by: str | None
    began_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    dismissed_at: datetime | None
    call_url: str
    issue_url: str
    retrospective_at: datetime | None
    next_step: StepOut | None
    next_update: PromiseOut | None
    severities: list[SeverityOut]
    phases: list[PhaseOut]
    questions: list[QuestionOut]
    promises: list[PromiseOut]
    roles: dict[str, str]
    responders: dict[str, str]
    audiences: list[str]
    updates: list[UpdateOut]
    reports: list[ReportOut]
    follow_ups: list[FollowUpOut]
    people: dict[str, str]


class EntryOut(Schema):
    """One event of the timeline. `seq` counts from 1; `text` says it in a sentence; `data` holds all of it.

    `why`, `line` and `cause` say why Tocsin did it, from which line of the playbook and because of which event.
    """

    seq: int
    at: datetime
    by: str
    by_name: str
    type: str
    text: str
    why: str
    line: int | None
    cause: int | None
    hash: str
    data: dict[str, Any]


class TimelineOut(Schema):
    """Events in order. `last_seq` is the number to give as `since` next time."""

    ref: str
    entries: list[EntryOut]
    last_seq: int


class DoneOut(Schema):
    """What a command did. `events` names what happened, in order; it may be empty. `version` is the incident's after it."""

    ref: str
    version: int
    events: list[str]


def row(incident: Incident) -> IncidentRow:
    return IncidentRow.model_validate(incident)


def show(ref: str, state: IncidentState, now: datetime, names: Mapping[str, str]) -> RoomOut:
    """Return the room of a declared incident as it stands at `now`."""
    seen = room(state, now)
    fields = {name: getattr(state, name) for name in _OF_STATE}
    return RoomOut(
        ref=ref,
        now=now,
        **fields,
        playbook=state.playbook.digest,
        playbook_name=state.playbook.name,
        next_step=_step(seen.next_step) if seen.next_step else None,
        next_update=_promise(seen.next_update, now) if seen.next_update else None,
        severities=[
            SeverityOut(name=level.name, rank=level.rank, criteria=list(level.criteria))
            for level in state.playbook.severities
        ],
        phases=_phases(seen),
        questions=[QuestionOut.model_validate(question) for question in seen.questions],
        promises=[_promise(promise, now) for promise in seen.promises],
        audiences=list(dict.fromkeys([*state.playbook.channels, *state.playbook.audiences])),
        updates=[UpdateOut.model_validate(update) for update in state.updates],
        reports=[ReportOut.model_validate(report) for report in state.reports],
        follow_ups=[FollowUpOut.model_validate(follow_up) for follow_up in state.follow_ups],
        people={**state.responders, **names},
    )


def all_promises(promises: Iterable[Any], now: datetime) -> list[PromiseOut]:
    return [_promise(promise, now) for promise in promises]


def entry(recorded: Recorded, text: str, names: Mapping[str, str]) -> EntryOut:
    event = recorded.event
    return EntryOut(
        seq=recorded.seq,
        at=recorded.at,
        by=recorded.by,
        by_name=names.get(recorded.by, _OURS.get(recorded.by, recorded.by)),
        type=type(event).__name__,
        text=text,
        why=event.why,
        line=event.line,
        cause=event.cause,
        hash=recorded.hash,
        data=codec.event_to_json(event),
    )


_OURS = {"system": "Tocsin", "clock": "Tocsin"}
_OF_STATE = (
    "version",
    "title",
    "summary",
    "status",
    "severity",
    "suggestion",
    "suggestion_why",
    "impact",
    "is_drill",
    "is_private",
    "declared_at",
    "declared_by",
    "began_at",
    "resolved_at",
    "closed_at",
    "dismissed_at",
    "call_url",
    "issue_url",
    "retrospective_at",
    "roles",
    "responders",
)


def _phases(seen: Room) -> list[PhaseOut]:
    return [
        PhaseOut(
            title=phase.title,
            steps=[_step(view) for view in phase.steps],
            done_count=phase.done_count,
            open_count=phase.open_count,
        )
        for phase in seen.phases
    ]


def _step(view: Any) -> StepOut:
    shown = StepOut.model_validate(view)
    record = view.record
    shown.done_at, shown.done_by, shown.evidence = record.done_at, record.done_by, record.evidence
    shown.skip_reason = record.skip_reason
    if view.step is not None:
        shown.action, shown.notes = view.step.action, list(view.step.notes)
    return shown


def _promise(promise: Any, now: datetime) -> PromiseOut:
    shown = PromiseOut.model_validate(promise)
    shown.is_overdue = shown.is_open and promise.due_at <= now
    return shown
