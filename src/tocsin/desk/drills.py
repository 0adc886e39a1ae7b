"""Play a scripted drill: an incident of any playbook at 60 times speed, with people who act by themselves.

It is an incident like any other, written by the same desk and decided by the same core; only its time is its own. What it
says stays in its room. Anybody may act in it meanwhile. All it needs to go on after a restart is in the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event as Flag

from django.db import connection

from tocsin.desk import writer
from tocsin.desk.contention import settled
from tocsin.desk.steady_clock import SteadyClock
from tocsin.desk.writer import Outcome
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident.cast import LEAD, PACE, Cast
from tocsin.incident.due import candidates
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.state import IncidentState
from tocsin.playbook.model import Playbook
from tocsin.store import drill_time, queries
from tocsin.store.models import Incident

SPEED = 60
LENGTH = timedelta(hours=2)
LOOK_EVERY_SECONDS = 0.5
_SEVERITY_AFTER, _FIRST_ANSWER_AFTER, _BETWEEN_ANSWERS = (
    timedelta(minutes=4),
    timedelta(minutes=10),
    timedelta(minutes=6),
)
_RESOLVED_AFTER = timedelta(minutes=80)
_WORKING_TIME = timedelta(minutes=60)

log = logging.getLogger(__name__)


class NotAScriptedDrillError(RefusedError):
    """Only a scripted drill can be stopped. End this incident as it should end: resolve it, or dismiss it."""


def start(digest: str, *, by: str, by_name: str, title: str, key: str, now: datetime) -> Outcome:
    """Declare a scripted drill of a playbook. *Raises* PlaybookNotFoundError, KeyReusedError."""
    command = cmd.DeclareIncident(by=by, by_name=by_name, title=title, is_drill=True)
    return writer.declare(command, digest, key=key, now=now, speed=SPEED)


def stop(ref: str, *, by: str, reason: str, key: str, now: datetime) -> None:
    """End a scripted drill. One that has ended stays as it is. *Raises* NotAScriptedDrillError, IncidentNotFoundError."""
    row = queries.find_row(ref)
    if row.speed == 1:
        raise NotAScriptedDrillError
    if row.status == "suspected":
        writer.run(ref, cmd.DismissIncident(by=by, reason=reason), key=f"{key}-dismiss", now=now)
    if row.status == "active":
        writer.run(ref, cmd.ResolveIncident(by=by, summary=reason), key=f"{key}-resolve", now=now)
    if row.status in ("active", "resolved"):
        writer.run(ref, cmd.CloseIncident(by=by), key=f"{key}-close", now=now)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scripted drill has come, in seconds of its own time."""

    speed: int
    passed_seconds: int
    length_seconds: int
    began_at: datetime
    is_running: bool


def progress_of(ref: str, there: datetime) -> Progress | None:
    """Return how far a scripted drill is when it is `there` in it; None for every other incident."""
    row = queries.find_row(ref)
    if row.speed == 1:
        return None
    length = int(LENGTH.total_seconds())
    passed = min(length, max(0, int((there - row.declared_at).total_seconds())))
    return Progress(row.speed, passed, length, row.declared_at, row.status in drill_time.OPEN)


def script(state: IncidentState) -> Iterator[tuple[timedelta, cmd.Command]]:
    """Return what is still to happen whatever the playbook says, and how long after the start."""
    if state.severity is None and state.playbook.severities:
        worst = min(state.playbook.severities, key=lambda level: level.rank)
        yield _SEVERITY_AFTER, cmd.AssignSeverity(by=LEAD, severity=worst.name)
    for number, question in enumerate(state.playbook.questions):
        if state.answers.get(question.id, "unknown") == "unknown":
            answer: cmd.Answer = "no" if number else "yes"
            after = min(_FIRST_ANSWER_AFTER + number * _BETWEEN_ANSWERS, _RESOLVED_AFTER - PACE)
            yield after, cmd.AnswerQuestion(by=LEAD, question=question.id, answer=answer)
    if state.status == "active":
        yield _RESOLVED_AFTER, cmd.ResolveIncident(by=LEAD, summary="")
    if state.status == "resolved":
        yield LENGTH, cmd.CloseIncident(by=LEAD)


