"""Write to incidents; nothing else does. One transaction: lock, load, decide, append, project, queue.

The same actor and key twice is one effect. Nothing is sent here: messages are queued, and listeners hear after the
commit. Source: design, "Shape"; decision 0030.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import reduce

from django.db import transaction

from tocsin.delivery import queue
from tocsin.desk import bus, deliberate, directory, messages, routes
from tocsin.desk.contention import settled
from tocsin.errors import RefusedError, UnreadableError
from tocsin.incident.commands import AdvanceClock, Command, DeclareIncident, JoinIncident
from tocsin.incident.decide import decide
from tocsin.incident.due import next_due_at
from tocsin.incident.events import Event
from tocsin.incident.evolve import evolve
from tocsin.incident.state import IncidentState
from tocsin.store import drill_time, log, numbers, projections, queries
from tocsin.store.log import VersionConflictError
from tocsin.store.models import CommandKey, Incident
from tocsin.store.queries import IncidentNotFoundError, Loaded
from tocsin.store.verify import INCIDENT_COUNTER

LONGEST_KEY = 200


class KeyReusedError(RefusedError):
    """This idempotency key was used for another command. Send each command with a key of its own."""


class UnusableTextError(UnreadableError):
    """The text holds characters that cannot be stored. Remove control characters and try again."""


class StaleVersionError(VersionConflictError):
    """This incident has changed since you last looked at it. Look at it as it is now and try again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did. `events` may be empty. `is_repeat`: it had been done before, and this is what it did then."""

    ref: str
    version: int
    events: tuple[Event, ...]
    is_repeat: bool = False


_Done = tuple[Outcome, Loaded | None, datetime | None]


@dataclass(frozen=True, slots=True)
class _Asked:
    command: Command
    key: str | None
    fingerprint: str
    now: datetime


def declare(command: DeclareIncident, playbook_digest: str, *, key: str, now: datetime, speed: int = 1) -> Outcome:
    """Start an incident on one playbook version. With a `speed` over 1 it keeps a time of its own, which `drills` moves,
    and nothing of it leaves its room.

    *Raises* PlaybookNotFoundError, KeyReusedError, or a refusal of the core.
    """
    asked = _ask(command, key, now, playbook_digest)
    return _committed(lambda: _declare(asked, playbook_digest, speed))


def run(ref: str, command: Command, *, key: str, now: datetime, expected_version: int | None = None) -> Outcome:
    """Do `command` to the incident. Without `expected_version` it is decided on the incident as it is by then.

    *Raises* IncidentNotFoundError, StaleVersionError when the incident is not at `expected_version`, KeyReusedError, or
    a refusal of the core.
    """
    asked = _ask(command, key, now, ref)
    return _committed(lambda: _run(ref, asked, expected_version))


def advance(ref: str, *, now: datetime) -> Outcome:
    """Do what is due on the incident by `now`. Where another clock was first, it does nothing."""
    asked = _Asked(AdvanceClock(), None, "", now)
    return _committed(lambda: _advance(ref, asked))


def _committed(work: Callable[[], _Done]) -> Outcome:
    """Run one transaction to its commit, then keep the state and tell who listens."""

    def transact() -> _Done:
        with transaction.atomic(durable=True):
            return work()

    outcome, loaded, due_at = settled(transact)
    if loaded is not None:
        queries.keep(loaded)
        bus.publish(bus.Changed(outcome.ref, outcome.version, due_at))
    return outcome


def _declare(asked: _Asked, digest: str, speed: int) -> _Done:
    if (repeat := _repeated(asked)) is not None:
        return repeat
    before = IncidentState(playbook=queries.playbook(digest))
    events = decide(before, asked.command, asked.now)
    number = numbers.take(INCIDENT_COUNTER)
    row = Incident(ref=f"INC-{number}", number=number, playbook_id=digest, last_at=asked.now, speed=speed)
    after = reduce(evolve, events, before)
    due_at = _due_at(row, after)
    projections.project(row, after, due_at)
    row.save(force_insert=True)
    if speed > 1:
        drill_time.begin(row, asked.now)
    return _write(row, asked, events, after, due_at)


def _run(ref: str, asked: _Asked, expected_version: int | None) -> _Done:
    row = _lock(ref)
    if (repeat := _repeated(asked)) is not None:
        return repeat
    if expected_version not in (None, row.version):
        raise StaleVersionError
    return _decide_and_write(row, asked)


def _advance(ref: str, asked: _Asked) -> _Done:
    row = _lock(ref)
    due_at = row.next_due_at if row.speed == 1 else next_due_at(queries.load_row(row).state)
    if due_at is None or due_at > drill_time.at(row, asked.now):
        return Outcome(ref, row.version, (), is_repeat=True), None, row.next_due_at
    return _decide_and_write(row, asked)


def _decide_and_write(row: Incident, asked: _Asked) -> _Done:
    """Decide at the asked moment, or at the last event's where that is later: an incident's time never goes back."""
    before = queries.load_row(row).state
    moment = max(drill_time.at(row, asked.now), row.last_at)
    command = deliberate.prepared(row.ref, asked.command, before, moment)
    events = decide(before, command, moment)
    after = reduce(evolve, events, before)
    if events and (joining := _joining(after, asked.command.by)) is not None:
        joined = decide(after, joining, moment)
        events, after = [*events, *joined], reduce(evolve, joined, after)
    due_at = _due_at(row, after)
    projections.project(row, after, due_at)
    return _write(row, asked, events, after, due_at)


def _joining(after: IncidentState, actor: str) -> JoinIncident | None:
    """Return how whoever acts in an open incident becomes one of its responders; None where they are, or are nobody."""
    if actor in after.responders or after.status in ("closed", "dismissed"):
        return None
    person = directory.look_up([actor], with_audiences=False).people.get(actor)
    return None if person is None else JoinIncident(by=actor, person=actor, name=person.name)


def _due_at(row: Incident, state: IncidentState) -> datetime | None:
    """Return when the clock has to look at it: never at a scripted drill, whose time is not the clock's."""
    return next_due_at(state) if row.speed == 1 else None


