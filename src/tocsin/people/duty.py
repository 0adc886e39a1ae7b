"""Who is on duty in a team, and in which order its people are paged. Never writes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from tocsin.people.models import Duty, Person, Team


def on_duty(team: Team, now: datetime) -> list[Person]:
    """Return who holds a role of the team now, the latest shift first, each once."""
    shifts = team.duties.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))
    people = (shift.person for shift in shifts.select_related("person"))
    return list(dict.fromkeys(person for person in people if person.is_active))


def chain(team: Team, now: datetime) -> list[list[Person]]:
    """Return who is paged, stage by stage: on duty (else the first member), then the next member, then everybody.

    *Shape*: no stage is empty; empty when the team has nobody.
    """
    members = [place.person for place in team.memberships.select_related("person") if place.person.is_active]
    first = on_duty(team, now) or members[:1]
    following = [person for person in members if person not in first][:1]
    everybody = list(dict.fromkeys([*first, *members]))
    stages = [stage for stage in (first, following, everybody) if stage]
    return [stage for number, stage in enumerate(stages) if stage not in stages[:number]]


def hand_over(team: Team, role: str, person: Person, now: datetime) -> Duty:
    """Put a person on duty from now; whoever held the role is off duty."""
    team.duties.filter(role=role).filter(Q(ends_at=None) | Q(ends_at__gt=now)).update(ends_at=now)
    return Duty.objects.create(team=team, role=role, person=person, starts_at=now)
