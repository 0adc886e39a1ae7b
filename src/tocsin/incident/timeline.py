"""Say each event in one plain sentence, for the room, the export and the simulation. Never says when or why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import events as ev
from tocsin.incident.plan import plan_of
from tocsin.incident.state import IncidentState
from tocsin.incident.wording import listed, moment, people, person, plain, span

Say = Callable[[Any, IncidentState], str]


def describe(event: ev.Event, state: IncidentState) -> str:
    """Say what happened. `state` may be any later one of the same incident: it gives names and texts."""
    return _SENTENCES[type(event)](event, state)


def _who(event: ev.Event, state: IncidentState) -> str:
    if isinstance(event, ev.IncidentDeclared) and event.by_name:
        return event.by_name
    return person(state, event.by)


def _step(step_id: str, state: IncidentState) -> str:
    entry = plan_of(state.playbook).entries.get(step_id)
    added = next((step for step in state.added_steps if step.id == step_id), None)
    text = entry.step.text if entry else added.text if added else step_id
    return f"“{plain(text)}”"


def _promise(promise_id: str, state: IncidentState) -> str:
    promise = state.promises.get(promise_id)
    return f"“{plain(promise.text)}”" if promise else f"“{promise_id}”"


def _to(audiences: tuple[str, ...]) -> str:
    return f" to {listed(audiences)}" if audiences else ""


def _with(text: str, mark: str = ": ") -> str:
    return f"{mark}{text}" if text else ""


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _late(seconds: int) -> str:
    return f", {span(seconds)} late" if seconds else ", in time"


# --- the incident as a whole --------------------------------------------------------------------------------------


def _declared(event: ev.IncidentDeclared, state: IncidentState) -> str:
    kind = "a drill" if event.is_drill else "a suspected incident" if event.is_suspected else "the incident"
    since = f" It began at {moment(event.began_at, event.at)}." if event.began_at != event.at else ""
    return f"{_stop(f'{_who(event, state)} declared {kind}: {event.title}')}{since}"


def _described(event: ev.IncidentDescribed, state: IncidentState) -> str:
    return f"{_who(event, state)} described the incident: {event.title}{_with(event.summary, ' — ')}"


# --- promises -----------------------------------------------------------------------------------------------------

_STAGES: dict[ev.Stage, str] = {
    "ahead": "reminded ahead of time of",
    "due": "reminded that it is due:",
    "overdue": "reminded again that it is overdue:",
    "escalated": "told a second person that it is overdue:",
    "other-way": "reminded by another way that it is overdue:",
}


def _reminded(event: ev.PromiseReminded, state: IncidentState) -> str:
    late = f" The reminder was {span(event.late_seconds)} late." if event.late_seconds else ""
    named = _promise(event.promise, state)
    return f"Tocsin {_STAGES[event.stage]} {named}, to {people(state, event.to)}.{late}"


def _made(event: ev.PromiseMade, state: IncidentState) -> str:
    return f"A promise was made: “{plain(event.text)}” by {moment(event.due_at, event.at)}"


def _kept(event: ev.PromiseKept, state: IncidentState) -> str:
    return f"{_who(event, state)} kept {_promise(event.promise, state)}{_late(event.late_seconds)}: {event.evidence}"


def _moved(event: ev.PromiseMoved, state: IncidentState) -> str:
    return f"{_promise(event.promise, state)} is now due at {moment(event.due_at, event.at)}"


def _snoozed(event: ev.PromiseSnoozed, state: IncidentState) -> str:
    until = moment(event.until, event.at)
    return f"{_who(event, state)} put {_promise(event.promise, state)} off until {until}{_with(event.reason)}"


# --- people and words ---------------------------------------------------------------------------------------------


def _role_taken(event: ev.RoleTaken, state: IncidentState) -> str:
    over = f", from {person(state, event.before)}" if event.before else ""
    return f"{person(state, event.person)} is {event.role}{over}"


def _assigned(event: ev.StepAssigned, state: IncidentState) -> str:
    whose = f"gave {_step(event.step, state)} to {person(state, event.person)}"
    return f"{_who(event, state)} {whose if event.person else f'took {_step(event.step, state)} back from its owner'}"


def _update(event: ev.UpdatePosted, state: IncidentState) -> str:
    text = "nothing has changed" if event.is_no_change and not event.text else plain(event.text, 300)
    return f"{_who(event, state)} posted update {event.number}{_to(event.audiences)}: {text}"


def _severity(event: ev.SeverityAssigned, state: IncidentState) -> str:
    change = f"from {event.before} to {event.severity}" if event.before else f"to {event.severity}"
    return f"{_who(event, state)} set the severity {change}{_with(event.reason)}"


def _answered(event: ev.QuestionAnswered, state: IncidentState) -> str:
    asked = next((q.text for q in state.playbook.questions if q.id == event.question), event.question)
    return f"{_who(event, state)} answered “{plain(asked)}”: {event.answer}"


def _impact(event: ev.ImpactDescribed, state: IncidentState) -> str:
    down = {True: "everything is down", False: "not everything is down", None: ""}[event.is_full_downtime]
    since = f" since {moment(event.since, event.at)}" if event.since and event.is_full_downtime else ""
    said = "; ".join(part for part in (plain(event.text, 300), f"{down}{since}") if part)
    return f"{_who(event, state)} described the impact: {said}"


def _audience(message: str, state: IncidentState) -> str:
    found = state.messages.get(message)
    return found.audience if found else message


def _message(message: str, state: IncidentState) -> str:
    found = state.messages.get(message)
    return f"“{plain(found.subject or found.text, 80)}”" if found else message


def _chosen(event: ev.RecipientsChosen, state: IncidentState) -> str:
    whom = listed(event.names or event.recipients) or "everybody again"
    return f"{_who(event, state)} chose whom of {event.audience} this concerns: {whom}"


def _sent(event: ev.MessageSent, state: IncidentState) -> str:
    whom = listed(event.names or event.recipients)
    if state.is_drill:
        return f"{_who(event, state)} practised sending {_message(event.message, state)}; in a drill nothing leaves"
    return f"{_who(event, state)} sent {_message(event.message, state)} to {_audience(event.message, state)}: {whom}"


def _by(words: Callable[[Any, IncidentState], str]) -> Say:
    """Begin a sentence with who did it."""
    return lambda event, state: f"{_who(event, state)} {words(event, state)}"


_NOTED = {"written": "noted", "edited": "edited a note, now", "deleted": "deleted a note, which said"}
_PLAIN: dict[type[ev.Event], Say] = {
    ev.IncidentDeclared: _declared,
    ev.IncidentConfirmed: _by(lambda e, s: "confirmed that the incident is real"),
    ev.IncidentDismissed: _by(lambda e, s: f"dismissed it as a false alarm: {e.reason}"),
    ev.IncidentResolved: _by(lambda e, s: f"resolved the incident{_with(e.summary)}"),
    ev.IncidentReopened: _by(lambda e, s: f"reopened the incident: {e.reason}"),
    ev.IncidentClosed: _by(lambda e, s: "closed the incident"),
    ev.IncidentDescribed: _described,
    ev.BeganAtSet: _by(lambda e, s: f"said that it began at {moment(e.began_at, e.at)}"),
    ev.SeverityAssigned: _severity,
    ev.SeveritySuggested: lambda e, s: f"Tocsin suggests severity {e.severity}",
    ev.SuggestionWithdrawn: lambda e, s: f"Tocsin no longer suggests severity {e.severity}",
    ev.SuggestionRejected: _by(lambda e, s: f"did not take the suggested severity {e.severity}{_with(e.reason)}"),
    ev.QuestionAnswered: _answered,
    ev.ImpactDescribed: _impact,
    ev.StepOpened: lambda e, s: f"{_step(e.step, s)} now applies",
    ev.StepWithdrawn: lambda e, s: f"{_step(e.step, s)} no longer applies",
    ev.StepCompleted: _by(lambda e, s: f"did {_step(e.step, s)}{_with(e.evidence)}"),
    ev.StepRepeated: _by(lambda e, s: f"did {_step(e.step, s)} once more{_with(e.evidence)}"),
    ev.StepUncompleted: _by(lambda e, s: f"took back {_step(e.step, s)}"),
    ev.StepSkipped: _by(lambda e, s: f"skipped {_step(e.step, s)}: {e.reason}"),
    ev.StepAssigned: _assigned,
    ev.StepAdded: _by(lambda e, s: f"added “{plain(e.text)}” to {e.phase}"),
    ev.ResponderJoined: lambda e, s: f"{e.name or person(s, e.person)} joined",
    ev.RoleTaken: _role_taken,
    ev.RoleLeft: lambda e, s: f"{person(s, e.person)} is no longer {e.role}",
    ev.UpdatePosted: _update,
    ev.AudienceNotified: _by(lambda e, s: f"told {e.audience}: {plain(e.text, 300)}"),
    ev.RecipientsChosen: _chosen,
    ev.MessageDrafted: _by(lambda e, s: f"drafted a message to {e.audience}: {plain(e.text, 300)}"),
    ev.MessageApproved: _by(lambda e, s: f"approved the message to {_audience(e.message, s)}"),
    ev.MessageDiscarded: _by(lambda e, s: f"threw the draft to {_audience(e.message, s)} away"),
    ev.MessageSent: _sent,
    ev.MessageAcknowledged: lambda e, s: f"{e.name or e.recipient} acknowledged {_message(e.message, s)}",
    ev.TeamPaged: _by(
        lambda e, s: f"paged {e.team} ({people(s, tuple(e.stages[0].split()) if e.stages else ())}): {e.text}"
    ),
    ev.PageEscalated: lambda e, s: f"Tocsin paged {people(s, e.to)}: nobody had answered",
    ev.PageAcknowledged: _by(lambda e, s: "acknowledged the page"),
    ev.NoteAdded: _by(lambda e, s: f"{_NOTED[e.change]}: {plain(e.text, 300)}"),
    ev.PromiseMade: _made,
    ev.PromiseMoved: _moved,
    ev.PromiseSnoozed: _snoozed,
    ev.PromiseReminded: _reminded,
    ev.PromiseKept: _kept,
    ev.PromiseWithdrawn: lambda e, s: f"{_promise(e.promise, s)} was withdrawn: {e.reason}",
    ev.IssueLinked: _by(lambda e, s: f"linked the issue {e.url}"),
    ev.DeclaredInChannel: _by(lambda e, s: f"declared the incident in {e.channel}: {plain(e.text, 300)}"),
    ev.CallStarted: _by(lambda e, s: f"started a call: {' '.join((e.url, *e.tried))}"),
    ev.CallShared: _by(lambda e, s: f"shared the call{_to(e.audiences).replace(' to ', ' with ', 1)}"),
    ev.DocumentConsulted: _by(lambda e, s: f"consulted {e.url}{_with(plain(e.finding, 300))}"),
    ev.ResolutionAnnounced: _by(lambda e, s: f"announced the resolution{_to(e.audiences)}: {plain(e.text, 300)}"),
    ev.EvidenceRetained: _by(lambda e, s: f"kept “{plain(e.title)}” as evidence"),
    ev.HotfixReleased: _by(lambda e, s: f"released a fix: {plain(e.text, 300)}"),
    ev.ReportDrafted: _by(lambda e, s: f"wrote version {e.version} of the report"),
    ev.ReportApproved: _by(lambda e, s: f"approved version {e.version} of the report"),
    ev.ApprovalWithdrawn: _by(lambda e, s: f"took back the approval of version {e.version} of the report"),
    ev.ReportShared: _by(lambda e, s: f"shared version {e.version} of the report with {listed(e.audiences)}"),
    ev.FollowUpCreated: _by(lambda e, s: f"noted a follow-up: {plain(e.title)}"),
    ev.FollowUpCompleted: _by(lambda e, s: f"finished the follow-up {_follow_up(e.follow_up, s)}"),
    ev.FollowUpReopened: _by(lambda e, s: f"opened the follow-up {_follow_up(e.follow_up, s)} again"),
    ev.FollowUpLinked: _by(lambda e, s: f"filed the follow-up {_follow_up(e.follow_up, s)} as {e.url}"),
    ev.RetrospectiveCancelled: _by(lambda e, s: f"called the retrospective off{_with(e.reason)}"),
    ev.RetrospectiveScheduled: _by(lambda e, s: f"planned the retrospective for {_day(e.starts_at)}"),
}


def _follow_up(follow_up: str, state: IncidentState) -> str:
    title = next((f.title for f in state.follow_ups if f.id == follow_up), follow_up)
    return f"“{plain(title)}”"


def _day(at: Any) -> str:
    return f"{at:%A} {at.day} {at:%B} {at:%Y}, {moment(at)}"


def _stopped(say: Say) -> Say:
    return lambda event, state: _stop(say(event, state))


_SENTENCES: dict[type[ev.Event], Say] = {kind: _stopped(say) for kind, say in _PLAIN.items()}
