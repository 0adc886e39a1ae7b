"""What happens in an incident's thread or channel: notes, their edits and deletions, files, approvals. Also App Home.

Only what was meant for the timeline goes there: what the note-taker writes, and messages with the chosen reaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.delivery.models import Delivery
from tocsin.incident import commands as cmd
from tocsin.incident.state import NOTE_TAKER
from tocsin.integrations.slack import places
from tocsin.integrations.slack.client import SlackError
from tocsin.integrations.slack.config import NAME
from tocsin.integrations.slack.ground import Ground, team_of
from tocsin.integrations.slack.inbox import Letter
from tocsin.integrations.slack.models import NotedMessage
from tocsin.integrations.slack.people import NotAPersonError
from tocsin.integrations.slack.presses import publish_home
from tocsin.people.models import Person
from tocsin.store import queries

_IGNORED = {"bot_message", "channel_join", "channel_leave", "channel_topic", "channel_purpose", "thread_broadcast"}


def handle(ground: Ground, letter: Letter) -> None:
    """Take in one event. Whoever may not act is passed over in silence: they only wrote a message."""
    event = letter.body.get("event") or {}
    try:
        match event.get("type"):
            case "message":
                _message(ground, letter, event)
            case "reaction_added" | "reaction_removed":
                _reaction(ground, letter, event)
            case "app_home_opened":
                publish_home(ground, ground.asker(letter))
    except NotAPersonError:
        return


# --- messages -------------------------------------------------------------------------------------------------------


def _message(ground: Ground, letter: Letter, event: Mapping[str, Any]) -> None:
    subtype = event.get("subtype")
    if subtype == "message_changed":
        changed = event.get("message") or {}
        _changed(ground, letter, event, str(changed.get("text") or ""), "edited")
    elif subtype == "message_deleted":
        _changed(ground, letter, event, "", "deleted")
    elif not (event.get("bot_id") or subtype in _IGNORED):
        _written(ground, letter, event)


def _written(ground: Ground, letter: Letter, event: Mapping[str, Any]) -> None:
    """Note what the note-taker writes, and keep every file that is shared, by its link."""
    ref = _ref_of(ground, event)
    if ref is None:
        return
    person = ground.asker(letter).person
    for number, file in enumerate(event.get("files") or []):
        title, url = str(file.get("title") or file.get("name") or "A file"), str(file.get("permalink") or "")
        ground.run(person, ref, cmd.RetainEvidence(by=person.ref, title=title, url=url), f"{letter.key}:file{number}")
    text = str(event.get("text") or "").strip()
    if text and queries.load(ref).state.roles.get(NOTE_TAKER) == person.ref:
        note(ground, person, ref, event, letter.key)


def note(ground: Ground, person: Person, ref: str, message: Mapping[str, Any], key: str) -> None:
    """Put a message into the timeline with its link, once."""
    channel, ts, text = str(message["channel"]), str(message["ts"]), str(message.get("text") or "").strip()
    if not text or NotedMessage.objects.filter(channel=channel, ts=ts).exists():
        return
    url = _permalink(ground, channel, ts)
    ground.run(person, ref, cmd.AddNote(by=person.ref, text=text, url=url), f"slack:note:{channel}:{ts}")
    NotedMessage.objects.get_or_create(
        channel=channel, ts=ts, defaults={"ref": ref, "text": text, "url": url, "at": ground.now()}
    )


def _changed(ground: Ground, letter: Letter, event: Mapping[str, Any], text: str, change: cmd.NoteChange) -> None:
    """Record that a noted message was edited or deleted; what it said before stays."""
    before = event.get("previous_message") or {}
    ts = str(event.get("deleted_ts") or (event.get("message") or before).get("ts") or "")
    noted = NotedMessage.objects.filter(channel=str(event.get("channel")), ts=ts).first()
    if noted is None or (change == "edited" and text.strip() == noted.text):
        return
    user = str((event.get("message") or before).get("user") or before.get("user") or "")
    person = ground.people.person(team_of(letter.body), user, ground.now())
    said = text.strip() or noted.text
    ground.run(person, noted.ref, cmd.AddNote(by=person.ref, text=said, url=noted.url, change=change), letter.key)
    noted.text = said
    noted.save(update_fields=["text"])


def _ref_of(ground: Ground, event: Mapping[str, Any]) -> str | None:
    """Return the incident in whose thread or channel a message is. Other people's threads cost no look-up."""
    parent = event.get("parent_user_id")
    thread_ts = str(event.get("thread_ts") or "")
    if parent and parent != ground.people.workspace().bot_user:
        thread_ts = ""
    return ground.in_thread(str(event.get("channel") or ""), thread_ts)


# --- reactions ------------------------------------------------------------------------------------------------------


def _reaction(ground: Ground, letter: Letter, event: Mapping[str, Any]) -> None:
    """A thumbs-up on a report approves that version, and taking it away withdraws it; the other emoji makes a note."""
    emoji = str(event.get("reaction") or "").partition("::")[0]
    is_added = event.get("type") == "reaction_added"
    item = event.get("item") or {}
    channel, ts = str(item.get("channel") or ""), str(item.get("ts") or "")
    if emoji == ground.config.approve_reaction:
        _approval(ground, letter, places.write_receipt(channel, ts), is_added)
    elif emoji == ground.config.note_reaction and is_added:
        _note_by_reaction(ground, letter, channel, ts)


def _approval(ground: Ground, letter: Letter, external_id: str, is_added: bool) -> None:
    posted = Delivery.objects.filter(connector=NAME, kind="report", external_id=external_id).first()
    if posted is None:
        return
    person = ground.asker(letter).person
    ref, version = posted.thread, int(posted.data["version"])
    if person.ref not in queries.load(ref).state.responders:
        ground.answer(letter, "Only those who were involved approve the report. Join the incident first.")
        return
    kind = cmd.ApproveReport if is_added else cmd.WithdrawApproval
    ground.run(person, ref, kind(by=person.ref, version=version), letter.key)


def _note_by_reaction(ground: Ground, letter: Letter, channel: str, ts: str) -> None:
    """Note the message that was reacted to, as its author's; a bot's as that of who reacted."""
    reactor = ground.asker(letter).person
    answer = ground.slack.call("conversations.replies", channel=channel, ts=ts, limit=1, inclusive=True)
    message = next((found for found in answer.get("messages", []) if found.get("ts") == ts), None)
    if message is None:
        return
    ref = _ref_of(ground, {**message, "channel": channel})
    if ref is None:
        return
    try:
        author = ground.people.person(team_of(letter.body), str(message.get("user") or ""), ground.now())
    except NotAPersonError:
        author = reactor
    note(ground, author, ref, {**message, "channel": channel}, letter.key)


def _permalink(ground: Ground, channel: str, ts: str) -> str:
    try:
        return str(ground.slack.call("chat.getPermalink", channel=channel, message_ts=ts).get("permalink", ""))
    except SlackError as error:
        if not error.is_permanent:
            raise
        return ""
