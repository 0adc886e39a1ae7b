"""The timeline in words: one sentence, an icon and the words people wrote, for each kind of event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tocsin.incident import events as ev
from tocsin.incident.state import IncidentState
from tocsin.store.log import Recorded
from tocsin.web.durations import in_words
from tocsin.web.sentences import say
from tocsin.web.wording import plain


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `tone` is "quiet" for what Tocsin keeps in order by itself, "strong" for turning points,
    "late" for what was missed, else "". `body` is Markdown that somebody wrote."""

    seq: int
    at: datetime
    by: str
    text: str
    body: str
    icon: str
    tone: str
    why: str
    line: int | None
    cause: int | None
    hash: str


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    icon: str
    tone: str = ""
    body: str = ""


def tell(recorded: Recorded, state: IncidentState) -> Entry:
    """Return an event of this incident in words."""
    event = recorded.event
    told = _TELLERS[type(event)](event, _Place(state))
    return Entry(
        seq=recorded.seq,
        at=event.at,
        by=event.by,
        text=told.text,
        body=told.body,
        icon=told.icon,
        tone=told.tone,
        why=event.why,
        line=event.line,
        cause=event.cause,
        hash=recorded.hash,
    )


class _Place:
    """Looks up what an event only names."""

    def __init__(self, state: IncidentState) -> None:
        self.state = state

    def step(self, step_id: str) -> str:
        step = self.state.step_of(step_id)
        added = next((each for each in self.state.added_steps if each.id == step_id), None)
        text = plain(step.text if step else added.text if added else step_id)
        return text if len(text) <= 120 else f"{text[:119]}…"

    def question(self, question_id: str) -> str:
        return next((each.text for each in self.state.playbook.questions if each.id == question_id), question_id)

    def promise(self, promise_id: str) -> str:
        promise = self.state.promises.get(promise_id)
        return plain(promise.text) if promise else promise_id

    def person(self, ref: str | None) -> str:
        return self.state.responders.get(ref or "", "") or _("somebody")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or _("nobody outside the room")


Teller = Callable[[Any, _Place], _Told]


def _declared(event: ev.IncidentDeclared, place: _Place) -> _Told:
    text = _("suspected an incident") if event.is_suspected else _("declared the incident")
    if event.is_drill:
        text = _("declared a drill")
    return _Told(text, "urgent", "strong", event.summary)


def _severity(event: ev.SeverityAssigned, place: _Place) -> _Told:
    words = {"severity": event.severity, "before": event.before}
    text = _("changed the severity from %(before)s to %(severity)s") if event.before else _("assigned %(severity)s")
    return _Told(text % words, "flag", "strong", event.reason)


def _answered(event: ev.QuestionAnswered, place: _Place) -> _Told:
    answers = {"yes": _("yes"), "no": _("no"), "unknown": _("not known yet")}
    words = {"answer": answers[event.answer], "question": place.question(event.question)}
    return _Told(_("answered %(answer)s: %(question)s") % words, "question-mark")


def _assigned(event: ev.StepAssigned, place: _Place) -> _Told:
    words = {"step": place.step(event.step), "person": event.person_name or place.person(event.person)}
    if event.person is None:
        return _Told(_("took the assignment off: %(step)s") % words, "user")
    return _Told(_("gave %(person)s: %(step)s") % words, "user-check")


def _joined(event: ev.ResponderJoined, place: _Place) -> _Told:
    text = _("joined") if event.by == event.person else _("brought in %(name)s") % {"name": event.name}
    return _Told(text, "user-plus", "quiet")


def _role_taken(event: ev.RoleTaken, place: _Place) -> _Told:
    words = {"person": event.name or place.person(event.person), "role": say(event.role)}
    text = _("took the role %(role)s") if event.by == event.person else _("made %(person)s %(role)s")
    return _Told(text % words, "user-check")


def _role_left(event: ev.RoleLeft, place: _Place) -> _Told:
    words = {"person": place.person(event.person), "role": say(event.role)}
    text = _("left the role %(role)s") if event.by == event.person else _("freed %(person)s from the role %(role)s")
    return _Told(text % words, "user")


def _update(event: ev.UpdatePosted, place: _Place) -> _Told:
    words = {"number": event.number, "audiences": _listed(event.audiences)}
    text = (
        _("reported nothing new to %(audiences)s")
        if event.is_no_change
        else _("posted update %(number)s to %(audiences)s")
    )
    return _Told(text % words, "speakerphone", "strong", event.text)


