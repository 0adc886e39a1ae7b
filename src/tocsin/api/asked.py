"""Every command that can be asked of an incident: its address, what it says in the documentation, and an example.

The request's form is made from the command itself, so that a new command needs one line here. The caller is put in by
us, never by the request. A test walks the commands of the core and finds each here or among those left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_type_hints

from ninja import Schema
from pydantic import ConfigDict, create_model

from tocsin.api import words
from tocsin.incident import commands
from tocsin.incident.commands import Command

# Put in by us: who asks, and the names people go by.
_OURS = frozenset({"by", "by_name", "name", "names", "person_name", "to", "to_names", "tried"})
_BY_NAME: dict[str, Any] = {
    "person": words.PersonRef,
    "owner": words.PersonRef,
    "sha256": words.Digest,
    "title": words.Title,
    "severity": words.Name,
    "role": words.Name,
    "audience": words.Name,
    "channel": words.Name,
    "phase": words.Name,
    "category": words.Name,
}
_BY_TYPE: dict[Any, Any] = {
    str: words.Text,
    bool: bool,
    int: words.Number,
    datetime: words.Moment,
    tuple[str, ...]: words.Names,
    commands.Answer: Literal["yes", "no", "unknown"],
    commands.MessageKind: commands.MessageKind,
    commands.NoteChange: Literal["written", "edited", "deleted"],
}


class Asked(Schema):
    """The parent of every command's request: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Ask:
    """One command's place in the API. `path` follows /incidents/{ref}; `example` is a request that works in the
    documentation's own incident; `names_self` are fields that mean the caller when left out."""

    command: type[Command]
    path: str
    summary: str
    example: Mapping[str, Any] = field(default_factory=dict)
    names_self: tuple[str, ...] = ()

    @property
    def in_path(self) -> str | None:
        """The field that stands in the address, or None."""
        return self.path.split("{")[1].split("}")[0] if "{" in self.path else None

    @property
    def name(self) -> str:
        """ "CompleteStep" is "complete_step"."""
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.command.__name__)[1:]

    def form(self) -> type[Asked] | None:
        """Return the schema of the request's body, or None when there is nothing to say."""
        hints = get_type_hints(self.command)
        fields = {
            part.name: _field(part, hints[part.name], part.name in self.names_self)
            for part in dataclasses.fields(self.command)
            if part.name not in _OURS and part.name != self.in_path
        }
        return create_model(self.command.__name__, __base__=Asked, **fields) if fields else None


