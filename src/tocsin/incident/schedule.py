"""When a promise reminds: ahead of time, when due, when overdue, to a second person, by another way, and on.

Units: for a promise of length L, ahead is L/6 before it is due (1 minute to 1 day); the gap g is L/6 (2 minutes to 1
hour): overdue after g, a second person after 2 g, another way after 3 g, and then again after gaps that double, up to 4
hours, until it is kept or withdrawn. Source: docs/promises.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.incident.events import Stage
from tocsin.incident.state import Promise

_LONGEST_GAP = timedelta(hours=4)


def ahead_of(promise: Promise) -> timedelta | None:
    """How long before it is due a promise reminds; None where it was made too late for that."""
    room = (promise.due_at - _set_at(promise)).total_seconds()
    for length in (promise.length_seconds, room):
        ahead = min(max(length / 6, 60), 86400)
        if ahead < room:
            return timedelta(seconds=int(ahead))
    return None


def gap_of(promise: Promise) -> timedelta:
    """The time between two reminders of a promise that was missed."""
    return timedelta(seconds=int(min(max(promise.length_seconds / 6, 120), 3600)))


def stages(promise: Promise) -> Iterator[tuple[datetime, Stage]]:
    """Every moment at which a promise reminds, in order, without end."""
    if (ahead := ahead_of(promise)) is not None:
        yield promise.due_at - ahead, "ahead"
    due_at, gap = max(promise.due_at, _set_at(promise)), gap_of(promise)
    yield due_at, "due"
    yield due_at + gap, "overdue"
    yield due_at + 2 * gap, "escalated"
    at = due_at + 3 * gap
    while True:
        yield at, "other-way"
        gap = min(2 * gap, _LONGEST_GAP)
        at += gap


def next_stage(promise: Promise) -> tuple[datetime, Stage]:
    """The first reminder that has not come yet."""
    fired = promise.last_reminded_at
    return next(stage for stage in stages(promise) if fired is None or stage[0] > fired)


def pending_stage(promise: Promise, now: datetime) -> tuple[datetime, Stage] | None:
    """The latest reminder whose time has come and which has not fired; those it overtook are not made up for."""
    fired, pending = promise.last_reminded_at, None
    for at, stage in stages(promise):
        if at > now:
            return pending
        if fired is None or at > fired:
            pending = (at, stage)
    return pending


def _set_at(promise: Promise) -> datetime:
    return promise.due_set_at or promise.made_at