def _reminded(event: ev.PromiseReminded, place: _Place) -> _Told:
    patterns = {
        "ahead": _("reminded ahead of time: %(promise)s"),
        "due": _("reminded that it is due: %(promise)s"),
        "overdue": _("reminded that it is overdue: %(promise)s"),
        "escalated": _("asked a second person: %(promise)s"),
        "other-way": _("asked by another way: %(promise)s"),
    }
    text = patterns[event.stage] % {"promise": place.promise(event.promise)}
    if event.late_seconds:
        text += " " + _("(%(length)s late)") % {"length": in_words(event.late_seconds)}
    return _Told(text, "bell-ringing", "" if event.stage in {"ahead", "due"} else "late")


def _kept(event: ev.PromiseKept, place: _Place) -> _Told:
    words = {"promise": place.promise(event.promise), "length": in_words(event.late_seconds)}
    if event.late_seconds:
        return _Told(_("kept %(length)s late: %(promise)s") % words, "clock-exclamation", "late", event.evidence)
    return _Told(_("kept in time: %(promise)s") % words, "clock", "quiet", event.evidence)


def _impact(event: ev.ImpactDescribed, place: _Place) -> _Told:
    texts = {
        None: _("described the impact"),
        True: _("described the impact: everything is down"),
        False: _("described the impact: not everything is down"),
    }
    return _Told(texts[event.is_full_downtime], "target", body=event.text)


def _evidence(event: ev.EvidenceRetained, place: _Place) -> _Told:
    return _Told(_("kept %(title)s") % {"title": event.title}, "archive", body=event.url)


def _approved(event: ev.ReportApproved, place: _Place) -> _Told:
    return _Told(_("approved version %(version)s of the report") % {"version": event.version}, "check")


def _skipped(event: ev.StepSkipped, place: _Place) -> _Told:
    return _Told(_("skipped: %(step)s") % {"step": place.step(event.step)}, "player-skip-forward", body=event.reason)


def _step(pattern: Callable[[], str], icon: str, tone: str = "") -> Teller:
    def told(event: Any, place: _Place) -> _Told:
        return _Told(pattern() % {"step": place.step(event.step)}, icon, tone, getattr(event, "evidence", ""))

    return told


def _promise(pattern: Callable[[], str], icon: str, body: str = "") -> Teller:
    def told(event: Any, place: _Place) -> _Told:
        return _Told(pattern() % {"promise": place.promise(event.promise)}, icon, "quiet", getattr(event, body, ""))

    return told


def _plain(pattern: Callable[[], str], icon: str, tone: str = "", body: str = "") -> Teller:
    """A sentence with the event's own fields in it; `body` names the field that somebody wrote."""

    def told(event: Any, place: _Place) -> _Told:
        words = {name: getattr(event, name) for name in event.__dataclass_fields__}
        words["to"] = _listed(words.get("audiences", ()))
        return _Told(pattern() % words, icon, tone, getattr(event, body) if body else "")

    return told


def _chosen(event: ev.RecipientsChosen, place: _Place) -> _Told:
    words = {"audience": event.audience, "names": ", ".join(event.names) or _("everybody again")}
    return _Told(_("chose whom of %(audience)s this concerns: %(names)s") % words, "users")


def _message(text: Callable[[], str], icon: str) -> Teller:
    def told(event: Any, place: _Place) -> _Told:
        found = place.state.messages.get(event.message)
        return _Told(text() % {"audience": found.audience if found else event.message}, icon)

    return told


def _message_sent(event: ev.MessageSent, place: _Place) -> _Told:
    found = place.state.messages.get(event.message)
    text = _("told %(names)s")
    if place.state.is_drill:
        text = _("practised telling %(names)s; in a drill nothing leaves")
    return _Told(text % {"names": ", ".join(event.names)}, "send", "strong", found.text if found else "")


