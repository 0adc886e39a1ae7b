"""Working days are Monday to Friday, less holidays, at the same time of day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tocsin.incident.business import add_working_days


def day(number: int, hour: int = 10) -> datetime:
    """A day of March 2026; the 2nd is a Monday."""
    return datetime(2026, 3, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (day(2), 1, day(3)),
        (day(2), 5, day(9)),
        (day(6), 1, day(9)),
        (day(7, 15), 1, day(10, 0)),
        (day(8, 15), 2, day(11, 0)),
        (day(4), 0, day(4)),
        (day(7), 0, day(9, 0)),
    ],
)
def test_weekends_do_not_count(start: datetime, days: int, end: datetime) -> None:
    assert add_working_days(start, days) == end


def test_holidays_do_not_count() -> None:
    assert add_working_days(day(2), 1, frozenset({date(2026, 3, 3)})) == day(4)
