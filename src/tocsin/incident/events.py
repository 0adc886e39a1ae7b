"""What happened to an incident. Past tense, frozen, complete: the log alone rebuilds everything.

Every event says when (`at`, aware UTC), who (`by`, as in `commands`), and, where Tocsin itself acted, why: a plain
sentence, the playbook's line (`line`, from 1) and the number in this incident's log of the event that caused it
(`cause`, from 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tocsin.incident.commands import Answer, MessageKind, NoteChange

Stage = Literal["ahead", "due", "overdue", "escalated", "other-way"]
PromiseKind = Literal["recurring", "elapsed", "deadline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at: datetime
    by: str
    why: str = ""
    line: int | None = None
    cause: int | None = None


# --- the incident as a whole ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDeclared(Event):
    """The first event. `playbook` is the digest of the playbook version that this incident keeps to the end."""

    title: str
    playbook: str
    summary: str = ""
    by_name: str = ""
    is_suspected: bool = False
    is_drill: bool = False
    is_private: bool = False
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentConfirmed(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDismissed(Event):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(Event):
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened(Event):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDescribed(Event):
    title: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeganAtSet(Event):
    began_at: datetime


# --- severity, questions, impact --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityAssigned(Event):
    severity: str
    before: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveritySuggested(Event):
    """A criterion holds; `why` says which and since when. A person confirms or rejects."""

    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionWithdrawn(Event):
    """What the suggestion rested on no longer holds."""

    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRejected(Event):
    severity: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactDescribed(Event):
    text: str
    is_full_downtime: bool | None = None
    since: datetime | None = None


# --- steps ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened(Event):
    """A step that waited now applies; `why` says what made it so. Steps without a condition apply from the start
    and have no such event."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWithdrawn(Event):
    """An open step no longer applies; what was done stays done."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(Event):
    step: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRepeated(Event):
    """A recurring step was done once, without Tocsin sending anything; it stays open for the next time."""

    step: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUncompleted(Event):
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(Event):
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAssigned(Event):
    step: str
    person: str | None
    person_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdded(Event):
    step: str
    phase: str
    text: str
    after: str | None = None


# --- people -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderJoined(Event):
    person: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTaken(Event):
    """`before` is who handed the role over, or None."""

    role: str
    person: str
    name: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLeft(Event):
    role: str
    person: str


# --- words ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePosted(Event):
    """`number` counts this incident's updates from 1."""

    number: int
    text: str
    audiences: tuple[str, ...]
    is_no_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceNotified(Event):
    audience: str
    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientsChosen(Event):
    """Of this audience only these contacts ("contact:<id>") are told; `names` are what they go by. Empty: everybody."""

    audience: str
    recipients: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDrafted(Event):
    """A message to an outside audience was written or rewritten; nothing left. Approvals of earlier words are void."""

    message: str
    audience: str
    kind: MessageKind
    subject: str
    text: str
    corrects: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageApproved(Event):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDiscarded(Event):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """It went to these contacts; `names` are what they go by."""

    message: str
    recipients: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAcknowledged(Event):
    message: str
    recipient: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPaged(Event):
    """The first stage was paged. `stages` holds person ids with spaces between, one text a stage."""

    page: str
    team: str
    text: str
    stages: tuple[str, ...]
    wait_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEscalated(Event):
    """Nobody answered in time, so `to` were paged. `round` counts the stages from 1; the last one is repeated."""

    page: str
    round: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAcknowledged(Event):
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(Event):
    """`url` is where it was written, "" for here. `change` tells what was written from what became of it there."""

    text: str
    url: str = ""
    change: NoteChange = "written"


# --- promises ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(Event):
    """A timer started. `promise` is unique in the incident; `occurrence` counts a timer's promises from 1; `timer`
    names the rule it comes from (step id, or "playbook", and the timer's position from 1)."""

    promise: str
    kind: PromiseKind
    text: str
    due_at: datetime
    length_seconds: int
    step: str | None = None
    occurrence: int = 1
    timer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMoved(Event):
    """Its due time changed because what it counts from changed."""

    promise: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSnoozed(Event):
    promise: str
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseReminded(Event):
    """Somebody was reminded. `to` holds person ids, first the one who owes it; `late_seconds` is how late the reminder
    itself is against its own due time (an outage), 0 when on time."""

    promise: str
    stage: Stage
    to: tuple[str, ...]
    late_seconds: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept(Event):
    """`late_seconds` 0 when in time. `evidence` says what kept it, in words."""

    promise: str
    late_seconds: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWithdrawn(Event):
    promise: str
    reason: str


# --- actions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLinked(Event):
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredInChannel(Event):
    channel: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted(Event):
    """`tried` says which providers failed before this one, a sentence each."""

    url: str
    provider: str = ""
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShared(Event):
    url: str
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentConsulted(Event):
    url: str
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionAnnounced(Event):
    audiences: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRetained(Event):
    title: str
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotfixReleased(Event):
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDrafted(Event):
    version: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportApproved(Event):
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn(Event):
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportShared(Event):
    version: int
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpCreated(Event):
    follow_up: str
    title: str
    category: str = ""
    url: str = ""
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpCompleted(Event):
    follow_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpReopened(Event):
    follow_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpLinked(Event):
    follow_up: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrospectiveScheduled(Event):
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrospectiveCancelled(Event):
    """`starts_at` is when it was planned for."""

    starts_at: datetime
    reason: str = ""