_TELLERS: dict[type[ev.Event], Teller] = {
    ev.IncidentDeclared: _declared,
    ev.IncidentConfirmed: _plain(lambda: _("confirmed the incident"), "urgent", "strong"),
    ev.IncidentDismissed: _plain(lambda: _("dismissed it as a false alarm"), "x", "strong", "reason"),
    ev.IncidentResolved: _plain(lambda: _("resolved the incident"), "circle-check", "strong", "summary"),
    ev.IncidentReopened: _plain(lambda: _("reopened the incident"), "arrow-back-up", "strong", "reason"),
    ev.IncidentClosed: _plain(lambda: _("closed the incident"), "archive", "strong"),
    ev.IncidentDescribed: _plain(lambda: _("changed the title or summary: %(title)s"), "pencil", body="summary"),
    ev.BeganAtSet: _plain(lambda: _("said when it really began"), "clock"),
    ev.SeverityAssigned: _severity,
    ev.SeveritySuggested: _plain(lambda: _("suggests %(severity)s"), "flag"),
    ev.SuggestionWithdrawn: _plain(lambda: _("no longer suggests %(severity)s"), "flag", "quiet"),
    ev.SuggestionRejected: _plain(lambda: _("did not take %(severity)s"), "flag", body="reason"),
    ev.QuestionAnswered: _answered,
    ev.ImpactDescribed: _impact,
    ev.StepOpened: _step(lambda: _("opened: %(step)s"), "chevron-right"),
    ev.StepWithdrawn: _step(lambda: _("withdrew: %(step)s"), "circle-minus"),
    ev.StepCompleted: _step(lambda: _("did: %(step)s"), "check"),
    ev.StepRepeated: _step(lambda: _("did once more: %(step)s"), "refresh"),
    ev.StepUncompleted: _step(lambda: _("opened again: %(step)s"), "arrow-back-up"),
    ev.StepSkipped: _skipped,
    ev.StepAssigned: _assigned,
    ev.StepAdded: _plain(lambda: _("added a step: %(text)s"), "plus"),
    ev.ResponderJoined: _joined,
    ev.RoleTaken: _role_taken,
    ev.RoleLeft: _role_left,
    ev.UpdatePosted: _update,
    ev.AudienceNotified: _plain(lambda: _("told %(audience)s"), "send", "strong", "text"),
    ev.NoteAdded: _plain(lambda: _("noted"), "note", body="text"),
    ev.PromiseMade: _plain(lambda: _("will watch: %(text)s"), "clock", "quiet"),
    ev.PromiseMoved: _promise(lambda: _("moved the due time: %(promise)s"), "clock"),
    ev.PromiseSnoozed: _promise(lambda: _("snoozed: %(promise)s"), "clock-pause", "reason"),
    ev.PromiseReminded: _reminded,
    ev.PromiseKept: _kept,
    ev.PromiseWithdrawn: _promise(lambda: _("no longer asks for: %(promise)s"), "clock", "reason"),
    ev.IssueLinked: _plain(lambda: _("linked the issue"), "link", body="url"),
    ev.DeclaredInChannel: _plain(lambda: _("declared it in %(channel)s"), "speakerphone", "strong", "text"),
    ev.CallStarted: _plain(lambda: _("started a call"), "phone-call", body="url"),
    ev.CallShared: _plain(lambda: _("shared the call with %(to)s"), "phone-call", body="url"),
    ev.DocumentConsulted: _plain(lambda: _("consulted %(url)s"), "file-search", body="finding"),
    ev.ResolutionAnnounced: _plain(lambda: _("announced the end to %(to)s"), "circle-check", "strong", "text"),
    ev.EvidenceRetained: _evidence,
    ev.HotfixReleased: _plain(lambda: _("released a hotfix"), "rocket", "strong", "text"),
    ev.ReportDrafted: _plain(lambda: _("wrote version %(version)s of the report"), "file-text"),
    ev.ReportApproved: _approved,
    ev.ApprovalWithdrawn: _plain(lambda: _("took back the approval of version %(version)s"), "arrow-back-up"),
    ev.ReportShared: _plain(lambda: _("shared version %(version)s of the report with %(to)s"), "send"),
    ev.FollowUpCreated: _plain(lambda: _("added a follow-up: %(title)s"), "list-check", body="url"),
    ev.FollowUpCompleted: _plain(lambda: _("finished follow-up %(follow_up)s"), "check"),
    ev.FollowUpReopened: _plain(lambda: _("opened follow-up %(follow_up)s again"), "arrow-back-up"),
    ev.FollowUpLinked: _plain(lambda: _("filed follow-up %(follow_up)s as an issue"), "list-check", body="url"),
    ev.RecipientsChosen: _chosen,
    ev.MessageDrafted: _plain(lambda: _("drafted a message to %(audience)s"), "pencil", body="text"),
    ev.MessageApproved: _message(lambda: _("approved the message to %(audience)s"), "check"),
    ev.MessageDiscarded: _message(lambda: _("threw away the draft to %(audience)s"), "x"),
    ev.MessageSent: _message_sent,
    ev.MessageAcknowledged: _plain(lambda: _("%(name)s has read and acknowledged it"), "circle-check"),
    ev.TeamPaged: _plain(lambda: _("paged %(team)s"), "bell-ringing", "strong", "text"),
    ev.PageEscalated: _plain(lambda: _("paged the next: nobody had answered"), "bell-ringing", "late"),
    ev.PageAcknowledged: _plain(lambda: _("answered the page"), "bell-ringing", "strong"),
    ev.RetrospectiveCancelled: _plain(lambda: _("called the retrospective off"), "calendar-event", body="reason"),
    ev.RetrospectiveScheduled: _plain(lambda: _("scheduled the retrospective"), "calendar-event"),
}


def known_kinds() -> frozenset[type[ev.Event]]:
    """The kinds of event that can be told; a test holds them against the events there are."""
    return frozenset(_TELLERS)
