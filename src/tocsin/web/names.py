"""The names that people go by, for pages that hold only refs."""

from __future__ import annotations

from tocsin.people.models import Person


def people_names() -> dict[str, str]:
    """Everybody's name by ref, also of those who left."""
    return {person.ref: str(person) for person in Person.objects.all()}


def responders() -> dict[str, str]:
    """Names by ref of those who can be given work: active, and more than observers; by name."""
    people = Person.objects.filter(is_active=True).exclude(access=Person.Access.OBSERVER)
    return {person.ref: str(person) for person in people}
