"""Audiences, a team and their people, as the tests of what leaves the house need them."""

from __future__ import annotations

from tocsin.people.models import Audience, Contact, Membership, Person, Team

AGENCIES = tuple(f"Line {number}" for number in range(1, 13))


def agencies(**parts: object) -> Audience:
    """Twelve outside agencies with one contact each; whom an incident concerns is chosen."""
    audience = Audience.objects.create(
        **{"name": "Transit agencies", "aliases": "impacted transit agencies", "is_chosen": True, **parts}
    )
    for number, name in enumerate(AGENCIES, 1):
        Contact.objects.create(
            audience=audience,
            name=f"Desk {number}",
            organisation=name,
            email=f"desk@line{number}.example",
            may_unsubscribe=number == 2,
            time_zone="America/Lima" if number == 3 else "UTC",
        )
    return audience


def team(*names: str) -> Team:
    """A team of these people, in this order."""
    found = Team.objects.create(name="DevSecOps", aliases="the security team")
    for position, name in enumerate(names, 1):
        person = Person.objects.create_user(f"{name.lower()}@team.example", name=name)
        Membership.objects.create(team=found, person=person, position=position)
    return found
