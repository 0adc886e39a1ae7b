"""Which incidents a caller can reach, and what they may ask of them. One place, used by every operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from tocsin.api.callers import Caller
from tocsin.incident.commands import Command
from tocsin.incident.state import COMMANDER, IncidentState
from tocsin.people import access
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.store.models import Incident
from tocsin.store.queries import IncidentNotFoundError, Loaded

_READ_AT_ONCE = 100


def load(caller: Caller, ref: str) -> Loaded:
    """Return an incident the caller may see. One they may not see is one that is not there.

    *Raises* IncidentNotFoundError.
    """
    loaded = queries.load(ref)
    if not access.may_see(caller.person, loaded.state):
        raise IncidentNotFoundError
    return loaded


def visible(caller: Caller, rows: QuerySet[Incident], limit: int) -> list[Incident]:
    """Return the first `limit` of `rows` that the caller may see, in their order."""
    found: list[Incident] = []
    for row in rows.iterator(chunk_size=_READ_AT_ONCE):
        if len(found) == limit:
            break
        if not row.is_private or access.may_see(caller.person, queries.load_row(row).state):
            found.append(row)
    return found


def require(caller: Caller, command: Command, state: IncidentState) -> None:
    """Let a command pass that the caller may ask for. *Raises* NotAllowedError."""
    access.require(caller.person, command, leads=state.roles.get(COMMANDER) == caller.person.ref)


def names_of(refs: Iterable[str | None]) -> dict[str, str]:
    """Return the names of people by reference; those who are not known are left out."""
    numbers = set(_numbers(refs))
    people = Person.objects.filter(pk__in=numbers) if numbers else Person.objects.none()
    return {person.ref: str(person) for person in people}


def _numbers(refs: Iterable[str | None]) -> Iterator[int]:
    for ref in refs:
        if ref and ref.startswith("person:") and ref.removeprefix("person:").isdigit():
            yield int(ref.removeprefix("person:"))
