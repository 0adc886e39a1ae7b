"""What every handler of a request stands on: who asks, which incident is meant, one command to the desk, one answer.

Answers are private: they go to the person who asked and nobody else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookClient

from tocsin.delivery.models import Delivery
from tocsin.desk import writer
from tocsin.desk.writer import Outcome
from tocsin.errors import RefusedError
from tocsin.incident.commands import Command, JoinIncident
from tocsin.incident.refusals import NothingToChangeError
from tocsin.incident.state import COMMANDER
from tocsin.integrations.slack import blocks as kit
from tocsin.integrations.slack import modals, people, places
from tocsin.integrations.slack.client import Slack, SlackError
from tocsin.integrations.slack.config import NAME, SlackConfig
from tocsin.integrations.slack.inbox import Letter
from tocsin.integrations.slack.people import People
from tocsin.integrations.slack.view import Seen
from tocsin.people import access
from tocsin.people.models import Person
from tocsin.store import queries

log = logging.getLogger(__name__)
ONGOING = ("suspected", "active", "resolved")
_REF = re.compile(r"^(INC-\d+)\b\s*", re.IGNORECASE)


class WhichIncidentError(RefusedError):
    """It is not clear which incident is meant. Name it first: `/incident INC-12 update …`."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, and where an answer to them goes."""

    person: Person
    user: str
    channel: str
    response_url: str


@dataclass(frozen=True, slots=True)
class Ground:
    """The parts that handlers need. `now` is the installation's clock."""

    config: SlackConfig
    slack: Slack
    people: People
    now: Callable[[], datetime]

    # --- who ----------------------------------------------------------------------------------------------------

    def asker(self, letter: Letter) -> Asker:
        """Return who sent a letter. *Raises* NotAPersonError, SlackError."""
        body = letter.body
        user, team = user_of(body), team_of(body)
        person = self.people.person(team, user, self.now())
        event = body.get("event") or {}
        channel = str((body.get("channel") or {}).get("id", "") if isinstance(body.get("channel"), dict) else "")
        channel = channel or str(body.get("channel_id") or event.get("channel") or "")
        return Asker(person, user, channel, str(body.get("response_url") or ""))

    # --- which incident -----------------------------------------------------------------------------------------

    def named(self, text: str, channel: str) -> tuple[str, str]:
        """Return the incident that a command means, and the rest of its words. *Raises* WhichIncidentError."""
        if (found := _REF.match(text)) is not None:
            return found.group(1).upper(), text[found.end() :]
        here = self.in_channel(channel)
        if not here:
            here = [row.ref for row in queries.incidents(statuses=ONGOING, with_private=False, limit=2)]
        if len(here) != 1:
            raise WhichIncidentError
        return here[0], text

    def in_channel(self, channel: str) -> list[str]:
        """Return the ongoing incidents whose thread or channel this is."""
        rows = Delivery.objects.filter(connector=NAME, status=Delivery.Status.SENT)
        refs = set(rows.filter(kind="declared", address=channel).values_list("thread", flat=True))
        refs |= set(rows.filter(kind="channel", external_id=channel).values_list("thread", flat=True))
        return [row.ref for row in queries.incidents(statuses=ONGOING) if row.ref in refs]

    def in_thread(self, channel: str, thread_ts: str) -> str | None:
        """Return the incident whose thread, or own channel, this is."""
        rows = Delivery.objects.filter(connector=NAME, status=Delivery.Status.SENT)
        own = rows.filter(kind="channel", external_id=channel)
        root = rows.filter(kind="declared", external_id=places.write_receipt(channel, thread_ts))
        found = (root.first() if thread_ts else None) or own.first()
        return found.thread if found else None

    def seen(self, ref: str) -> Seen:
        """Return the incident as it stands. *Raises* IncidentNotFoundError."""
        state = queries.load(ref).state
        return Seen(ref, state, self.now(), self.config.base_url, people.mention)

    # --- commands -----------------------------------------------------------------------------------------------

    def run(self, person: Person, ref: str, command: Command, key: str) -> Outcome:
        """Do a command as a person, who joins the incident if they have not. *Raises* RefusedError."""
        state = queries.load(ref).state
        access.require(person, command, leads=state.roles.get(COMMANDER) == person.ref)
        if person.ref not in state.responders and not isinstance(command, JoinIncident):
            join = JoinIncident(by=person.ref, person=person.ref, name=str(person))
            # Two presses at once both see that the person is not in it yet; the first brings them in.
            with suppress(NothingToChangeError):
                writer.run(ref, join, key=f"{key}:join", now=self.now())
        return writer.run(ref, command, key=key, now=self.now())

    # --- answers ------------------------------------------------------------------------------------------------

    def answer(self, letter: Letter, text: str, blocks: Sequence[kit.Block] = ()) -> None:
        """Tell only the person who asked: in their form if one is open, else where they asked."""
        if letter.view and not blocks:
            self.fill(letter, modals.said("Tocsin", text))
            return
        body = letter.body
        url = str(body.get("response_url") or "")
        if url and self._is_slacks(url):
            WebhookClient(url, timeout=10).send(
                text=text, blocks=list(blocks) or None, response_type="ephemeral", replace_original=False
            )
            return
        self._whisper(user_of(body), channel_of(body), text, blocks)

    def fill(self, letter: Letter, modal: modals.Modal) -> None:
        """Put a form's real content where it said that it was loading."""
        if not letter.view:
            raise FormNotOpenError
        self.slack.call("views.update", view_id=letter.view, view=modal)

    def _whisper(self, user: str, channel: str, text: str, blocks: Sequence[kit.Block]) -> None:
        if channel and not channel.startswith("D"):
            try:
                self.slack.call(
                    "chat.postEphemeral", channel=channel, user=user, text=text, blocks=list(blocks) or None
                )
                return
            except SlackError as error:
                if not error.is_permanent:
                    raise
        self.slack.call("chat.postMessage", channel=user, text=text, blocks=list(blocks) or None)

    def _is_slacks(self, url: str) -> bool:
        """Answer only Slack: its own host for answers, or that of the API's address in the settings."""
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname) == ("https", "hooks.slack.com") or (
            parts.hostname == urlsplit(self.config.api_url).hostname
        )


class FormNotOpenError(RefusedError):
    """Slack could not open the form in time. Press again."""


def user_of(body: Mapping[str, Any]) -> str:
    user = body.get("user")
    event = body.get("event") or {}
    return str(user.get("id", "")) if isinstance(user, dict) else str(body.get("user_id") or event.get("user") or "")


def team_of(body: Mapping[str, Any]) -> str:
    """Return the workspace of whoever acted, which in a shared channel is not always the one that the app is in."""
    user, team, event = body.get("user"), body.get("team"), body.get("event") or {}
    if isinstance(user, dict) and user.get("team_id"):
        return str(user["team_id"])
    if event:
        return str(event.get("user_team") or event.get("team") or body.get("team_id") or "")
    return str(body.get("team_id") or (team.get("id", "") if isinstance(team, dict) else ""))


def channel_of(body: Mapping[str, Any]) -> str:
    channel, container, event = body.get("channel"), body.get("container") or {}, body.get("event") or {}
    if isinstance(channel, dict):
        return str(channel.get("id", ""))
    item = event.get("item") or {}
    return str(
        body.get("channel_id") or container.get("channel_id") or event.get("channel") or item.get("channel") or ""
    )