class Drill:
    """One scripted drill as one process plays it. Keeps nothing that could not be made anew."""

    def __init__(self, ref: str, playbook: Playbook) -> None:
        self._ref = ref
        last_at: datetime = queries.find_row(ref).last_at
        self._here = self._there = last_at
        self._cast = Cast(self, playbook, pace=_pace(playbook))
        self._cast.acts_at = self._there + _pace(playbook)

    @property
    def state(self) -> IncidentState:
        return queries.load(self._ref).state

    @property
    def now(self) -> datetime:
        """What time it is in the drill."""
        return self._there

    def ask(self, command: cmd.Command) -> None:
        """Do the command, unless somebody else did something since; then the next look does it."""
        version = queries.load(self._ref).version
        key = f"drill:{self._ref}:{version}:{type(command).__name__}"
        done = writer.run(self._ref, command, key=key, now=self._here, expected_version=version)
        self._cast.notice(done.events)

    def play(self, row: Incident, now: datetime) -> None:
        """Let happen all that happens in the drill until `now` of our time."""
        self._here, until = now, drill_time.at(row, now)
        self._there = drill_time.stood_at(row)
        self._attempt(self._cast.take_roles)
        while (moment := self._next_moment()) is not None and moment <= until and self._is_open():
            self._there = max(moment, self._there)
            settled(lambda: drill_time.move(row, self._there, now))
            self._cast.notice(writer.advance(self._ref, now=now).events)
            self._act()
        self._there = until
        settled(lambda: drill_time.move(row, until, now))

    def _act(self) -> None:
        declared_at = self.state.declared_at or self._there
        for after, command in list(script(self.state)):
            if declared_at + after <= self._there:
                self._attempt(partial(self.ask, command))
        self._attempt(self._cast.act)
        if self._cast.acts_at is not None and self._cast.acts_at <= self._there:
            self._cast.acts_at = self._there + PACE

    def _attempt(self, work: Callable[[], object]) -> None:
        """Do it; where the incident does not allow it, or somebody was first, go on."""
        try:
            work()
        except (CommandRefusedError, writer.StaleVersionError) as refusal:
            log.info("In the drill %s: %s", self._ref, refusal)

    def _next_moment(self) -> datetime | None:
        state = self.state
        declared_at = state.declared_at or self._there
        moments = [*candidates(state), *(declared_at + after for after, _ in script(state))]
        later = [moment for moment in moments if moment > self._there]
        if self._cast.acts_at is not None:
            later.append(self._cast.acts_at)
        return min(later, default=None)

    def _is_open(self) -> bool:
        return self.state.status in drill_time.OPEN


class DrillLoop:
    """Plays every scripted drill that has not ended. A fault in one is logged and harms no other."""

    def __init__(self, clock: SteadyClock) -> None:
        self._clock = clock
        self._wake = Flag()
        self._drills: dict[str, Drill] = {}

    def run_forever(self, stop: Flag) -> None:
        """Run until `stop` is set and `wake` called."""
        try:
            while not stop.is_set():
                self._wake.wait(LOOK_EVERY_SECONDS)
                self._wake.clear()
                self._look()
        finally:
            connection.close()

    def wake(self) -> None:
        self._wake.set()

    def play(self, now: datetime) -> int:
        """Let every drill go on to `now` and return how many there are."""
        rows = drill_time.running()
        for row in rows:
            try:
                drill = self._drills.get(row.ref) or Drill(row.ref, queries.load_row(row).state.playbook)
                self._drills[row.ref] = drill
                drill.play(row, now)
            except Exception:
                log.exception("The drill %s could not go on; trying again", row.ref)
                self._drills.pop(row.ref, None)
        self._drills = {row.ref: self._drills[row.ref] for row in rows if row.ref in self._drills}
        return len(rows)

    def _look(self) -> None:
        try:
            self.play(self._clock.now())
        except Exception:
            log.exception("Could not look for drills; trying again")
            connection.close_if_unusable_or_obsolete()


def _pace(playbook: Playbook) -> timedelta:
    """Return how long people take for a step, so that a long playbook is done in time as well."""
    count = sum(1 for _ in playbook.all_steps())
    return min(PACE, _WORKING_TIME / max(1, count))
