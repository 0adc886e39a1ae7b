"""Check that the event log says what was written. Reads only; names what is wrong, never mends it.

Safe while incidents are being worked on: an incident is judged by the version its row had before its events were read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.store.log import digest_of
from tocsin.store.models import Counter, EventRow, Incident, PlaybookVersion

INCIDENT_COUNTER = "incident"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written. `seq` is the event's number, None where no single event is meant."""

    ref: str
    seq: int | None
    what: str


def verify() -> list[Fault]:
    """Return every fault of the log and of the playbooks it stands on; an empty list when all is well."""
    faults = list(_playbook_faults())
    faults += _lost_incidents()
    for row in Incident.objects.order_by("number").iterator():
        faults += verify_incident(row)
    return faults


def verify_incident(row: Incident) -> list[Fault]:
    """Return the faults of one incident's events, in order."""
    events = list(row.events.order_by("seq"))
    faults = list(_chain_faults(row.ref, events, row.version))
    return faults + list(_end_faults(row, events))


def _chain_faults(ref: str, events: list[EventRow], version: int) -> Iterator[Fault]:
    previous, expected = "", 1
    for row in events:
        if row.seq > version:
            return
        if row.seq > expected:
            yield Fault(ref, expected, _missing(expected, row.seq - 1))
        if row.hash != digest_of(ref, row):
            yield Fault(ref, row.seq, _changed(ref, row, len(events) + version))
        elif row.previous_hash != previous and row.seq == expected:
            yield Fault(ref, row.seq, f"Event {row.seq} does not follow event {row.seq - 1} as it stands.")
        previous, expected = row.hash, row.seq + 1


def _end_faults(row: Incident, events: list[EventRow]) -> Iterator[Fault]:
    last = next((event for event in reversed(events) if event.seq <= row.version), None)
    seen = last.seq if last else 0
    if seen < row.version:
        yield Fault(row.ref, seen + 1, _missing(seen + 1, row.version))
    elif last and last.hash != row.last_hash:
        yield Fault(row.ref, seen, f"The incident's row does not end with event {seen} as it stands.")
    if events and events[-1].seq > row.version:
        row_now = Incident.objects.filter(pk=row.pk).values_list("version", flat=True).first() or 0
        if events[-1].seq > row_now:
            yield Fault(row.ref, row_now + 1, _extra(row_now + 1, events[-1].seq))


def _changed(ref: str, row: EventRow, highest: int) -> str:
    """Say whether the row was changed or only moved: a moved row still has the hash of another place."""
    for seq in range(1, highest + 1):
        if seq != row.seq and row.hash == digest_of(ref, row, seq):
            return f"Event {row.seq} is out of order: it was written as event {seq}."
    return f"Event {row.seq} was changed after it was written."


def _missing(first: int, last: int) -> str:
    return f"Event {first} is missing." if first == last else f"Events {first} to {last} are missing."


def _extra(first: int, last: int) -> str:
    rows = f"Event {first} was" if first == last else f"Events {first} to {last} were"
    return f"{rows} added past the end of the incident."


def _lost_incidents() -> list[Fault]:
    """Return the incidents that were numbered and are gone; numbers have no gaps."""
    counter = Counter.objects.filter(name=INCIDENT_COUNTER).first()
    numbers = set(Incident.objects.values_list("number", flat=True))
    highest = max(counter.value if counter else 0, max(numbers, default=0))
    lost = (number for number in range(1, highest + 1) if number not in numbers)
    return [Fault(f"INC-{number}", None, "The whole incident is missing.") for number in lost]


def _playbook_faults() -> Iterator[Fault]:
    for row in PlaybookVersion.objects.iterator():
        if row.digest != "sha256:" + hashlib.sha256(bytes(row.source)).hexdigest():
            yield Fault(row.digest, None, f"The source of the playbook “{row.name}” was changed after it was added.")
