"""What can be asked of an incident. Imperatives; each is decided by `decide.decide(state, command, now)`.

`by` is who asks: "person:<id>" for a person, "clock" for the passing of time, "system" for Tocsin itself. The desk has
authenticated and authorised before a command is made. Steps, questions, promises and severities are named as in the
state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Answer = Literal["yes", "no", "unknown"]
MessageKind = Literal["notice", "update", "resolution", "report", "correction"]
NoteChange = Literal["written", "edited", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    by: str


# --- the incident as a whole ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareIncident(Command):
    """Start an incident. `began_at` is when it began, where known to be earlier; aware UTC."""

    title: str
    summary: str = ""
    by_name: str = ""
    is_suspected: bool = False
    is_drill: bool = False
    is_private: bool = False
    severity: str | None = None
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmIncident(Command):
    """A suspected incident is real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissIncident(Command):
    """A false alarm; the reason is required."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveIncident(Command):
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIncident(Command):
    """From resolved, closed or dismissed back to active; the reason is required."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident(Command):
    """The follow-up is done. Only a resolved incident closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeIncident(Command):
    """Change the title or the summary; None leaves it."""

    title: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBeganAt(Command):
    """Say when the incident really began; timers that count from the start move with it."""

    began_at: datetime


# --- severity, questions, impact --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSeverity(Command):
    severity: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectSuggestion(Command):
    """Do not take the severity that was suggested."""

    severity: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion(Command):
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeImpact(Command):
    """`is_full_downtime` is a fact that criteria use; `since` is when it began. None: not said."""

    text: str
    is_full_downtime: bool | None = None
    since: datetime | None = None


# --- steps ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep(Command):
    step: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncompleteStep(Command):
    """Untick, or take a skip back."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipStep(Command):
    step: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignStep(Command):
    """`person` None takes the assignment away."""

    step: str
    person: str | None
    person_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddStep(Command):
    """Add a step to a phase (by its title) in this incident only. `after` is a step of that phase; None: at the end."""

    phase: str
    text: str
    after: str | None = None


# --- people -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinIncident(Command):
    person: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRole(Command):
    """`person` takes the role; whoever held it hands over."""

    role: str
    person: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRole(Command):
    role: str


# --- words ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUpdate(Command):
    """Tell `audiences` (names of channels or audiences; empty: those of the cadence) how it stands.

    `is_no_change` says that there is nothing new, which keeps a cadence's promise as well.
    """

    text: str = ""
    audiences: tuple[str, ...] = ()
    is_no_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyAudience(Command):
    """Tell one audience something. `step` is the step that asks for it, which is then done."""

    audience: str
    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRecipients(Command):
    """Say whom of an audience this incident concerns; only they hear of it from now on.

    `recipients` are contacts ("contact:<id>"), organisations, addresses or names; the desk finds the contacts and puts
    in `names`. None at all takes the choice back.
    """

    audience: str
    recipients: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMessage(Command):
    """Write what an outside audience is to be told; nothing leaves. `message` rewrites a draft, which then needs approval
    again. `corrects` is the message that this one corrects. `step` is done once it is sent."""

    audience: str
    text: str
    kind: MessageKind = "notice"
    subject: str = ""
    message: str | None = None
    corrects: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveMessage(Command):
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardMessage(Command):
    """Throw a draft away."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage(Command):
    """Send an approved message. The desk puts in `to` and `to_names`, whom it goes to."""

    message: str
    to: tuple[str, ...] = ()
    to_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeMessage(Command):
    """A recipient says that they have read it."""

    message: str
    recipient: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTeam(Command):
    """Page people until one acknowledges. `stages` says who, stage by stage: person ids with spaces between; the desk
    puts in the team's own when there is none. The next stage follows after `wait_seconds` without an answer."""

    team: str
    text: str
    stages: tuple[str, ...] = ()
    wait_seconds: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgePage(Command):
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    """Write something down. `url` is where it was written, "" for here; there it may later be edited or deleted, which
    is a note of its own: the timeline keeps what was said first."""

    text: str
    url: str = ""
    change: NoteChange = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozePromise(Command):
    """Move one occurrence of a promise to `until` (aware UTC, later than now)."""

    promise: str
    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPromise(Command):
    """Say that a promise without a step was kept ("acknowledge within 15 minutes"), and by what."""

    promise: str
    evidence: str


# --- actions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIssue(Command):
    url: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareInChannel(Command):
    channel: str
    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCall(Command):
    """`tried` says, a sentence each, which providers failed before this one."""

    url: str
    provider: str = ""
    tried: tuple[str, ...] = ()
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCall(Command):
    audiences: tuple[str, ...] = ()
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultDocument(Command):
    url: str
    finding: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceResolution(Command):
    audiences: tuple[str, ...]
    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainEvidence(Command):
    """Keep a link to material. `sha256` is the hex digest where a file was read; "" where not."""

    title: str
    url: str = ""
    sha256: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHotfix(Command):
    text: str
    url: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReport(Command):
    """Write a version of the report; approvals are given to one version and do not carry over."""

    text: str
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReport(Command):
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawApproval(Command):
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareReport(Command):
    audiences: tuple[str, ...]
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFollowUp(Command):
    """`category` is one of the playbook's or "". `url` is the issue's address where there is one."""

    title: str
    category: str = ""
    url: str = ""
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteFollowUp(Command):
    follow_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenFollowUp(Command):
    """It was done and is not any more: its issue was opened again."""

    follow_up: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFollowUp(Command):
    """Say which issue a follow-up is filed as."""

    follow_up: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRetrospective(Command):
    starts_at: datetime
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRetrospective(Command):
    """Call the planned retrospective off."""

    reason: str = ""


# --- the clock --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceClock(Command):
    """Time has passed: do all that is due at `now` and has not been done. Doing it twice does nothing."""

    by: str = "clock"
