"""Look up how people and audiences are reached, as a value that messages are made from. Never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.people.models import Audience, Contact, Membership, Person, Team


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person ("person:3") or contact ("contact:5") and how to reach them. `ways` is the order in which to try."""

    name: str
    email: str
    ref: str = ""
    organisation: str = ""
    has_pager: bool = False
    ways: tuple[str, ...] = ("email",)
    time_zone: str = "UTC"
    may_unsubscribe: bool = False

    @property
    def label(self) -> str:
        """What they go by in the timeline: the organisation, else the name."""
        return self.organisation or self.name


@dataclass(frozen=True, slots=True)
class AudienceEntry:
    """An audience with every name it goes by and its contacts, which may be none; those who unsubscribed are not in it.

    `approved_by` is the least access of who approves what they are told, "" when nobody has to. `is_chosen`: only those
    are told whom somebody chose for the incident. A team is an audience of its members.
    """

    name: str
    names: tuple[str, ...]
    is_outside: bool
    contacts: tuple[Reachable, ...]
    is_chosen: bool = False
    approved_by: str = ""

    @property
    def is_deliberate(self) -> bool:
        """True when what they are told is drafted, seen and approved first."""
        return self.is_outside and bool(self.approved_by)


@dataclass(frozen=True, slots=True)
class Directory:
    """Who can be reached. `people` is by ref ("person:3"); people who left are not in it."""

    people: dict[str, Reachable]
    audiences: tuple[AudienceEntry, ...] = ()

    def audience(self, name: str) -> AudienceEntry | None:
        """Return the audience that goes by `name`, whatever its case, spaces and leading article."""
        wanted = plain(name)
        return next((entry for entry in self.audiences if wanted in map(plain, entry.names)), None)


def look_up(refs: Iterable[str], *, with_audiences: bool) -> Directory:
    """Return a directory with the people of `refs` and, if asked, all audiences."""
    wanted = [int(number) for ref in refs if (number := ref.removeprefix("person:")) != ref and number.isdigit()]
    people = Person.objects.filter(pk__in=wanted, is_active=True) if wanted else Person.objects.none()
    found = {person.ref: _person(person) for person in people}
    return Directory(found, audiences() if with_audiences else ())


def audiences() -> tuple[AudienceEntry, ...]:
    """Return every audience and, where no audience has its name, every team."""
    contacts: dict[int, list[Reachable]] = defaultdict(list)
    for contact in Contact.objects.filter(unsubscribed_at=None).select_related("audience"):
        contacts[contact.audience.pk].append(_contact(contact))
    found = tuple(_audience(audience, tuple(contacts[audience.pk])) for audience in Audience.objects.all())
    return (*found, *_teams({plain(name) for entry in found for name in entry.names}))


def plain(name: str) -> str:
    """Return a name as it is compared: no case, single spaces, no leading article."""
    return " ".join(name.casefold().split()).removeprefix("the ")


def _audience(audience: Audience, contacts: tuple[Reachable, ...]) -> AudienceEntry:
    return AudienceEntry(
        audience.name,
        tuple(audience.all_names),
        audience.is_outside,
        contacts,
        is_chosen=audience.is_chosen,
        approved_by=audience.approved_by,
    )


def _teams(taken: set[str]) -> Iterator[AudienceEntry]:
    members: dict[int, list[Reachable]] = defaultdict(list)
    for place in Membership.objects.filter(person__is_active=True).select_related("person", "team"):
        members[place.team.pk].append(_person(place.person))
    for team in Team.objects.all():
        if plain(team.name) not in taken:
            yield AudienceEntry(team.name, tuple(team.all_names), False, tuple(members[team.pk]))


def _person(person: Person) -> Reachable:
    return Reachable(str(person), person.email, person.ref, has_pager=bool(person.pager), time_zone=person.time_zone)


def _contact(contact: Contact) -> Reachable:
    return Reachable(
        contact.name,
        contact.email,
        contact.ref,
        organisation=contact.organisation,
        has_pager=bool(contact.pager),
        ways=tuple(contact.ways.split(",")),
        time_zone=contact.time_zone,
        may_unsubscribe=contact.may_unsubscribe,
    )
