"""Look up how people and audiences are reached, as a value that messages are made from. Never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.people.models import Audience, Contact, Person


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person or contact and their address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class AudienceEntry:
    """An audience with every name it goes by and its contacts, which may be none."""

    name: str
    names: tuple[str, ...]
    is_outside: bool
    contacts: tuple[Reachable, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """Who can be reached. `people` is by ref ("person:3"); people who left are not in it."""

    people: dict[str, Reachable]
    audiences: tuple[AudienceEntry, ...] = ()

    def audience(self, name: str) -> AudienceEntry | None:
        """Return the audience that goes by `name`, whatever its case, spaces and leading article."""
        wanted = _plain(name)
        return next((entry for entry in self.audiences if wanted in map(_plain, entry.names)), None)


def look_up(refs: Iterable[str], *, with_audiences: bool) -> Directory:
    """Return a directory with the people of `refs` and, if asked, all audiences."""
    wanted = [int(number) for ref in refs if (number := ref.removeprefix("person:")) != ref and number.isdigit()]
    people = Person.objects.filter(pk__in=wanted, is_active=True) if wanted else Person.objects.none()
    found = {person.ref: Reachable(str(person), person.email) for person in people}
    return Directory(found, _audiences() if with_audiences else ())


def _audiences() -> tuple[AudienceEntry, ...]:
    contacts: dict[int, list[Reachable]] = defaultdict(list)
    for audience_id, name, email in Contact.objects.values_list("audience", "name", "email"):
        contacts[audience_id].append(Reachable(name, email))
    return tuple(
        AudienceEntry(audience.name, tuple(audience.all_names), audience.is_outside, tuple(contacts[audience.pk]))
        for audience in Audience.objects.all()
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("the ")
