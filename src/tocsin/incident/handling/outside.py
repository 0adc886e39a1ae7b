"""Choose whom an incident concerns; draft, approve, send and acknowledge messages to outside audiences.

Who is in an audience, and who may approve, is the directory's to say: the desk looks it up before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.finishing import check_step, finish, finish_told
from tocsin.incident.state import IncidentState, OutsideMessage
from tocsin.incident.turn import Turn
from tocsin.incident.wording import listed


def choose(turn: Turn, command: cmd.ChooseRecipients) -> None:
    demands.still_open(turn.state)
    audience = demands.words(command.audience, "which audience")
    recipients = tuple(dict.fromkeys(command.recipients))
    if turn.state.recipients.get(audience, ()) == recipients:
        raise refusals.NothingToChangeError("They are chosen already. Choose others, or write to them.")
    turn.emit(ev.RecipientsChosen, audience=audience, recipients=recipients, names=command.names)


def draft(turn: Turn, command: cmd.DraftMessage) -> None:
    demands.still_open(turn.state)
    check_step(turn, command.step)
    audience = demands.words(command.audience, "who is told")
    text = demands.words(command.text, "what they are told")
    _check_correction(turn.state, command)
    before = _draft(turn.state, command.message) if command.message else None
    turn.emit(
        ev.MessageDrafted,
        message=before.id if before else f"message-{len(turn.state.messages) + 1}",
        audience=audience,
        kind=command.kind,
        subject=" ".join(command.subject.split()),
        text=text,
        corrects=command.corrects,
        step=command.step or (before.step if before else None),
    )


def _check_correction(state: IncidentState, command: cmd.DraftMessage) -> None:
    if (command.kind == "correction") != bool(command.corrects):
        raise refusals.WrongStatusError("A correction says which message it corrects, and nothing else does.")
    if command.corrects and _known(state, command.corrects).sent_at is None:
        raise refusals.WrongStatusError("That message has not been sent, so rewrite it instead of correcting it.")


def approve(turn: Turn, command: cmd.ApproveMessage) -> None:
    demands.still_open(turn.state)
    if _draft(turn.state, command.message).approved_by is not None:
        raise refusals.NothingToChangeError("It is approved already. Send it.")
    turn.emit(ev.MessageApproved, message=command.message)


def discard(turn: Turn, command: cmd.DiscardMessage) -> None:
    demands.declared(turn.state)
    turn.emit(ev.MessageDiscarded, message=_draft(turn.state, command.message).id)


def send(turn: Turn, command: cmd.SendMessage) -> None:
    demands.still_open(turn.state)
    message = _draft(turn.state, command.message)
    if message.approved_by is None:
        raise refusals.WrongStatusError("Nobody has approved these words yet. Have them approved, then send them.")
    if not command.to:
        raise refusals.UnknownPersonError(f"Nobody of {message.audience} would get this. Choose who, or add contacts.")
    number = turn.emit(ev.MessageSent, message=message.id, recipients=command.to, names=command.to_names)
    told = f"Told {listed(command.to_names) or message.audience}"
    if message.kind == "report":
        finish(turn, "share-report", number, told, message.step)
    elif message.kind in ("notice", "resolution") or message.step:
        finish_told(turn, number, told, (message.audience,), message.step)


def acknowledge(turn: Turn, command: cmd.AcknowledgeMessage) -> None:
    demands.declared(turn.state)
    message = _known(turn.state, command.message)
    if command.recipient not in message.recipients:
        raise refusals.UnknownPersonError("This message did not go to you. Open the link in the message that did.")
    if command.recipient in message.acknowledged:
        raise refusals.NothingToChangeError("You have acknowledged this already. There is nothing more to do.")
    turn.emit(ev.MessageAcknowledged, message=message.id, recipient=command.recipient, name=command.name)


def _known(state: IncidentState, message: str) -> OutsideMessage:
    found = state.messages.get(message)
    if found is None:
        raise refusals.UnknownMessageError
    return found


def _draft(state: IncidentState, message: str) -> OutsideMessage:
    found = _known(state, message)
    if not found.is_draft:
        was = "thrown away" if found.is_discarded else "sent"
        raise refusals.WrongStatusError(f"This message was {was}. Write a new one, or a correction.")
    return found


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.ChooseRecipients: choose,
    cmd.DraftMessage: draft,
    cmd.ApproveMessage: approve,
    cmd.DiscardMessage: discard,
    cmd.SendMessage: send,
    cmd.AcknowledgeMessage: acknowledge,
}
