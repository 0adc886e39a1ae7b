"""Append to the event log. Each event holds the hash of the one before it. Never changes or deletes one.

Only the desk calls `append`, inside its transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.errors import OutdatedError
from tocsin.incident import codec
from tocsin.incident.events import Event
from tocsin.store.models import EventRow, Incident


class VersionConflictError(OutdatedError):
    """Someone else changed this incident in the meantime. Look at it as it is now and try again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of the log. `seq` counts from 1; `hash` covers it and all before it."""

    seq: int
    at: datetime
    by: str
    event: Event
    hash: str
    key: str = ""


def append(row: Incident, expected_version: int, events: Sequence[Event], *, key: str = "") -> list[Recorded]:
    """Add `events` after the one numbered `expected_version` and write `row` with what it has been given.

    The caller's transaction makes both one effect. *Raises* VersionConflictError when the incident has moved on; then
    nothing was written.
    """
    rows = list(_chained(row, expected_version, events, key))
    row.version = expected_version + len(rows)
    if rows:
        row.last_hash, row.last_at = rows[-1].hash, rows[-1].at
    fields = {name: getattr(row, name) for name in _PROJECTED}
    if not Incident.objects.filter(pk=row.pk, version=expected_version).update(**fields):
        raise VersionConflictError
    EventRow.objects.bulk_create(rows)
    return [recorded(new, event) for new, event in zip(rows, events, strict=True)]


def recorded(row: EventRow, event: Event | None = None) -> Recorded:
    """Return a stored row as what it says."""
    return Recorded(row.seq, row.at, row.by, event or codec.event_from_json(json.loads(row.body)), row.hash, row.key)


def digest_of(ref: str, row: EventRow, seq: int | None = None) -> str:
    """Return the hash that `row` must have in incident `ref`, or would have had as number `seq`."""
    content = {
        "previous": row.previous_hash,
        "incident": ref,
        "seq": row.seq if seq is None else seq,
        "type": row.type,
        "at": row.at.astimezone(UTC).isoformat(),
        "by": row.by,
        "key": row.key,
        "body": row.body,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(value: object) -> str:
    """Return the one JSON text of `value`: keys in order, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _chained(row: Incident, version: int, events: Sequence[Event], key: str) -> Iterator[EventRow]:
    previous = row.last_hash
    for seq, event in enumerate(events, start=version + 1):
        new = EventRow(
            incident=row,
            seq=seq,
            type=type(event).__name__,
            body=canonical(codec.event_to_json(event)),
            at=event.at,
            by=event.by,
            key=key,
            previous_hash=previous,
        )
        new.hash = previous = digest_of(row.ref, new)
        yield new


_PROJECTED = tuple(field.attname for field in Incident._meta.concrete_fields if not field.primary_key)