ASKS: tuple[Ask, ...] = (
    Ask(commands.ConfirmIncident, "/confirm", "Confirm that a suspected incident is real"),
    Ask(commands.DismissIncident, "/dismiss", "Call it a false alarm", {"reason": "The alert fired on test data."}),
    Ask(commands.ResolveIncident, "/resolve", "Resolve the incident", {"summary": "The faulty release is gone."}),
    Ask(commands.ReopenIncident, "/reopen", "Reopen it, with a reason", {"reason": "Error rates are rising again."}),
    Ask(commands.CloseIncident, "/close", "Close a resolved incident once its follow-up is done"),
    Ask(
        commands.DescribeIncident,
        "/describe",
        "Change the title or the summary",
        {"title": "Sign-in fails for everybody"},
    ),
    Ask(commands.SetBeganAt, "/began-at", "Say when it really began", {"began_at": "2026-03-02T08:40:00Z"}),
    Ask(
        commands.AssignSeverity,
        "/severity",
        "Assign the severity",
        {"severity": "High", "reason": "Nobody can sign in."},
    ),
    Ask(
        commands.RejectSuggestion,
        "/severity/reject",
        "Do not take the severity that is suggested",
        {"severity": "High", "reason": "Only our own staff are affected."},
    ),
    Ask(commands.AnswerQuestion, "/questions/{question}/answer", "Answer a question", {"answer": "yes"}),
    Ask(
        commands.DescribeImpact,
        "/impact",
        "Say what is affected",
        {"text": "Sign-in is down for everybody.", "is_full_downtime": True, "since": "2026-03-02T08:20:00Z"},
    ),
    Ask(commands.CompleteStep, "/steps/{step}/complete", "Tick a step", {"evidence": "Seen in the release log."}),
    Ask(commands.UncompleteStep, "/steps/{step}/uncomplete", "Untick a step, or take a skip back"),
    Ask(commands.SkipStep, "/steps/{step}/skip", "Skip a step, with a reason", {"reason": "There is no status page."}),
    Ask(commands.AssignStep, "/steps/{step}/assign", "Give a step to somebody, or to nobody", {"person": "me"}),
    Ask(
        commands.AddStep,
        "/steps",
        "Add a step to this incident",
        {"phase": "Assess", "text": "Ask the hosting provider."},
    ),
    Ask(commands.JoinIncident, "/join", "Join the incident, or bring somebody in", {"person": "person:2"}, ("person",)),
    Ask(
        commands.TakeRole,
        "/roles/take",
        "Take a role, or hand it to somebody",
        {"role": "note-taker", "person": "me"},
        ("person",),
    ),
    Ask(commands.LeaveRole, "/roles/leave", "Leave a role free", {"role": "note-taker"}),
    Ask(commands.PostUpdate, "/updates", "Say how it stands", {"text": "We are rolling the release back."}),
    Ask(
        commands.NotifyAudience,
        "/notify",
        "Tell one audience something",
        {"audience": "support team", "text": "Sign-in fails; do not promise a time yet."},
    ),
    Ask(
        commands.ChooseRecipients,
        "/recipients",
        "Say whom of an audience this incident concerns",
        {"audience": "transit agencies", "recipients": ["North Line"]},
    ),
    Ask(
        commands.DraftMessage,
        "/messages",
        "Draft a message to an outside audience",
        {"audience": "transit agencies", "subject": "Sign-in is down", "text": "Nobody can sign in. We are on it."},
    ),
    Ask(commands.ApproveMessage, "/messages/{message}/approve", "Approve a message as it is written"),
    Ask(commands.DiscardMessage, "/messages/{message}/discard", "Throw a draft away"),
    Ask(commands.SendMessage, "/messages/{message}/send", "Send an approved message"),
    Ask(
        commands.AcknowledgeMessage,
        "/messages/{message}/acknowledge",
        "Say that a recipient has read a message, told you by telephone, say",
        {"recipient": "North Line"},
    ),
    Ask(
        commands.PageTeam,
        "/pages",
        "Page a team until somebody answers",
        {"team": "operators", "text": "Nobody can sign in; join the call."},
    ),
    Ask(commands.AcknowledgePage, "/pages/{page}/acknowledge", "Answer a page"),
    Ask(commands.AddNote, "/notes", "Write a note", {"text": "The release went out at 08:35 UTC."}),
    Ask(
        commands.SnoozePromise,
        "/promises/{promise}/snooze",
        "Move one occurrence of a promise",
        {"until": "2026-03-02T12:00:00Z", "reason": "The vendor answers at noon."},
    ),
    Ask(
        commands.KeepPromise,
        "/promises/{promise}/keep",
        "Say that a promise without a step was kept",
        {"evidence": "Acknowledged by telephone."},
    ),
    Ask(commands.LinkIssue, "/issue", "Link the incident's issue", {"url": "https://git.example.org/team/issues/7"}),
    Ask(
        commands.DeclareInChannel,
        "/channels/declare",
        "Declare the incident in a channel",
        {"channel": "#incidents", "text": "Sign-in is down. Join us in the call."},
    ),
    Ask(commands.StartCall, "/call", "Say where the call is", {"url": "https://meet.example.org/inc-1"}),
    Ask(commands.ShareCall, "/call/share", "Tell audiences where the call is", {"audiences": ["#incidents"]}),
    Ask(
        commands.ConsultDocument,
        "/documents",
        "Say which document was consulted and what it said",
        {"url": "https://wiki.example.org/runbooks/sign-in", "finding": "Restart the session store first."},
    ),
    Ask(
        commands.AnnounceResolution,
        "/resolution/announce",
        "Announce that it is resolved",
        {"audiences": ["#incidents"], "text": "Sign-in works again since 10:05 UTC."},
    ),
    Ask(
        commands.RetainEvidence,
        "/evidence",
        "Keep a link to material",
        {"title": "Release log", "url": "https://ci.example.org/runs/81"},
    ),
    Ask(
        commands.ReleaseHotfix,
        "/hotfixes",
        "Say that a hotfix was released",
        {"text": "Session store limit raised.", "url": "https://git.example.org/team/releases/1.4.1"},
    ),
    Ask(commands.DraftReport, "/reports", "Write a version of the report", {"text": "# What happened\n\nAt 08:35 …"}),
    Ask(commands.ApproveReport, "/reports/{version}/approve", "Approve one version of the report"),
    Ask(commands.WithdrawApproval, "/reports/{version}/withdraw-approval", "Take an approval back"),
    Ask(commands.ShareReport, "/reports/share", "Share the latest report", {"audiences": ["#incidents"]}),
    Ask(
        commands.CreateFollowUp,
        "/follow-ups",
        "Create a follow-up",
        {"title": "Alert on the session store's limit", "owner": "me"},
    ),
    Ask(commands.CompleteFollowUp, "/follow-ups/{follow_up}/complete", "Say that a follow-up is done"),
    Ask(commands.ReopenFollowUp, "/follow-ups/{follow_up}/reopen", "Say that a follow-up is not done after all"),
    Ask(
        commands.LinkFollowUp,
        "/follow-ups/{follow_up}/link",
        "Say which issue a follow-up is filed as",
        {"url": "https://git.example.org/team/issues/12"},
    ),
    Ask(
        commands.ScheduleRetrospective,
        "/retrospective",
        "Schedule the retrospective",
        {"starts_at": "2026-03-05T14:00:00Z"},
    ),
    Ask(commands.CancelRetrospective, "/retrospective/cancel", "Call the retrospective off", {"reason": "Holiday."}),
)


def _field(part: dataclasses.Field[Any], hint: Any, means_self: bool) -> tuple[Any, Any]:
    """Return a request field's type and default, as pydantic takes them."""
    is_optional = type(None) in getattr(hint, "__args__", ())
    plain = next(kind for kind in hint.__args__ if kind is not type(None)) if is_optional else hint
    is_needed = part.default is dataclasses.MISSING and not means_self
    kind = _kind(part.name, plain, is_needed or is_optional or means_self)
    if means_self:
        return kind, "me"
    return kind | None if is_optional else kind, ... if is_needed else _default(part)


def _kind(name: str, plain: Any, is_filled: bool) -> Any:
    if plain is str and name == "url":
        return words.NeededWebAddress if is_filled else words.WebAddress
    if plain is str and name in _BY_NAME and (is_filled or name == "sha256"):
        return _BY_NAME[name]
    if plain is str and is_filled:
        return words.Words
    return _BY_TYPE[plain]


def _default(part: dataclasses.Field[Any]) -> Any:
    return [] if part.default == () else part.default
