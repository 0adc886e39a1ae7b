"""Complete a command with what the directory knows, and refuse one that would tell outsiders without approval.

Runs inside the writer's transaction, so that every entry (pages, API, Slack) is held to the same. Reads only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tocsin.desk import letters
from tocsin.desk.directory import AudienceEntry, Directory, Reachable, look_up, plain
from tocsin.errors import NotFoundError, RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident.commands import Command
from tocsin.incident.state import COMMANDER, IncidentState, OutsideMessage
from tocsin.people import duty
from tocsin.people.access import NotAllowedError, has_access
from tocsin.people.models import Audience, Person, Team


class UnknownAudienceError(NotFoundError):
    """No audience has this name. Add it under Audiences, or give one of its other names."""


class UnknownRecipientError(NotFoundError):
    """Nobody in this audience goes by that name. Take the names from the audience's page."""


class NeedsApprovalError(RefusedError):
    """They are outside the team: write the message under Messages, have it approved and send it there."""


def prepared(ref: str, command: Command, state: IncidentState, now: datetime) -> Command:
    """Return the command as it is to be decided. *Raises* a refusal that says what to do."""
    match command:
        case cmd.ChooseRecipients():
            return _chosen(command)
        case cmd.DraftMessage():
            return _drafted(ref, command, state)
        case cmd.ApproveMessage():
            _demand_approver(command.by, state.messages.get(command.message), state)
        case cmd.SendMessage():
            return _addressed(command, state)
        case cmd.AcknowledgeMessage() if command.by.startswith("person:"):
            return _read_by(command, state)
        case cmd.NotifyAudience() if command.by.startswith("person:"):
            _demand_no_approval(command.audience)
        case cmd.PageTeam() if not command.stages:
            return _staged(command, now)
    return command


def recipients(entry: AudienceEntry, state: IncidentState) -> tuple[Reachable, ...]:
    """Return who of an audience hears of this incident: those chosen, or all where nobody needs choosing."""
    chosen = state.recipients.get(entry.name)
    if chosen is None:
        return () if entry.is_chosen else entry.contacts
    return tuple(contact for contact in entry.contacts if contact.ref in chosen)


def may_approve(person: Person, entry: AudienceEntry | None, state: IncidentState) -> bool:
    """True when this person may approve what the audience is told. Whoever leads the incident counts as commander."""
    least = Person.Access(entry.approved_by) if entry and entry.approved_by else Person.Access.RESPONDER
    leads = state.roles.get(COMMANDER) == person.ref and least == Person.Access.COMMANDER
    return leads or has_access(person, least)


def _directory() -> Directory:
    return look_up((), with_audiences=True)


def _known(name: str) -> AudienceEntry:
    entry = _directory().audience(name)
    if entry is None:
        raise UnknownAudienceError
    return entry


def _chosen(command: cmd.ChooseRecipients) -> Command:
    entry = _known(command.audience)
    found = [contact for wanted in command.recipients for contact in _matching(entry, wanted)]
    refs = tuple(dict.fromkeys(contact.ref for contact in found))
    return replace(
        command, audience=entry.name, recipients=refs, names=tuple(dict.fromkeys(contact.label for contact in found))
    )


def _matching(entry: AudienceEntry, wanted: str) -> list[Reachable]:
    found = [
        contact
        for contact in entry.contacts
        if contact.ref == wanted
        or plain(wanted) in {plain(contact.organisation), plain(contact.name), contact.email.casefold()} - {""}
    ]
    if not found:
        raise UnknownRecipientError(f"Nobody in {entry.name} goes by “{wanted}”. Take the names from its page.")
    return found


def _drafted(ref: str, command: cmd.DraftMessage, state: IncidentState) -> Command:
    """Fill the incident's placeholders, and name the audience as the playbook does, so that its step is found."""
    entry = _known(command.audience)
    names = {plain(name) for name in entry.names}
    audience = next((name for name in state.playbook.audiences if plain(name) in names), entry.name)
    template = Audience.objects.filter(name=entry.name).values_list("subject_template", flat=True).first() or ""
    subject = letters.filled(command.subject, ref, state) or letters.first_subject(template, ref, state)
    return replace(command, audience=audience, subject=subject, text=letters.filled(command.text, ref, state))


def _demand_approver(by: str, message: OutsideMessage | None, state: IncidentState) -> None:
    if message is None:
        return
    entry = _directory().audience(message.audience)
    number = by.removeprefix("person:")
    person = Person.objects.filter(pk=number).first() if number.isdigit() else None
    if person is None or not may_approve(person, entry, state):
        who = Audience.Approval(entry.approved_by).label if entry and entry.approved_by else "a responder"
        raise NotAllowedError(f"What {message.audience} is told is approved by {who}. Ask one of them.")


def _addressed(command: cmd.SendMessage, state: IncidentState) -> Command:
    message = state.messages.get(command.message)
    if message is None:
        return command
    entry = _known(message.audience)
    if state.is_private:
        raise RefusedError("This incident is private, so Tocsin tells nobody outside. Tell them yourself.")
    found = recipients(entry, state)
    if not found and entry.is_chosen and entry.name not in state.recipients:
        raise RefusedError(f"Nobody has chosen yet whom of {entry.name} this concerns. Choose them, then send this.")
    names = tuple(dict.fromkeys(contact.label for contact in found))
    return replace(command, to=tuple(contact.ref for contact in found), to_names=names)


def _read_by(command: cmd.AcknowledgeMessage, state: IncidentState) -> Command:
    """A colleague heard from the recipient, and names them as people do."""
    message = state.messages.get(command.message)
    if message is None or command.recipient in message.recipients:
        return command
    found = _matching(_known(message.audience), command.recipient)[0]
    return replace(command, recipient=found.ref, name=found.label)


def _demand_no_approval(name: str) -> None:
    entry = _directory().audience(name)
    if entry is not None and entry.is_deliberate:
        raise NeedsApprovalError(f"{entry.name}: {NeedsApprovalError().message}")


def _staged(command: cmd.PageTeam, now: datetime) -> Command:
    team = next((team for team in Team.objects.all() if plain(command.team) in map(plain, team.all_names)), None)
    if team is None:
        raise UnknownAudienceError("No team has this name. Add it under Teams, or give one of its other names.")
    stages = tuple(" ".join(person.ref for person in stage) for stage in duty.chain(team, now))
    return replace(command, team=team.name, stages=stages)
