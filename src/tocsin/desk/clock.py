"""Ask what is due and hand it to the desk, one incident at a time. Decides nothing itself and keeps nothing.

Two clocks on one database do no harm: each incident is advanced under its lock, and what was done is not due again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Lock

from django.db import connection

from tocsin.desk import bus, steady_clock, writer
from tocsin.desk.steady_clock import SteadyClock
from tocsin.store.models import Incident

LONGEST_SLEEP_SECONDS = 0.5
BEAT_EVERY = timedelta(seconds=10)
BATCH = 200
_REST_AFTER_FAULT = timedelta(seconds=60)
_REST_WHEN_STUCK = timedelta(seconds=5)

log = logging.getLogger(__name__)


class Ticker:
    """Advances what is due. An incident that cannot be advanced is logged, rests, and holds up no other."""

    def __init__(self, batch: int = BATCH) -> None:
        self._batch = batch
        self._rests_until: dict[str, datetime] = {}

    def tick(self, now: datetime) -> int:
        """Advance every incident that has something due at `now`, earliest due first; return how many had.

        Incidents that fall due meanwhile wait for the next tick.
        """
        self._rests_until = {ref: until for ref, until in self._rests_until.items() if until > now}
        seen = set(self._rests_until)
        count = 0
        while due := self._due_refs(now, seen):
            count += sum(self._advance(ref, now) for ref in due)
            seen.update(due)
        return count

    def _due_refs(self, now: datetime, seen: set[str]) -> list[str]:
        """Return the next batch. What was seen is usually no longer due; where it is, it stands at the front."""
        due = Incident.objects.filter(next_due_at__lte=now).order_by("next_due_at", "pk")
        refs = due.values_list("ref", flat=True)[: self._batch + len(seen)]
        return [ref for ref in refs if ref not in seen]

    def _advance(self, ref: str, now: datetime) -> bool:
        try:
            outcome = writer.advance(ref, now=now)
        except Exception:
            log.exception("%s could not be advanced; trying again in a minute", ref)
            self._rests_until[ref] = now + _REST_AFTER_FAULT
            return False
        if not outcome.events and Incident.objects.filter(ref=ref, next_due_at__lte=now).exists():
            log.error("%s is due and has nothing to do; looking again in a few seconds", ref)
            self._rests_until[ref] = now + _REST_WHEN_STUCK
        return bool(outcome.events)

    def next_wake(self) -> datetime | None:
        """Return when the earliest incident that does not rest is due, in the past if it is late; None: never."""
        resting = list(self._rests_until)
        due = Incident.objects.filter(next_due_at__isnull=False).exclude(ref__in=resting).order_by("next_due_at")
        return due.values_list("next_due_at", flat=True).first()


def tick(now: datetime) -> int:
    """Advance every incident that has something due at `now` and return how many had."""
    return Ticker().tick(now)


def lateness_seconds(now: datetime) -> float:
    """Return for how long the most overdue work has been waiting, 0.0 when none is; for `/readyz` and metrics."""
    due_at = Ticker().next_wake()
    return 0.0 if due_at is None else max(0.0, (now - due_at).total_seconds())


def next_wake(now: datetime) -> datetime | None:
    """Return when something is due next, `now` if something is due already, or None if nothing ever is."""
    due_at = Ticker().next_wake()
    return None if due_at is None else max(due_at, now)


class ClockLoop:
    """Ticks at the moment something is due. Woken by changes of this process that bring it forward; changes of other
    processes are seen within half a second.
    """

    def __init__(self, clock: SteadyClock) -> None:
        self._clock = clock
        self._ticker = Ticker()
        self._wake = Flag()
        self._lock = Lock()
        self._planned: datetime | None = None
        self._beaten_at: datetime | None = None

    def run_forever(self, stop: Flag) -> None:
        """Run until `stop` is set and `wake` called. Faults are logged and never end it."""
        stop_listening = bus.listen(self._on_change)
        try:
            while not stop.is_set():
                self._wake.wait(self._round())
        finally:
            stop_listening()
            connection.close()

    def wake(self) -> None:
        """Look at once at what is due."""
        self._wake.set()

    def _round(self) -> float:
        """Tick once and return for how many seconds to sleep."""
        self._wake.clear()
        # While it is not known what comes next, every change wakes.
        self._plan(None)
        try:
            self._beat()
            self._ticker.tick(self._clock.now())
            self._plan(self._ticker.next_wake())
        except Exception:
            log.exception("The clock could not look at what is due; trying again")
            connection.close_if_unusable_or_obsolete()
            return LONGEST_SLEEP_SECONDS
        return self._sleep_seconds()

    def _beat(self) -> None:
        now = self._clock.now()
        if self._beaten_at is None or now - self._beaten_at >= BEAT_EVERY:
            steady_clock.beat(self._clock)
            self._beaten_at = now

    def _plan(self, due_at: datetime | None) -> None:
        with self._lock:
            self._planned = due_at

    def _sleep_seconds(self) -> float:
        if self._planned is None:
            return LONGEST_SLEEP_SECONDS
        until_due = (self._planned - self._clock.now()).total_seconds()
        return min(LONGEST_SLEEP_SECONDS, max(0.0, until_due))

    def _on_change(self, changed: bus.Changed) -> None:
        """Wake when a change made in this process is due before what the loop sleeps for."""
        with self._lock:
            is_earlier = changed.next_due_at is not None and (
                self._planned is None or changed.next_due_at < self._planned
            )
        if is_earlier:
            self._wake.set()
