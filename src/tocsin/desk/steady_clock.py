"""Tell the time so that setting the machine's clock makes nothing early and loses nothing. Decision 0031.

It is the wall clock as it was when Tocsin began, carried on by the machine's own count of seconds since it booted
(which runs on while the machine is suspended). Small corrections are followed; a jump is reported and not followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from django.db.models import Max

from tocsin.desk.contention import settled
from tocsin.store.models import Heartbeat, Incident

FOLLOWED = timedelta(seconds=2)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where time comes from. `boot_seconds` counts from when the machine booted and never goes back; `boot_id` names
    that run of the machine, "" where it cannot be known."""

    wall: Callable[[], datetime]
    boot_seconds: Callable[[], float]
    boot_id: str


@dataclass(frozen=True, slots=True)
class Jump:
    """How far the wall clock is from Tocsin's. Positive: the wall clock is ahead."""

    seconds: float

    @property
    def summary(self) -> str:
        way = "ahead of" if self.seconds > 0 else "behind"
        return (
            f"The machine's clock is {abs(self.seconds):.0f} s {way} Tocsin's, which did not follow the jump. "
            "If the machine is right, run `tocsin trust-clock` and start Tocsin again; else set the machine's clock."
        )


class SteadyClock:
    """A clock that never goes back and never jumps. Safe across threads."""

    def __init__(self, sources: Sources, begin: datetime | None = None) -> None:
        """Begin at `begin` (aware UTC), else at the wall clock's time."""
        self._sources = sources
        self._lock = Lock()
        self._boot_seconds = sources.boot_seconds()
        self._at = begin or sources.wall()
        self._jump: Jump | None = None

    def now(self) -> datetime:
        """Return the time, aware UTC, never earlier than the last answer."""
        with self._lock:
            return self._read()

    def jump(self) -> Jump | None:
        """Return how far the wall clock jumped away, for `doctor` and `/healthz`; None when it is as expected."""
        with self._lock:
            self._read()
            return self._jump

    def heartbeat(self) -> Heartbeat:
        """Return the clock's memory, not yet saved."""
        with self._lock:
            now = self._read()
            return Heartbeat(boot_id=self._sources.boot_id, wall_at=now, boot_seconds=self._boot_seconds)

    def _read(self) -> datetime:
        """Move on by the seconds that passed, or to the wall clock where it is near; but never back."""
        boot_seconds = self._sources.boot_seconds()
        expected = self._at + timedelta(seconds=max(0.0, boot_seconds - self._boot_seconds))
        ahead = self._sources.wall() - expected
        self._jump = None if abs(ahead) <= FOLLOWED else Jump(ahead.total_seconds())
        self._at = expected if self._jump else max(self._at, expected + ahead)
        self._boot_seconds = max(boot_seconds, self._boot_seconds)
        return self._at


def machine() -> Sources:
    """Return this machine's own sources. Without a boot id or a boot clock, a new process trusts the wall clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    boot_id = _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else ""
    return Sources(lambda: datetime.now(UTC), lambda: time.clock_gettime(clock), boot_id)


def start(sources: Sources | None = None) -> SteadyClock:
    """Return a clock that carries on where the last process on this run of the machine stood, and note that it does."""
    sources = sources or machine()
    clock = SteadyClock(sources, _begin(sources))
    beat(clock)
    return clock


def beat(clock: SteadyClock) -> None:
    """Save the clock's memory. Call it every few seconds: after a reboot, time begins no earlier than the last beat."""
    heartbeat = clock.heartbeat()
    if heartbeat.boot_id:
        settled(heartbeat.save)


def trust_wall() -> None:
    """Forget every heartbeat, so that the next start takes the wall clock as it is. For an operator who mended it."""
    settled(Heartbeat.objects.all().delete)


def _begin(sources: Sources) -> datetime:
    """Return the time to begin at: carried on within one boot, else the wall clock but not before what is stored."""
    same = Heartbeat.objects.filter(boot_id=sources.boot_id).first() if sources.boot_id else None
    passed = sources.boot_seconds() - same.boot_seconds if same else -1.0
    if same and passed >= 0:
        carried_on: datetime = same.wall_at + timedelta(seconds=passed)
        return carried_on
    last_beat = Heartbeat.objects.aggregate(last=Max("wall_at"))["last"]
    last_event = Incident.objects.aggregate(last=Max("last_at"))["last"] if last_beat else None
    return max(at for at in (sources.wall(), last_beat, last_event) if at is not None)
