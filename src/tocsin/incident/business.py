"""Count working days. Monday to Friday in UTC, less the holidays given; never reads a calendar of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_SATURDAY = 5


def add_working_days(start: datetime, days: int, holidays: frozenset[date] = frozenset()) -> datetime:
    """Move `start` on by a number of working days, keeping the time of day.

    From a day that is no working day, counting begins with the next one that is, at its beginning: a Saturday noon and
    one working day give the start of Tuesday, since all of Monday is the team's.
    """
    at = start
    if not _is_working(at, holidays):
        at = at.replace(hour=0, minute=0, second=0, microsecond=0)
        while not _is_working(at, holidays):
            at += timedelta(days=1)
    for _ in range(days):
        at += timedelta(days=1)
        while not _is_working(at, holidays):
            at += timedelta(days=1)
    return at


def _is_working(at: datetime, holidays: frozenset[date]) -> bool:
    return at.weekday() < _SATURDAY and at.date() not in holidays
