"""Propose when people could meet: within five working days, in the working hours of all of them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from tocsin.incident.business import add_working_days
from tocsin.people.models import Person

WITHIN_WORKING_DAYS = 5
BEGINS, ENDS = time(9), time(17)
LENGTH = timedelta(hours=1)
NOT_BEFORE = timedelta(hours=20)
_STEP = timedelta(minutes=30)


def zones_of(refs: Iterable[str]) -> list[str]:
    """Return the time zones of these people ("person:3"), each once; those who left do not count."""
    wanted = [int(number) for ref in refs if (number := ref.removeprefix("person:")) != ref and number.isdigit()]
    people = Person.objects.filter(pk__in=wanted, is_active=True)
    return sorted(set(people.values_list("time_zone", flat=True)))


def proposed(now: datetime, zones: Iterable[str]) -> datetime:
    """Return the first half hour, from tomorrow on, at which a meeting of an hour is within everybody's nine to five.

    Where their hours never meet, the time that lies least outside anybody's. Aware UTC.
    """
    known = [zone for zone in map(_zone, zones) if zone is not None] or [zoneinfo.ZoneInfo("UTC")]
    first = _next_half_hour(now.astimezone(UTC) + NOT_BEFORE)
    last = add_working_days(now.astimezone(UTC), WITHIN_WORKING_DAYS)
    slots = [first + number * _STEP for number in range(max(int((last - first) / _STEP), 1))]
    return min(slots, key=lambda at: (sum(_outside(at, zone) for zone in known), at))


def _outside(at: datetime, zone: zoneinfo.ZoneInfo) -> float:
    """Return by how many hours a meeting lies outside somebody's working hours; a whole day at the weekend."""
    local = at.astimezone(zone)
    if local.weekday() >= 5:
        return 24.0
    begins = datetime.combine(local.date(), BEGINS, zone)
    ends = datetime.combine(local.date(), ENDS, zone)
    return max((begins - local) / LENGTH, 0.0) + max((local + LENGTH - ends) / LENGTH, 0.0)


def _next_half_hour(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return next(whole + number * _STEP for number in range(1, 4) if whole + number * _STEP > at)


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
