"""The time of scripted drills, which runs faster than ours. It stands still while nobody moves it, so that a drill goes on
where it stood after a restart. Decides nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.store.models import DrillTime, Incident

OPEN = ("suspected", "active", "resolved")
LONGEST_STRIDE = timedelta(seconds=5)
"""After this much of our time without being moved, a drill's time waits."""


def begin(row: Incident, now: datetime) -> None:
    """Let a drill's time begin at `now`, in the transaction that declares it."""
    DrillTime.objects.create(incident=row, at=now, moved_at=now)


def at(row: Incident, now: datetime) -> datetime:
    """Return what time it is in the incident when it is `now` here: the same, but in a scripted drill."""
    if row.speed == 1:
        return now
    drill = DrillTime.objects.filter(pk=row.pk).first()
    if drill is None or row.status not in OPEN:
        ended_at: datetime = row.last_at
        return ended_at
    passed = min(max(now - drill.moved_at, timedelta()), LONGEST_STRIDE)
    there: datetime = max(drill.at + row.speed * passed, row.last_at)
    return there


def stood_at(row: Incident) -> datetime:
    """Return the time in the drill when it was moved last."""
    moved_to: datetime = max(DrillTime.objects.get(pk=row.pk).at, row.last_at)
    return moved_to


def move(row: Incident, to: datetime, now: datetime) -> None:
    """Let it be `to` in the drill when it is `now` here. It never goes back."""
    DrillTime.objects.filter(pk=row.pk, at__lte=to).update(at=to, moved_at=now)


def running() -> list[Incident]:
    """Return the scripted drills that have not ended, the oldest first."""
    return list(Incident.objects.filter(drill_time__isnull=False, status__in=OPEN).order_by("number"))
