"""Take audiences and their contacts in and give them out, as CSV or YAML. An import is planned first: what would change,
and which rows cannot be used and why. It is done as a whole or not at all, and never removes anybody.

Source: decision 0090.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction

from tocsin.errors import UnreadableError
from tocsin.people import rows
from tocsin.people.models import Audience, Contact
from tocsin.people.rows import AUDIENCE_FIELDS, CONTACT_FIELDS, Problem, Row

Kind = Literal["adds", "changes", "keeps"]


class BadDirectoryError(UnreadableError):
    """Nothing was imported. Mend the rows that are named and import the file again."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one row does. `fields` names what would change, with the value before and after."""

    kind: Kind
    what: str
    line: int
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. With any problem it does nothing."""

    changes: list[Change]
    problems: list[Problem]

    @property
    def news(self) -> list[Change]:
        """What is not the same already."""
        return [change for change in self.changes if change.kind != "keeps"]


def plan(source: bytes, name: str) -> Plan:
    """Say what importing the file would do, and change nothing. *Raises* BadDirectoryError when it is no directory."""
    found: Plan | None = None
    with transaction.atomic():
        found = _write(source, name)
        transaction.set_rollback(True)
    return found


def bring_in(source: bytes, name: str) -> Plan:
    """Import the file whole. *Raises* BadDirectoryError, with every bad row named, when any cannot be used."""
    with transaction.atomic():
        found = _write(source, name)
        if found.problems:
            raise BadDirectoryError("Nothing was imported. " + " ".join(map(str, found.problems)))
    return found


def csv_out() -> str:
    """Return every audience and contact as CSV. Pagers are left out unless they only name a secret."""
    return rows.to_csv(_audiences())


def yaml_out() -> str:
    """Return every audience and contact as YAML, without pagers that are not names of secrets."""
    return rows.to_yaml(_audiences())


def _audiences() -> Iterable[Audience]:
    return Audience.objects.prefetch_related("contacts")


def _write(source: bytes, name: str) -> Plan:
    read = rows.read_yaml if name.lower().endswith((".yaml", ".yml")) else rows.read_csv
    try:
        found = read(source)
    except ValueError as error:
        raise BadDirectoryError(f"{name} cannot be read: {error}") from error
    changes: list[Change] = []
    problems: list[Problem] = []
    for row in found:
        _try(row, changes, problems)
    return Plan(changes, sorted(problems, key=lambda problem: problem.line))


def _try(row: Row, changes: list[Change], problems: list[Problem]) -> None:
    """Do one row inside a savepoint of its own, so that a bad one leaves the rest to be looked at."""
    if row.problems:
        problems += row.problems
        return
    try:
        with transaction.atomic():
            changes += _take(row)
    except ValidationError as error:
        problems += [
            Problem(row.line, f"{label.replace('__all__', 'row')}: {' '.join(texts)}")
            for label, texts in error.message_dict.items()
        ]


def _take(row: Row) -> list[Change]:
    audience = Audience.objects.filter(name__iexact=row.audience["name"]).first()
    done = [_save(audience or Audience(), row.audience, AUDIENCE_FIELDS, row.line)]
    audience = Audience.objects.get(name__iexact=row.audience["name"])
    if row.contact:
        contact = _find(audience, row.contact) or Contact(audience=audience)
        done.append(_save(contact, row.contact, CONTACT_FIELDS, row.line))
    return [change for change in done if row.contact is None or change.kind != "keeps" or change is done[-1]]


def _find(audience: Audience, given: dict[str, Any]) -> Contact | None:
    """Find who is meant: by e-mail address, else by organisation and name."""
    if email := given.get("email"):
        return audience.contacts.filter(email__iexact=email).first()
    return audience.contacts.filter(
        email="", name=given.get("name", ""), organisation=given.get("organisation", "")
    ).first()


def _save(found: Audience | Contact, given: dict[str, Any], fields: Iterable[str], line: int) -> Change:
    """Set what was given, check it as a form would, and say what changed."""
    is_new = found.pk is None
    changed = {}
    for name in fields:
        if name in given and getattr(found, name) != given[name]:
            changed[name] = (getattr(found, name), given[name])
            setattr(found, name, given[name])
    if isinstance(found, Contact):
        rows.check_reachable(found)
    found.full_clean()
    if is_new or changed:
        found.save()
    kind: Kind = "adds" if is_new else "changes" if changed else "keeps"
    shown = {name: pair for name, pair in changed.items() if name != "pager"}
    if "pager" in changed:
        shown["pager"] = ("…", "…")
    return Change(kind, _title(found), line, {} if is_new else shown)


def _title(found: Audience | Contact) -> str:
    if isinstance(found, Audience):
        return found.name
    return f"{found.audience.name}: {found}" + (f", {found.organisation}" if found.organisation else "")
