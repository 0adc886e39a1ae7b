"""The rows of a directory file: read from CSV or YAML with their lines, checked for form, and written out again."""

from __future__ import annotations

import csv
import io
import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tocsin.people.models import Audience, Contact

WAYS = ("email", "pager")
AUDIENCE_FIELDS = (
    "name",
    "aliases",
    "is_outside",
    "is_chosen",
    "approved_by",
    "update_minutes",
    "subject_template",
    "text_template",
)
CONTACT_FIELDS = (
    "name",
    "organisation",
    "email",
    "phone",
    "slack",
    "pager",
    "language",
    "time_zone",
    "ways",
    "may_unsubscribe",
)
CSV_AUDIENCE = {"audience": "name", "aliases": "aliases", "outside": "is_outside", "chosen": "is_chosen"}
CSV_CONTACT = {name: name for name in CONTACT_FIELDS}
_SWITCHES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used. `line` counts from 1."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """One contact and their audience, or an audience alone, by field names of the models; only what was given."""

    line: int
    audience: dict[str, Any]
    contact: dict[str, Any] | None
    problems: list[Problem] = field(default_factory=list)


def read_csv(source: bytes) -> list[Row]:
    """Read one contact a line; the first line names the columns. *Raises* ValueError when it is no such file."""
    reader = csv.DictReader(io.StringIO(_text(source), newline=""), strict=True)
    known = {*CSV_AUDIENCE, *CSV_CONTACT}
    columns = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if unknown := sorted(set(columns) - known):
        raise ValueError(f"line 1 has columns that mean nothing here: {', '.join(unknown)}. Known: {_listed(known)}.")
    if "audience" not in columns:
        raise ValueError("line 1 does not name a column “audience”. Each row says which audience it is about.")
    reader.fieldnames = columns
    try:
        return [_csv_row(cells, reader.line_num) for cells in reader if any(cells.values())]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}.") from error


def _csv_row(cells: dict[str, Any], line: int) -> Row:
    if None in cells:
        return Row(line, {}, None, [Problem(line, "it has more cells than there are columns.")])
    given = {name: (value or "").strip() for name, value in cells.items()}
    audience = {CSV_AUDIENCE[name]: value for name, value in given.items() if name in CSV_AUDIENCE and value}
    if "aliases" in audience:
        audience["aliases"] = "\n".join(part.strip() for part in audience["aliases"].split(";") if part.strip())
    contact = {name: value for name, value in given.items() if name in CSV_CONTACT and value}
    return _checked(line, audience, contact or None)


def read_yaml(source: bytes) -> list[Row]:
    """Read `audiences:`, each with its `contacts:`. *Raises* ValueError when it is no such file."""
    try:
        document = yaml.load(_text(source), _LinedLoader)  # noqa: S506 - a SafeLoader that also notes lines
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}{getattr(error, 'problem', None) or 'it is nested too deeply'}.") from error
    audiences = document.get("audiences") if isinstance(document, dict) else None
    if not isinstance(audiences, list):
        raise ValueError("it has no list “audiences:”.")
    return [row for audience in audiences for row in _yaml_rows(audience)]


def _yaml_rows(audience: Any) -> Iterator[Row]:
    if not isinstance(audience, dict):
        yield Row(1, {}, None, [Problem(1, f"{audience!r} is no audience. Write name: and contacts: under it.")])
        return
    line, given = audience.pop("__line__"), dict(audience)
    contacts = given.pop("contacts", None) or []
    given = {_YAML_NAMES.get(str(name), str(name)): value for name, value in given.items()}
    if isinstance(given.get("aliases"), list):
        given["aliases"] = "\n".join(str(alias).strip() for alias in given["aliases"])
    yield _checked(line, given, None)
    for contact in contacts if isinstance(contacts, list) else [contacts]:
        if isinstance(contact, dict):
            at = contact.pop("__line__")
            yield _checked(at, {"name": given.get("name")}, {str(name): value for name, value in contact.items()})
        else:
            yield Row(line, {}, None, [Problem(line, f"{contact!r} is no contact. Write name: and email: for each.")])


_YAML_NAMES = {"outside": "is_outside", "chosen": "is_chosen", "subject": "subject_template", "text": "text_template"}


class _LinedLoader(yaml.SafeLoader):
    """Notes the line of each mapping under `__line__`."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {**super().construct_mapping(node, deep=deep), "__line__": node.start_mark.line + 1}


