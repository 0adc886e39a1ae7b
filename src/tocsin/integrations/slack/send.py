"""Deliver to Slack: post, edit, open and archive channels. Each message carries its delivery's identity as metadata, so
that after an unclear outcome it can be looked for. It never retries, orders or stores; the worker does.

Source: https://docs.slack.dev/messaging/message-metadata
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import places
from tocsin.integrations.slack.client import Slack, SlackError, scope_of, utc_now
from tocsin.integrations.slack.config import NAME
from tocsin.integrations.slack.view import span

EVENT_TYPE = "tocsin_delivery"
LATE_AFTER = timedelta(minutes=1)
LOOKS_BACK = timedelta(minutes=5)
PAGE = 200
MOST_PAGES = 50
MEND_PARENT = "Mend and retry the announcement of this incident first, then retry this."
MEND_PRIVATE = (
    "Nothing was posted, since this incident is private. Go on in the room; or let the app make private channels"
    " (scope groups:write, and an owner's consent), then retry this."
)


@dataclass(frozen=True, slots=True)
class SlackConnector:
    """Sends what `announce` made. `user_of` gives the Slack ID of a person ("person:3") or raises SlackError;
    `check` is the self-check."""

    slack: Slack
    user_of: Callable[[str], str]
    check: Callable[[], Probe]
    now: Callable[[], datetime] = utc_now

    @property
    def name(self) -> str:
        return NAME

    def probe(self) -> Probe:
        return self.check()

    def scopes(self, outgoing: Outgoing) -> Sequence[str]:
        """Return Slack's limits: one for each method and place."""
        return [scope_of(_method(outgoing), outgoing.destination.address)]

    def send(self, outgoing: Outgoing) -> Receipt:
        try:
            return self._send(outgoing)
        except SlackError as error:
            if error.code == "ratelimited":
                error.scope = scope_of(_method(outgoing), outgoing.destination.address)
            raise

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look where the message would be. An edit done twice is one edit, so nobody looks for it."""
        if _method(outgoing) == "conversations.create":
            channel = self._channel_by_name(str(outgoing.data["name"]))
            return self._furnish(channel, outgoing) if channel else None
        if _method(outgoing) != "chat.postMessage":
            return None
        place = self._place(outgoing)
        for message in self._messages(place, outgoing.queued_at):
            if _identity(message) == outgoing.identity:
                return self._receipt(places.Message(place.channel, str(message["ts"])), is_reply=bool(place.ts))
        return None

    # --- by method ----------------------------------------------------------------------------------------------

    def _send(self, outgoing: Outgoing) -> Receipt:
        match _method(outgoing):
            case "chat.update":
                return self._update(outgoing)
            case "conversations.create":
                return self._create(outgoing)
            case "conversations.archive":
                return self._archive(outgoing)
            case "conversations.invite":
                return self._invite_later(outgoing)
            case _:
                return self._post(outgoing)

    def _post(self, outgoing: Outgoing) -> Receipt:
        place = self._place(outgoing)
        answer = self.slack.call(
            "chat.postMessage",
            channel=place.channel,
            thread_ts=place.ts or None,
            reply_broadcast=True if place.ts and outgoing.data.get("is_broadcast") else None,
            text=outgoing.text,
            blocks=self._blocks(outgoing),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"identity": outgoing.identity}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return self._receipt(places.Message(str(answer["channel"]), str(answer["ts"])), is_reply=bool(place.ts))

    def _update(self, outgoing: Outgoing) -> Receipt:
        edited = places.read_receipt(_parent(outgoing).external_id)
        self.slack.call(
            "chat.update", channel=edited.channel, ts=edited.ts, text=outgoing.text, blocks=outgoing.data["blocks"]
        )
        return _parent(outgoing)

    def _create(self, outgoing: Outgoing) -> Receipt:
        """Make the incident's own channel. Its name is the incident's alone, so one of that name is the one."""
        name, is_private = str(outgoing.data["name"]), bool(outgoing.data["is_private"])
        try:
            answer = self.slack.call("conversations.create", name=name, is_private=is_private)
            channel: Mapping[str, Any] | None = answer["channel"]
        except SlackError as error:
            if error.code == "name_taken":
                channel = self._channel_by_name(name)
            elif error.is_permanent and is_private:
                raise NotDeliveredError(error.message, is_permanent=True, mend=MEND_PRIVATE) from error
            else:
                raise
        if channel is None:
            raise NotDeliveredError(f"Slack has a channel {name} that the app cannot see.", is_permanent=True)
        if is_private and not channel.get("is_private"):
            raise NotDeliveredError("Slack made the channel public.", is_permanent=True, mend=MEND_PRIVATE)
        return self._furnish(channel, outgoing)

    def _furnish(self, channel: Mapping[str, Any], outgoing: Outgoing) -> Receipt:
        """Give a channel its topic, its bookmark and its people. Doing it again changes nothing."""
        channel_id, data = str(channel["id"]), outgoing.data
        self._politely("conversations.setTopic", channel=channel_id, topic=data["topic"])
        if data.get("bookmark"):
            self._bookmark(channel_id, str(data["bookmark"]))
        self._invite(channel_id, _people(data))
        return Receipt(places.write_receipt(channel_id))

    def _bookmark(self, channel_id: str, url: str) -> None:
        there = self._politely("bookmarks.list", channel_id=channel_id).get("bookmarks", [])
        if not any(bookmark.get("link") == url for bookmark in there):
            self._politely("bookmarks.add", channel_id=channel_id, title="The room", type="link", link=url)

    def _invite_later(self, outgoing: Outgoing) -> Receipt:
        channel = places.read_receipt(_parent(outgoing).external_id).channel
        self._invite(channel, _people(outgoing.data))
        return Receipt(channel)

    def _invite(self, channel_id: str, people: Sequence[str]) -> None:
        for person in people:
            with suppress(SlackError):
                self._politely("conversations.invite", channel=channel_id, users=self.user_of(person))

    def _archive(self, outgoing: Outgoing) -> Receipt:
        channel = places.read_receipt(_parent(outgoing).external_id).channel
        self._politely("conversations.archive", channel=channel)
        return Receipt(channel)

    def _politely(self, method: str, **arguments: object) -> Mapping[str, Any]:
        """Call, and go on where Slack will not: the message matters more than what surrounds it.

        What may pass is raised, to be done again.
        """
        try:
            return self.slack.call(method, **arguments)
        except SlackError as error:
            if not error.is_permanent:
                raise
            return {}

    # --- places and messages ------------------------------------------------------------------------------------

    def _place(self, outgoing: Outgoing) -> places.Message:
        """Return the channel, and the thread if any, that a message belongs to."""
        address = outgoing.destination.address
        if outgoing.follows:
            return places.read_receipt(_parent(outgoing).external_id)
        if address.startswith("person:"):
            answer = self.slack.call("conversations.open", users=self.user_of(address))
            return places.Message(str(answer["channel"]["id"]))
        return places.Message(address)

    def _messages(self, place: places.Message, since: datetime | None) -> Iterator[Mapping[str, Any]]:
        """Read a thread or a channel from a little before a message was queued."""
        oldest = f"{(since - LOOKS_BACK).timestamp():.6f}" if since else None
        method = "conversations.replies" if place.ts else "conversations.history"
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            answer = self.slack.call(
                method,
                channel=place.channel,
                ts=place.ts or None,
                oldest=oldest,
                limit=PAGE,
                cursor=cursor,
                include_all_metadata=True,
            )
            yield from answer.get("messages", [])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _channel_by_name(self, name: str) -> Mapping[str, Any] | None:
        """Look a channel up in the whole list. Only the worker does this; no person waits for it."""
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            answer = self.slack.call(
                "conversations.list", types="public_channel,private_channel", limit=PAGE, cursor=cursor
            )
            for channel in answer.get("channels", []):
                if channel.get("name") == name:
                    return dict(channel)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    def _receipt(self, message: places.Message, *, is_reply: bool) -> Receipt:
        """Name the message. Where a thread begins its address is asked for too; not to learn it is no failure."""
        url = ""
        if not is_reply:
            with suppress(SlackError):
                found = self.slack.call("chat.getPermalink", channel=message.channel, message_ts=message.ts)
                url = str(found.get("permalink", ""))
        return Receipt(places.write_receipt(message.channel, message.ts), url)

    def _blocks(self, outgoing: Outgoing) -> list[kit.Block]:
        """Return the blocks as they were queued, and how late they are where that matters."""
        queued = outgoing.data.get("blocks")
        found: list[kit.Block] = list(queued) if isinstance(queued, list) else []
        late = timedelta(seconds=float(str(outgoing.data.get("late_seconds") or 0)))
        if outgoing.queued_at is not None:
            late += max(self.now() - outgoing.queued_at, timedelta())
        if late < LATE_AFTER:
            return found
        return kit.fit([*found, kit.context(f"⌛ Sent {span(late.total_seconds())} late.")])


def _method(outgoing: Outgoing) -> str:
    return str(outgoing.data.get("method") or "chat.postMessage")


def _people(data: Mapping[str, object]) -> list[str]:
    people = data.get("invite")
    return [str(person) for person in people] if isinstance(people, list) else []


def _parent(outgoing: Outgoing) -> Receipt:
    """Return what this follows. *Raises* NotDeliveredError when that never reached Slack."""
    if outgoing.parent is None or not outgoing.parent.external_id:
        raise NotDeliveredError(
            "This belongs to a message that did not reach Slack.", is_permanent=True, mend=MEND_PARENT
        )
    return outgoing.parent


def _identity(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get("identity", ""))
