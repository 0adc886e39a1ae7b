"""A meeting is proposed within five working days, in the working hours of all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.people import meeting
from tocsin.people.models import Person

MONDAY = datetime(2026, 3, 2, 12, 10, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)


@pytest.mark.parametrize(
    ("now", "zones", "expected"),
    [
        (MONDAY, ["UTC"], "2026-03-03 09:00"),
        (MONDAY, [], "2026-03-03 09:00"),
        (MONDAY, ["Mars/Base", "UTC"], "2026-03-03 09:00"),
        (FRIDAY, ["UTC"], "2026-03-09 09:00"),
        (MONDAY, ["Europe/Madrid", "America/New_York"], "2026-03-03 14:00"),
        (MONDAY, ["America/Los_Angeles"], "2026-03-03 17:00"),
    ],
)
def test_the_first_hour_that_suits_all_is_proposed(now: datetime, zones: list[str], expected: str) -> None:
    assert f"{meeting.proposed(now, zones):%Y-%m-%d %H:%M}" == expected


def test_where_hours_never_meet_the_least_bad_working_day_is_proposed() -> None:
    found = meeting.proposed(MONDAY, ["Europe/Madrid", "Australia/Sydney"])
    assert MONDAY < found < MONDAY + timedelta(days=7)
    assert found.weekday() < 5


@pytest.mark.django_db
def test_time_zones_are_those_of_the_people_who_are_still_here() -> None:
    ana = Person.objects.create_user("ana@team.example", name="Ana", time_zone="Europe/Madrid")
    left = Person.objects.create_user("left@team.example", name="Left", time_zone="Asia/Tokyo", is_active=False)
    assert meeting.zones_of([ana.ref, left.ref, "clock", "person:x"]) == ["Europe/Madrid"]
