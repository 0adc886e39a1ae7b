"""Fold events into the state of an incident. Never decides, never refuses, never reads a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tocsin.incident import events as ev
from tocsin.incident import outside
from tocsin.incident.changing import changed
from tocsin.incident.state import (
    AddedStep,
    FollowUp,
    IncidentState,
    Promise,
    Report,
    StepRecord,
    Update,
)
from tocsin.playbook.model import Playbook

Changes = dict[str, Any]


def fold(playbook: Playbook, events: Iterable[ev.Event]) -> IncidentState:
    """Rebuild an incident from its whole log."""
    state = IncidentState(playbook=playbook)
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: IncidentState, event: ev.Event) -> IncidentState:
    """Make the state that follows an event. An event that no longer finds what it speaks of only counts."""
    change = _CHANGES.get(type(event))
    changes = change(state, event) if change else {}
    last_at = event.at if state.last_at is None or event.at > state.last_at else state.last_at
    return changed(state, {"version": state.version + 1, "last_at": last_at, **changes})


def _caused(state: IncidentState, *facts: str) -> Mapping[str, int]:
    return {**state.causes, **dict.fromkeys(facts, state.version + 1)}


# --- the incident as a whole --------------------------------------------------------------------------------------


def _declared(state: IncidentState, event: ev.IncidentDeclared) -> Changes:
    free = (step.id for step in state.playbook.all_steps() if step.condition is None)
    return {
        "status": "suspected" if event.is_suspected else "active",
        "title": event.title,
        "summary": event.summary,
        "is_drill": event.is_drill,
        "is_private": event.is_private,
        "declared_at": event.at,
        "declared_by": event.by,
        "began_at": event.began_at,
        "steps": {step: StepRecord(opened_at=event.at, opened_why="Applies from the start.") for step in free},
        "causes": _caused(state, "declared", "began"),
    }


def _confirmed(state: IncidentState, event: ev.IncidentConfirmed) -> Changes:
    return {"status": "active"}


def _dismissed(state: IncidentState, event: ev.IncidentDismissed) -> Changes:
    return {"status": "dismissed", "dismissed_at": event.at, "causes": _caused(state, "dismissed")} | _NO_SUGGESTION


def _resolved(state: IncidentState, event: ev.IncidentResolved) -> Changes:
    summary = {"summary": event.summary} if event.summary else {}
    causes = _caused(state, "resolved")
    return {"status": "resolved", "resolved_at": event.at, "causes": causes} | _NO_SUGGESTION | summary


def _reopened(state: IncidentState, event: ev.IncidentReopened) -> Changes:
    cleared: Changes = {"resolved_at": None, "closed_at": None, "dismissed_at": None}
    return {"status": "active", "reopened_at": event.at, "causes": _caused(state, "reopened")} | cleared


def _closed(state: IncidentState, event: ev.IncidentClosed) -> Changes:
    return {"status": "closed", "closed_at": event.at, "causes": _caused(state, "closed")}


def _described(state: IncidentState, event: ev.IncidentDescribed) -> Changes:
    return {"title": event.title, "summary": event.summary}


def _began_at_set(state: IncidentState, event: ev.BeganAtSet) -> Changes:
    return {"began_at": event.began_at, "causes": _caused(state, "began")}


# --- severity, questions, impact ----------------------------------------------------------------------------------

_NO_SUGGESTION: Changes = {"suggestion": None, "suggestion_why": ""}


def _severity_assigned(state: IncidentState, event: ev.SeverityAssigned) -> Changes:
    changes: Changes = {"severity": event.severity, "severity_at": event.at, "causes": _caused(state, "severity")}
    return changes | _NO_SUGGESTION


def _severity_suggested(state: IncidentState, event: ev.SeveritySuggested) -> Changes:
    causes = _caused(state, "suggestion")
    return {"suggestion": event.severity, "suggestion_why": event.why, "causes": causes}


def _suggestion_withdrawn(state: IncidentState, event: ev.SuggestionWithdrawn) -> Changes:
    return _NO_SUGGESTION


def _suggestion_rejected(state: IncidentState, event: ev.SuggestionRejected) -> Changes:
    return {"rejected_suggestions": (*state.rejected_suggestions, event.severity)} | _NO_SUGGESTION


def _answered(state: IncidentState, event: ev.QuestionAnswered) -> Changes:
    causes = _caused(state, f"answer:{event.question}")
    return {"answers": {**state.answers, event.question: event.answer}, "causes": causes}


def _impact_described(state: IncidentState, event: ev.ImpactDescribed) -> Changes:
    changes: Changes = {"impact": event.text or state.impact}
    if event.is_full_downtime is None:
        return changes
    since = event.since or (state.downtime_since if state.is_full_downtime else None) or event.at
    changes["is_full_downtime"] = event.is_full_downtime
    changes["downtime_since"] = since if event.is_full_downtime else None
    return changes | {"causes": _caused(state, "impact")}


# --- steps --------------------------------------------------------------------------------------------------------


def _on_step(state: IncidentState, step: str, **changes: Any) -> Changes:
    record = state.steps.get(step) or StepRecord()
    return {"steps": {**state.steps, step: changed(record, changes)}}


def _step_opened(state: IncidentState, event: ev.StepOpened) -> Changes:
    return _on_step(state, event.step, opened_at=event.at, opened_why=event.why)


def _step_withdrawn(state: IncidentState, event: ev.StepWithdrawn) -> Changes:
    return _on_step(state, event.step, opened_at=None, opened_why="")


def _step_completed(state: IncidentState, event: ev.StepCompleted) -> Changes:
    done = {"done_at": event.at, "done_by": event.by, "evidence": event.evidence}
    return _on_step(state, event.step, changed_event=state.version + 1, **_UNDONE | done)


def _step_repeated(state: IncidentState, event: ev.StepRepeated) -> Changes:
    record = state.steps.get(event.step) or StepRecord()
    return _on_step(
        state,
        event.step,
        repeated_at=event.at,
        repeated_by=event.by,
        repeated_evidence=event.evidence,
        repeated_event=state.version + 1,
        repeat_count=record.repeat_count + 1,
    )


_UNDONE: Changes = {
    "done_at": None,
    "done_by": None,
    "evidence": "",
    "skipped_at": None,
    "skipped_by": None,
    "skip_reason": "",
}


def _step_uncompleted(state: IncidentState, event: ev.StepUncompleted) -> Changes:
    record = state.steps.get(event.step) or StepRecord()
    opened_at = event.at if record.opened_at else None
    return _on_step(state, event.step, changed_event=state.version + 1, opened_at=opened_at, **_UNDONE)


def _step_skipped(state: IncidentState, event: ev.StepSkipped) -> Changes:
    skipped = {"skipped_at": event.at, "skipped_by": event.by, "skip_reason": event.reason}
    return _on_step(state, event.step, changed_event=state.version + 1, **_UNDONE | skipped)


def _step_assigned(state: IncidentState, event: ev.StepAssigned) -> Changes:
    return _on_step(state, event.step, assignee=event.person)


def _step_added(state: IncidentState, event: ev.StepAdded) -> Changes:
    added = AddedStep(event.step, event.phase, event.text, event.after, event.by, event.at)
    opened = _on_step(state, event.step, opened_at=event.at, opened_why="Added during the incident.")
    return {"added_steps": (*state.added_steps, added)} | opened


# --- people -------------------------------------------------------------------------------------------------------


def _joined(state: IncidentState, event: ev.ResponderJoined) -> Changes:
    name = event.name or state.responders.get(event.person, "")
    return {"responders": {**state.responders, event.person: name}}


def _role_taken(state: IncidentState, event: ev.RoleTaken) -> Changes:
    name = event.name or state.responders.get(event.person, "")
    roles = {**state.roles, event.role: event.person}
    return {"roles": roles, "responders": {**state.responders, event.person: name}}


def _role_left(state: IncidentState, event: ev.RoleLeft) -> Changes:
    return {"roles": {role: who for role, who in state.roles.items() if role != event.role}}


# --- words --------------------------------------------------------------------------------------------------------


def _update_posted(state: IncidentState, event: ev.UpdatePosted) -> Changes:
    update = Update(
        number=event.number,
        at=event.at,
        by=event.by,
        text=event.text,
        audiences=event.audiences,
        is_no_change=event.is_no_change,
        event=state.version + 1,
    )
    return {"updates": (*state.updates, update)}


# --- promises -----------------------------------------------------------------------------------------------------


def _promise_made(state: IncidentState, event: ev.PromiseMade) -> Changes:
    promise = Promise(
        id=event.promise,
        kind=event.kind,
        text=event.text,
        made_at=event.at,
        due_at=event.due_at,
        length_seconds=event.length_seconds,
        step=event.step,
        line=event.line,
        occurrence=event.occurrence,
        why=event.why,
        timer=event.timer,
        made_event=state.version + 1,
        base_due_at=event.due_at,
        due_set_at=event.at,
    )
    counts = {**state.promise_counts, event.timer: state.promise_counts.get(event.timer, 0) + 1}
    return {
        "promises": {**state.promises, event.promise: promise},
        "open_promises": {**state.open_promises, event.timer: event.promise},
        "promise_counts": counts,
    }


_UNREMINDED: Changes = {"last_stage": None, "reminder_count": 0, "last_reminded_at": None}


def _on_promise(state: IncidentState, promise_id: str, **changes: Any) -> Changes:
    promise = state.promises.get(promise_id)
    if promise is None:
        return {}
    return {"promises": {**state.promises, promise_id: changed(promise, changes)}}


def _promise_moved(state: IncidentState, event: ev.PromiseMoved) -> Changes:
    moved = {"due_at": event.due_at, "base_due_at": event.due_at, "due_set_at": event.at, "snoozed_until": None}
    return _on_promise(state, event.promise, **moved, why=event.why, **_UNREMINDED)


def _promise_snoozed(state: IncidentState, event: ev.PromiseSnoozed) -> Changes:
    moved = {"due_at": event.until, "due_set_at": event.at, "snoozed_until": event.until}
    return _on_promise(state, event.promise, **moved, **_UNREMINDED)


def _promise_reminded(state: IncidentState, event: ev.PromiseReminded) -> Changes:
    return _on_promise(
        state,
        event.promise,
        last_stage=event.stage,
        reminder_count=event.count,
        last_reminded_at=event.at,
    )


def _promise_kept(state: IncidentState, event: ev.PromiseKept) -> Changes:
    kept = {"kept_at": event.at, "kept_by": event.by}
    ended = _on_promise(state, event.promise, **kept, late_seconds=event.late_seconds, evidence=event.evidence)
    return ended | _ended(state, event.promise)


def _promise_withdrawn(state: IncidentState, event: ev.PromiseWithdrawn) -> Changes:
    ended = _on_promise(state, event.promise, withdrawn_at=event.at, withdrawn_reason=event.reason)
    return ended | _ended(state, event.promise)


def _ended(state: IncidentState, promise_id: str) -> Changes:
    still_open = {timer: open_id for timer, open_id in state.open_promises.items() if open_id != promise_id}
    return {"open_promises": still_open}


# --- actions ------------------------------------------------------------------------------------------------------


def _issue_linked(state: IncidentState, event: ev.IssueLinked) -> Changes:
    return {"issue_url": event.url}


def _call_started(state: IncidentState, event: ev.CallStarted) -> Changes:
    return {"call_url": event.url}


def _report_drafted(state: IncidentState, event: ev.ReportDrafted) -> Changes:
    return {"reports": (*state.reports, Report(event.version, event.text, event.at, event.by))}


def _on_report(state: IncidentState, version: int, change: Callable[[Report], Changes]) -> Changes:
    reports = (replace(r, **change(r)) if r.version == version else r for r in state.reports)
    return {"reports": tuple(reports)}


def _report_approved(state: IncidentState, event: ev.ReportApproved) -> Changes:
    return _on_report(state, event.version, lambda report: {"approvals": (*report.approvals, event.by)})


def _approval_withdrawn(state: IncidentState, event: ev.ApprovalWithdrawn) -> Changes:
    def left(report: Report) -> Changes:
        return {"approvals": tuple(who for who in report.approvals if who != event.by)}

    return _on_report(state, event.version, left)


def _report_shared(state: IncidentState, event: ev.ReportShared) -> Changes:
    def added(report: Report) -> Changes:
        return {"shared_with": tuple(dict.fromkeys((*report.shared_with, *event.audiences)))}

    return _on_report(state, event.version, added)


def _follow_up_created(state: IncidentState, event: ev.FollowUpCreated) -> Changes:
    created = FollowUp(event.follow_up, event.title, event.category, event.url, event.owner, event.at, event.by)
    return {"follow_ups": (*state.follow_ups, created)}


def _follow_up_completed(state: IncidentState, event: ev.FollowUpCompleted) -> Changes:
    done = (replace(f, done_at=event.at) if f.id == event.follow_up else f for f in state.follow_ups)
    return {"follow_ups": tuple(done)}


def _follow_up_reopened(state: IncidentState, event: ev.FollowUpReopened) -> Changes:
    again = (replace(f, done_at=None) if f.id == event.follow_up else f for f in state.follow_ups)
    return {"follow_ups": tuple(again)}


def _follow_up_linked(state: IncidentState, event: ev.FollowUpLinked) -> Changes:
    linked = (replace(f, url=event.url) if f.id == event.follow_up else f for f in state.follow_ups)
    return {"follow_ups": tuple(linked)}


def _retrospective_scheduled(state: IncidentState, event: ev.RetrospectiveScheduled) -> Changes:
    return {"retrospective_at": event.starts_at, "retrospective_number": state.retrospective_number + 1}


def _retrospective_cancelled(state: IncidentState, event: ev.RetrospectiveCancelled) -> Changes:
    return {"retrospective_at": None, "retrospective_number": state.retrospective_number + 1}


_CHANGES: dict[type[ev.Event], Callable[[IncidentState, Any], Changes]] = {
    ev.IncidentDeclared: _declared,
    ev.IncidentConfirmed: _confirmed,
    ev.IncidentDismissed: _dismissed,
    ev.IncidentResolved: _resolved,
    ev.IncidentReopened: _reopened,
    ev.IncidentClosed: _closed,
    ev.IncidentDescribed: _described,
    ev.BeganAtSet: _began_at_set,
    ev.SeverityAssigned: _severity_assigned,
    ev.SeveritySuggested: _severity_suggested,
    ev.SuggestionWithdrawn: _suggestion_withdrawn,
    ev.SuggestionRejected: _suggestion_rejected,
    ev.QuestionAnswered: _answered,
    ev.ImpactDescribed: _impact_described,
    ev.StepOpened: _step_opened,
    ev.StepWithdrawn: _step_withdrawn,
    ev.StepCompleted: _step_completed,
    ev.StepRepeated: _step_repeated,
    ev.StepUncompleted: _step_uncompleted,
    ev.StepSkipped: _step_skipped,
    ev.StepAssigned: _step_assigned,
    ev.StepAdded: _step_added,
    ev.ResponderJoined: _joined,
    ev.RoleTaken: _role_taken,
    ev.RoleLeft: _role_left,
    ev.UpdatePosted: _update_posted,
    ev.PromiseMade: _promise_made,
    ev.PromiseMoved: _promise_moved,
    ev.PromiseSnoozed: _promise_snoozed,
    ev.PromiseReminded: _promise_reminded,
    ev.PromiseKept: _promise_kept,
    ev.PromiseWithdrawn: _promise_withdrawn,
    ev.IssueLinked: _issue_linked,
    ev.CallStarted: _call_started,
    ev.ReportDrafted: _report_drafted,
    ev.ReportApproved: _report_approved,
    ev.ApprovalWithdrawn: _approval_withdrawn,
    ev.ReportShared: _report_shared,
    ev.FollowUpCreated: _follow_up_created,
    ev.FollowUpCompleted: _follow_up_completed,
    ev.FollowUpReopened: _follow_up_reopened,
    ev.FollowUpLinked: _follow_up_linked,
    ev.RetrospectiveScheduled: _retrospective_scheduled,
    ev.RetrospectiveCancelled: _retrospective_cancelled,
    **outside.CHANGES,
}
