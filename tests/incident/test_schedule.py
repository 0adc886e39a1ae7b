"""When a promise reminds follows from its length alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest

from tests.incident.story import START
from tocsin.incident.schedule import ahead_of, gap_of, stages
from tocsin.incident.state import Promise


def promise(length: timedelta, *, made_before_due: timedelta | None = None) -> Promise:
    due_at = START + length
    made_at = due_at - (made_before_due if made_before_due is not None else length)
    seconds = int(length.total_seconds())
    return Promise("p.1", "deadline", "x", made_at, due_at, seconds, due_set_at=made_at)


@pytest.mark.parametrize(
    ("length", "ahead", "gap"),
    [
        (timedelta(minutes=3), timedelta(minutes=1), timedelta(minutes=2)),
        (timedelta(minutes=30), timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(hours=1), timedelta(minutes=10), timedelta(minutes=10)),
        (timedelta(hours=12), timedelta(hours=2), timedelta(hours=1)),
        (timedelta(days=3), timedelta(hours=12), timedelta(hours=1)),
        (timedelta(days=30), timedelta(days=1), timedelta(hours=1)),
    ],
)
def test_the_longer_the_promise_the_earlier_it_reminds_within_bounds(
    length: timedelta, ahead: timedelta, gap: timedelta
) -> None:
    assert ahead_of(promise(length)) == ahead
    assert gap_of(promise(length)) == gap


def test_a_promise_made_late_reminds_ahead_within_the_time_that_is_left() -> None:
    late = promise(timedelta(hours=1), made_before_due=timedelta(minutes=6))
    assert ahead_of(late) == timedelta(minutes=1)


def test_a_promise_made_a_moment_before_it_is_due_has_no_reminder_ahead() -> None:
    late = promise(timedelta(hours=1), made_before_due=timedelta(seconds=30))
    assert ahead_of(late) is None
    assert [stage for _, stage in islice(stages(late), 4)] == ["due", "overdue", "escalated", "other-way"]


def test_no_reminder_is_due_before_its_promise_was_made() -> None:
    overdue = promise(timedelta(hours=1), made_before_due=timedelta(minutes=-30))
    assert next(stages(overdue)) == (overdue.made_at, "due")


def test_reminders_come_one_after_the_other() -> None:
    times = [at for at, _ in islice(stages(promise(timedelta(minutes=30))), 40)]
    assert times == sorted(set(times))
