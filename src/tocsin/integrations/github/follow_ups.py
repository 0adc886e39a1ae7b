"""Follow-ups and their issues: the state of an issue flows back, and of the incident's own issue as well."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk import writer
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident.commands import Command
from tocsin.incident.state import COMMANDER
from tocsin.integrations.github import acting
from tocsin.integrations.github.models import FollowUpIssue
from tocsin.integrations.github.people import Actor
from tocsin.people import access
from tocsin.store import queries

log = logging.getLogger(__name__)
_ADDRESS = re.compile(r"https?://\S+")


def follow(repository: str, number: int, is_closed: bool, actor: Actor, now: datetime) -> None:
    """Carry the state of a follow-up's issue into its incident."""
    for row in FollowUpIssue.objects.filter(repository=repository, number=number):
        kind = cmd.CompleteFollowUp if is_closed else cmd.ReopenFollowUp
        found = next((f for f in queries.load(row.ref).state.follow_ups if f.id == row.follow_up), None)
        if found is not None and (found.done_at is not None) != is_closed:
            version = queries.load(row.ref).version
            _try(row.ref, kind(by=actor.ref, follow_up=row.follow_up), f"github:{row.pk}:{version}", now)
        FollowUpIssue.objects.filter(pk=row.pk).update(is_closed=is_closed)


def follow_incident(ref: str, is_closed: bool, actor: Actor, key: str, now: datetime) -> None:
    """Carry the state of the incident's issue: closing it closes a resolved incident, reopening it opens it again. An
    incident that goes on is not closed by its issue; a note says that the two differ."""
    status = queries.load(ref).state.status
    if is_closed and status == "resolved":
        _by(ref, cmd.CloseIncident(by=actor.ref), actor, f"github:{key}:close", now)
    elif is_closed and status in {"active", "suspected"}:
        acting.note(
            ref, "The issue was closed on GitHub. The incident is not resolved, so it goes on.", actor, key, now
        )
    elif not is_closed and status in {"closed", "dismissed"}:
        _by(
            ref,
            cmd.ReopenIncident(by=actor.ref, reason="Its issue was reopened on GitHub"),
            actor,
            f"github:{key}:open",
            now,
        )


def remind(now: datetime, after: timedelta) -> int:
    """Remind of follow-ups whose issue has been open for so long, and again each time that passes; return how many."""
    count = 0
    for row in FollowUpIssue.objects.filter(is_closed=False):
        state = queries.load(row.ref).state
        found = next((f for f in state.follow_ups if f.id == row.follow_up and f.done_at is None), None)
        if found is None or now - (row.reminded_at or found.at) < after:
            continue
        days = (now - found.at).days
        notice = Outgoing(
            identity=f"{row.ref}.{row.follow_up}.reminder-{days}",
            destination=Destination("room", found.owner or state.roles.get(COMMANDER) or found.by),
            kind="reminder",
            thread=row.ref,
            subject=f"{row.ref}: a follow-up is open for {days} days",
            text=f"{found.title} {row.url}",
            url=row.url,
        )
        queue.enqueue(notice, now=now)
        FollowUpIssue.objects.filter(pk=row.pk).update(reminded_at=now)
        count += 1
    return count


def note_follow_up(ref: str, words: str, actor: Actor, key: str, now: datetime) -> None:
    """Note a follow-up; where the words hold an issue's address, it is that issue and none is created."""
    address = _ADDRESS.search(words)
    url = address[0].rstrip(".,;)") if address else ""
    title = " ".join(words.replace(url, " ").split()) or url
    _by(ref, cmd.CreateFollowUp(by=actor.ref, title=title, url=url), actor, key, now)


def _by(ref: str, command: Command, actor: Actor, key: str, now: datetime) -> None:
    try:
        if actor.person is not None:
            leads = queries.load(ref).state.roles.get(COMMANDER) == actor.ref
            access.require(actor.person, command, leads=leads)
        writer.run(ref, command, key=key[: writer.LONGEST_KEY], now=now)
    except RefusedError as error:
        words = f"A change on GitHub by {actor.name or 'somebody'} was refused: {error.message}"
        acting.note(ref, words, actor, f"{key}:refused", now)


def _try(ref: str, command: Command, key: str, now: datetime) -> None:
    try:
        writer.run(ref, command, key=key, now=now)
    except RefusedError as error:
        log.info("%s: %s", ref, error.message)