def _write(
    row: Incident, asked: _Asked, events: Sequence[Event], after: IncidentState, due_at: datetime | None
) -> _Done:
    version_before = row.version
    recorded = log.append(row, version_before, events, key=asked.key or "")
    if asked.key is not None:
        CommandKey.objects.create(
            actor=asked.command.by,
            key=asked.key,
            fingerprint=asked.fingerprint,
            incident=row,
            version_before=version_before,
            version=row.version,
            at=asked.now,
        )
    ways_out = routes.current() if row.speed == 1 else routes.inside()
    for outgoing in messages.of(row.ref, recorded, after, ways_out):
        queue.enqueue(outgoing, now=asked.now)
    return Outcome(row.ref, row.version, tuple(events)), Loaded(row.ref, after, row.version, row.last_hash), due_at


def _lock(ref: str) -> Incident:
    """Return the incident's row, held until the transaction ends. SQLite holds the whole file already."""
    row = Incident.objects.select_for_update().filter(ref=ref).first()
    if row is None:
        raise IncidentNotFoundError
    return row


def _repeated(asked: _Asked) -> _Done | None:
    """Return what the command did when it came first, or None when this is the first time."""
    found = CommandKey.objects.filter(actor=asked.command.by, key=asked.key).select_related("incident").first()
    if found is None:
        return None
    if found.fingerprint != asked.fingerprint:
        raise KeyReusedError
    ref = found.incident.ref
    entries = queries.timeline(ref, after=found.version_before)[: found.version - found.version_before]
    return Outcome(ref, found.version, tuple(entry.event for entry in entries), is_repeat=True), None, None


def _ask(command: Command, key: str, now: datetime, target: str) -> _Asked:
    if not 0 < len(key) <= LONGEST_KEY:
        raise KeyReusedError(f"An idempotency key has 1 to {LONGEST_KEY} characters; this one has {len(key)}.")
    content = [type(command).__name__, target, asdict(command)]
    _check_text([*content, key])
    text = json.dumps(content, sort_keys=True, default=_iso)
    return _Asked(command, key, hashlib.sha256(text.encode()).hexdigest(), now)


def _check_text(value: object) -> None:
    """Raise UnusableTextError for a zero byte or half a surrogate pair, which PostgreSQL does not take."""
    if isinstance(value, dict):
        _check_text([*value.values()])
    elif isinstance(value, list | tuple):
        for part in value:
            _check_text(part)
    elif isinstance(value, str) and ("\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise UnusableTextError


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
