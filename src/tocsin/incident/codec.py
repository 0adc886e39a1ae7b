"""Turn events into JSON values and back. What cannot be read back exactly is refused as corrupt, never guessed.

Shape: `{"type": "StepCompleted", "schema": 1, "at": "2026-03-02T14:00:00.000000+00:00", …}`; datetimes in UTC with
microseconds, tuples as lists, every field present.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from tocsin.errors import CorruptError
from tocsin.incident import events
from tocsin.incident.events import Event

VERSION = 1
Json = dict[str, Any]


def event_to_json(event: Event) -> Json:
    """Write an event as a JSON object."""
    parts = {name: _written(getattr(event, name)) for name in _hints(type(event).__name__)}
    return {"type": type(event).__name__, "schema": VERSION, **parts}


def event_from_json(value: Mapping[str, Any]) -> Event:
    """Read an event back.

    Raises: CorruptError for an unknown type or schema, a field that is missing, unknown or of another type.
    """
    kind = _kinds().get(str(value.get("type")))
    if kind is None or value.get("schema") != VERSION:
        named = f"“{value.get('type')}”, schema {value.get('schema')}"
        raise CorruptError(f"The log holds an event this Tocsin does not know: {named}. Run the version that wrote it.")
    given = {name: part for name, part in value.items() if name not in ("type", "schema")}
    hints = _hints(kind.__name__)
    unknown, missing = sorted(given.keys() - hints.keys()), sorted(_demanded(kind.__name__) - given.keys())
    if unknown or missing:
        named = f"unknown {unknown}, missing {missing}"
        raise CorruptError(f"The log's event {kind.__name__} does not have the fields it should: {named}.")
    parts: Json = {name: _read(hints[name], part, f"{kind.__name__}.{name}") for name, part in given.items()}
    return kind(**parts)


@cache
def _kinds() -> dict[str, type[Event]]:
    found = (value for value in vars(events).values() if isinstance(value, type) and issubclass(value, Event))
    return {kind.__name__: kind for kind in found if kind is not Event}


@cache
def _hints(name: str) -> dict[str, Any]:
    kind = _kinds()[name]
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def _demanded(name: str) -> frozenset[str]:
    return frozenset(f.name for f in fields(_kinds()[name]) if f.default is MISSING and f.default_factory is MISSING)


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return list(value) if isinstance(value, tuple) else value


def _read(hint: Any, value: object, where: str) -> object:
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return _read_optional(hint, value, where)
    if origin is Literal:
        return value if value in get_args(hint) else _refuse(where, value)
    if origin is tuple:
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            return _refuse(where, value)
        return tuple(value)
    if hint is datetime:
        return _read_time(value, where)
    return value if type(value) is hint else _refuse(where, value)


def _read_optional(hint: Any, value: object, where: str) -> object:
    if value is None:
        return None
    (inner,) = (part for part in get_args(hint) if part is not type(None))
    return _read(inner, value, where)


def _read_time(value: object, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        _refuse(where, value)
    return at.astimezone(UTC)


def _refuse(where: str, value: object) -> NoReturn:
    raise CorruptError(f"The log holds {value!r} in {where}, which cannot be. Run `tocsin verify`, keep the data.")
