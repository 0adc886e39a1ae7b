"""One plain English sentence for each kind of event, for programs and terminals; pages have their own, translated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tocsin.incident import events as happened
from tocsin.incident.events import Event
from tocsin.incident.state import IncidentState
from tocsin.incident.wording import plain, span

_SAID: Mapping[type[Event], str] = {
    happened.IncidentDeclared: "declared the incident: {title}",
    happened.IncidentConfirmed: "confirmed that it is real",
    happened.IncidentDismissed: "called it a false alarm: {reason}",
    happened.IncidentResolved: "resolved the incident {summary}",
    happened.IncidentReopened: "reopened the incident: {reason}",
    happened.IncidentClosed: "closed the incident",
    happened.IncidentDescribed: "described it as: {title}",
    happened.BeganAtSet: "said that it began at {began_at}",
    happened.SeverityAssigned: "set the severity to {severity} {reason}",
    happened.SeveritySuggested: "suggested the severity {severity}",
    happened.SuggestionWithdrawn: "no longer suggests the severity {severity}",
    happened.SuggestionRejected: "did not take the severity {severity} {reason}",
    happened.QuestionAnswered: "answered {answer}: {question}",
    happened.ImpactDescribed: "described the impact: {text}",
    happened.StepOpened: "opened a step: {step}",
    happened.StepWithdrawn: "withdrew a step: {step}",
    happened.StepCompleted: "did: {step}",
    happened.StepRepeated: "did once more: {step}",
    happened.StepUncompleted: "unticked: {step}",
    happened.StepSkipped: "skipped: {step} ({reason})",
    happened.StepAssigned: "gave to {person_name}: {step}",
    happened.StepAdded: "added a step: {text}",
    happened.ResponderJoined: "{name} joined",
    happened.RoleTaken: "{person} is {role} now",
    happened.RoleLeft: "{person} is {role} no more",
    happened.UpdatePosted: "posted update {number} to {audiences}: {text}",
    happened.AudienceNotified: "told {audience}: {text}",
    happened.NoteAdded: "noted: {text}",
    happened.PromiseMade: "must by {due_at}: {text}",
    happened.PromiseMoved: "has until {due_at} now: {promise}",
    happened.PromiseSnoozed: "put off until {until}: {promise}",
    happened.PromiseReminded: "reminded {to} ({stage}): {promise}",
    happened.PromiseKept: "kept: {promise}",
    happened.PromiseWithdrawn: "withdrew: {promise} ({reason})",
    happened.IssueLinked: "linked the issue {url}",
    happened.DeclaredInChannel: "declared in {channel}: {text}",
    happened.CallStarted: "started a call: {url}",
    happened.CallShared: "shared the call with {audiences}",
    happened.DocumentConsulted: "consulted {url} {finding}",
    happened.ResolutionAnnounced: "announced the resolution to {audiences}: {text}",
    happened.EvidenceRetained: "kept evidence: {title} {url}",
    happened.HotfixReleased: "released a hotfix: {text} {url}",
    happened.ReportDrafted: "wrote version {version} of the report",
    happened.ReportApproved: "approved version {version} of the report",
    happened.ApprovalWithdrawn: "took back the approval of version {version}",
    happened.ReportShared: "shared version {version} of the report with {audiences}",
    happened.FollowUpCreated: "created a follow-up: {title} {url}",
    happened.FollowUpCompleted: "finished a follow-up: {follow_up}",
    happened.RetrospectiveScheduled: "set the retrospective for {starts_at}",
}


def sentence(event: Event, state: IncidentState) -> str:
    """Return what happened, without who did it. An event that has no words here is named by its kind."""
    said = _SAID.get(type(event))
    if said is None:
        return type(event).__name__
    fields = {name: _shown(name, getattr(event, name), state) for name in type(event).__dataclass_fields__}
    text = " ".join(said.format_map(fields).split())
    late = getattr(event, "late_seconds", 0)
    return f"{text} ({span(late)} late)" if late else text


def _shown(name: str, value: Any, state: IncidentState) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if name in _LOOK_UP and isinstance(value, str):
        return plain(_LOOK_UP[name](state).get(value, value))
    if isinstance(value, tuple):
        return ", ".join(_shown("person", part, state) for part in value) or "nobody"
    return "nobody" if value in (None, "") and name in {"person", "person_name"} else str(value or "")


def _steps(state: IncidentState) -> dict[str, str]:
    return {step.id: step.text for step in (*state.playbook.all_steps(), *state.added_steps)}


_LOOK_UP: Mapping[str, Any] = {
    "step": _steps,
    "question": lambda state: {question.id: question.text for question in state.playbook.questions},
    "promise": lambda state: {promise.id: promise.text for promise in state.promises.values()},
    "follow_up": lambda state: {follow_up.id: follow_up.title for follow_up in state.follow_ups},
    "person": lambda state: state.responders,
}