def _checked(line: int, audience: dict[str, Any], contact: dict[str, Any] | None) -> Row:
    """Turn words into values and note every problem of form."""
    problems: list[Problem] = []
    for given, fields in ((audience, AUDIENCE_FIELDS), (contact or {}, CONTACT_FIELDS)):
        for name in list(given):
            if name not in fields:
                problems.append(Problem(line, f"“{name}” means nothing here. Known: {_listed(fields)}."))
                continue
            try:
                given[name] = _FORMS.get(name, _words)(given[name])
            except ValueError as error:
                problems.append(Problem(line, f"{name}: {error}"))
    if not audience.get("name"):
        problems.append(Problem(line, "it does not say which audience it is about."))
    if contact is not None and not contact.get("name"):
        problems.append(Problem(line, "the contact has no name."))
    return Row(line, audience, contact, problems)


def check_reachable(contact: Contact) -> None:
    """*Raises* ValidationError for a contact that no way reaches."""
    if not (contact.email or contact.pager or contact.slack or contact.phone):
        raise ValidationError({"email": _("Give an e-mail address, a telephone, Slack or a pager to reach them by.")})


def ways_in_order(text: str) -> str:
    """Return ways as they are stored. *Raises* ValueError naming the one that is none."""
    found = [part.strip().lower() for part in text.split(",") if part.strip()]
    if unknown := [part for part in found if part not in WAYS]:
        raise ValueError(f"{unknown[0]!r} is no way. Write some of {_listed(WAYS)}, the first one first.")
    return ",".join(dict.fromkeys(found))


def telephone(text: str) -> str:
    """Return a number as +4930123456. *Raises* ValueError when it is none."""
    digits = re.sub(r"[\s().\-/]", "", text)
    if digits and not re.fullmatch(r"\+\d{6,15}", digits):
        raise ValueError(f"{text!r} is no telephone number. Write it with its country, as +1 555 0100 200.")
    return digits


def zone(text: str) -> str:
    """Return the name of a time zone. *Raises* ValueError when there is none of that name."""
    if text not in zoneinfo.available_timezones():
        raise ValueError(f"{text!r} is no time zone. Write it like Europe/Madrid.")
    return text


def tongue(text: str) -> str:
    """Return a language that messages can be written in. *Raises* ValueError."""
    if text not in dict(settings.LANGUAGES):
        raise ValueError(f"{text!r} is no language here. Write {_listed(dict(settings.LANGUAGES))}.")
    return text


def _words(value: Any) -> str:
    if isinstance(value, dict | list):
        raise ValueError("is a list where words belong.")
    return "" if value is None else str(value).strip()


def _switch(value: Any) -> bool:
    found = value if isinstance(value, bool) else _SWITCHES.get(str(value).strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is neither yes nor no.")
    return found


def _number(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if not str(value).isdigit() or not 0 < int(value) < 100_000:
        raise ValueError(f"{value!r} is no number of minutes.")
    return int(value)


_FORMS: dict[str, Callable[[Any], Any]] = {
    "is_outside": _switch,
    "is_chosen": _switch,
    "may_unsubscribe": _switch,
    "update_minutes": _number,
    "ways": lambda value: ways_in_order(_words(value)),
    "phone": lambda value: telephone(_words(value)),
    "time_zone": lambda value: zone(_words(value)),
    "language": lambda value: tongue(_words(value)),
}


def _text(source: bytes) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not UTF-8. Save the file as UTF-8 and import it again.") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


# --- out --------------------------------------------------------------------------------------------------------


def to_csv(audiences: Iterable[Audience]) -> str:
    """Write one contact a line, and an audience that has none on a line of its own."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*CSV_AUDIENCE, *CSV_CONTACT], lineterminator="\n")
    writer.writeheader()
    for audience in audiences:
        shared = {
            "audience": audience.name,
            "aliases": "; ".join(audience.all_names[1:]),
            "outside": _yes(audience.is_outside),
            "chosen": _yes(audience.is_chosen),
        }
        contacts = [_contact_out(contact) for contact in audience.contacts.all()]
        writer.writerows({**shared, **contact} for contact in contacts or [{}])
    return out.getvalue()


def to_yaml(audiences: Iterable[Audience]) -> str:
    """Write every audience with its contacts under it."""
    back = {name: short for short, name in _YAML_NAMES.items()}
    found = []
    for audience in audiences:
        parts = {back.get(name, name): getattr(audience, name) for name in AUDIENCE_FIELDS}
        parts["aliases"] = audience.all_names[1:]
        contacts = [_contact_out(contact) for contact in audience.contacts.all()]
        kept = {name: value for name, value in parts.items() if value not in ("", None, [])}
        found.append({**kept, "approved_by": audience.approved_by, "contacts": contacts})
    return yaml.safe_dump({"audiences": found}, allow_unicode=True, sort_keys=False, width=120)


def _contact_out(contact: Contact) -> dict[str, str]:
    parts = {name: getattr(contact, name) for name in CONTACT_FIELDS}
    parts["may_unsubscribe"] = _yes(contact.may_unsubscribe)
    if not contact.pager.startswith("secret:"):
        del parts["pager"]
    return {name: value for name, value in parts.items() if value}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
