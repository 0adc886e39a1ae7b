"""Read incidents: as they are, as they were, and as a list. Never writes.

States are kept in memory; a kept state is used only where the log's hash says that it is the same one, so that
processes and threads may share a database without telling each other anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from tocsin.errors import CorruptError, NotFoundError
from tocsin.incident.evolve import evolve
from tocsin.incident.state import IncidentState, Promise
from tocsin.playbook import codec as playbook_codec
from tocsin.playbook.model import Playbook
from tocsin.store.kept import Kept
from tocsin.store.log import Recorded, recorded
from tocsin.store.models import EventRow, Incident, PlaybookVersion

IncidentRow = Incident


class IncidentNotFoundError(NotFoundError):
    """There is no incident with this reference. Look for it in the list of incidents."""


class PlaybookNotFoundError(NotFoundError):
    """There is no playbook version with this digest. Add the playbook first."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An incident's state at a version. `hash` is that of its last event, "" before the first."""

    ref: str
    state: IncidentState
    version: int
    hash: str


_states: Kept[str, Loaded] = Kept(size=1_000)
_playbooks: Kept[str, Playbook] = Kept(size=100)


def load(ref: str) -> Loaded:
    """Return the incident as it is. *Raises* IncidentNotFoundError."""
    return load_row(find_row(ref))


def load_row(row: Incident) -> Loaded:
    """Return the state at the row's version, from memory as far as that goes."""
    kept = _states.get(row.ref)
    if kept is not None and (kept.version, kept.hash) == (row.version, row.last_hash):
        return kept
    begin = Loaded(row.ref, IncidentState(playbook=playbook(row.playbook_id)), 0, "")
    start = kept if kept is not None and _is_before(kept, row) else begin
    loaded = _replay(start, row.events.filter(seq__gt=start.version, seq__lte=row.version).order_by("seq"))
    if (loaded.version, loaded.hash) != (row.version, row.last_hash):
        raise CorruptError(f"The log of {row.ref} does not match what was written. Run `tocsin verify`.")
    keep(loaded)
    return loaded


def load_at(ref: str, when: datetime) -> Loaded:
    """Return the incident as it was at `when`, with all events up to and at that moment; version 0 before the first.

    *Raises* IncidentNotFoundError.
    """
    row = find_row(ref)
    begin = Loaded(ref, IncidentState(playbook=playbook(row.playbook_id)), 0, "")
    return _replay(begin, row.events.filter(at__lte=when).order_by("seq"))


def incidents(
    *,
    statuses: Sequence[str] = (),
    words: str = "",
    with_private: bool = True,
    limit: int | None = None,
    offset: int = 0,
) -> list[IncidentRow]:
    """Return the incidents' rows, newest first. `statuses` empty: all; `words`: those with it in title or reference."""
    found = Incident.objects.select_related("playbook").defer("playbook__source", "playbook__compiled")
    if statuses:
        found = found.filter(status__in=statuses)
    if not with_private:
        found = found.filter(is_private=False)
    if words:
        words = words.replace("\0", "")  # PostgreSQL refuses a zero byte even to search for.
        found = found.filter(title__icontains=words) | found.filter(ref__iexact=words)
    return list(found.order_by("-number")[offset : None if limit is None else offset + limit])


def find_row(ref: str) -> IncidentRow:
    """Return the row of one incident. *Raises* IncidentNotFoundError."""
    row = None if "\0" in ref else Incident.objects.filter(ref=ref).first()
    if row is None:
        raise IncidentNotFoundError
    return row


def timeline(ref: str, *, after: int = 0) -> list[Recorded]:
    """Return all events with a number over `after`, in order. *Raises* IncidentNotFoundError."""
    return [recorded(row) for row in find_row(ref).events.filter(seq__gt=after).order_by("seq")]


def promises(ref: str) -> list[Promise]:
    """Return every promise of the incident, open, kept and withdrawn, in the order they were made."""
    return sorted(load(ref).state.promises.values(), key=lambda promise: (promise.made_at, promise.id))


def playbook(digest: str) -> Playbook:
    """Return the compiled playbook. *Raises* PlaybookNotFoundError."""
    kept = _playbooks.get(digest)
    if kept is not None:
        return kept
    row = PlaybookVersion.objects.filter(digest=digest).only("compiled").first()
    if row is None:
        raise PlaybookNotFoundError
    found = playbook_codec.from_json(json.loads(row.compiled))
    _playbooks.put(digest, found)
    return found


def keep(loaded: Loaded) -> None:
    """Keep a committed state in memory; the next reader of the incident starts there."""
    _states.put(loaded.ref, loaded)


def _is_before(kept: Loaded, row: Incident) -> bool:
    """Return whether the kept state is an earlier one in the same log, not one of a log that was restored over."""
    return kept.version < row.version and row.events.filter(seq=kept.version, hash=kept.hash).exists()


def _replay(start: Loaded, rows: Iterable[EventRow]) -> Loaded:
    entries = [recorded(row) for row in rows]
    if not entries:
        return start
    state = reduce(evolve, (entry.event for entry in entries), start.state)
    return Loaded(start.ref, state, entries[-1].seq, entries[-1].hash)
