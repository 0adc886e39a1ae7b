"""Who is on duty, and who is paged after them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.people import duty
from tocsin.people.models import Membership, Person, Team

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    found = Team.objects.create(name="DevSecOps", aliases="security team")
    for position, name in enumerate(("Ana", "Ben", "Cai"), 1):
        person = Person.objects.create_user(f"{name.lower()}@example.org", name=name)
        Membership.objects.create(team=found, person=person, position=position)
    return found


def names(stages: list[list[Person]]) -> list[list[str]]:
    return [[person.name for person in stage] for stage in stages]


def test_with_nobody_on_duty_the_members_are_paged_in_their_order(team: Team) -> None:
    assert names(duty.chain(team, NOW)) == [["Ana"], ["Ben"], ["Ana", "Ben", "Cai"]]


def test_who_is_on_duty_is_paged_first_then_the_next_then_everybody(team: Team) -> None:
    duty.hand_over(team, "on duty", Person.objects.get(name="Cai"), NOW)
    assert names(duty.chain(team, NOW)) == [["Cai"], ["Ana"], ["Cai", "Ana", "Ben"]]


def test_handing_over_ends_the_shift_before(team: Team) -> None:
    duty.hand_over(team, "on duty", Person.objects.get(name="Cai"), NOW)
    later = NOW + timedelta(hours=8)
    duty.hand_over(team, "on duty", Person.objects.get(name="Ben"), later)
    assert [person.name for person in duty.on_duty(team, later)] == ["Ben"]
    assert duty.on_duty(team, NOW - timedelta(minutes=1)) == []


def test_who_has_left_is_not_paged(team: Team) -> None:
    Person.objects.filter(name="Ana").update(is_active=False)
    assert names(duty.chain(team, NOW)) == [["Ben"], ["Cai"], ["Ben", "Cai"]]


def test_a_team_of_one_is_paged_once_and_one_of_nobody_never(team: Team) -> None:
    Membership.objects.exclude(person__name="Ana").delete()
    assert names(duty.chain(team, NOW)) == [["Ana"]]
    Membership.objects.all().delete()
    assert duty.chain(team, NOW) == []
