"""A changed, missing, reordered or cut-off row is found, and named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from tests.desk import cast
from tocsin.incident.commands import AddNote
from tocsin.store.log import digest_of
from tocsin.store.models import CommandKey, Counter, EventRow, Incident, PlaybookVersion
from tocsin.store.verify import Fault, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def ref() -> str:
    """An incident with more than seven events, the last seven of them notes, beside another incident."""
    ref = cast.declare().ref
    cast.declare("other", title="Another")
    for number in range(7):
        cast.run(ref, AddNote(by=cast.ROSA, text=f"Note {number}"), f"note-{number}")
    assert verify() == []
    return ref


def events(ref: str) -> list[EventRow]:
    return list(EventRow.objects.filter(incident__ref=ref).order_by("seq"))


def one(ref: str) -> EventRow:
    """An event in the middle."""
    return events(ref)[-4]


@pytest.mark.parametrize(
    "change",
    [
        {"body": '{"type":"NoteAdded","text":"Something else"}'},
        {"by": "person:99"},
        {"type": "NoteRemoved"},
        {"key": "another"},
        {"hash": "0" * 64},
        {"previous_hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_column_is_found(ref: str, change: dict[str, str]) -> None:
    row = one(ref)
    EventRow.objects.filter(pk=row.pk).update(**change)
    assert Fault(ref, row.seq, f"Event {row.seq} was changed after it was written.") in verify()


def test_a_changed_time_is_found(ref: str) -> None:
    row = one(ref)
    EventRow.objects.filter(pk=row.pk).update(at=F("at") + timedelta(microseconds=1))
    assert verify() == [Fault(ref, row.seq, f"Event {row.seq} was changed after it was written.")]


def test_a_missing_event_is_found(ref: str) -> None:
    row = one(ref)
    row.delete()
    assert verify() == [Fault(ref, row.seq, f"Event {row.seq} is missing.")]


def test_several_missing_events_are_found_together(ref: str) -> None:
    row = one(ref)
    EventRow.objects.filter(incident__ref=ref, seq__in=[row.seq, row.seq + 1]).delete()
    assert verify() == [Fault(ref, row.seq, f"Events {row.seq} to {row.seq + 1} are missing.")]


def test_the_missing_first_event_is_found(ref: str) -> None:
    EventRow.objects.filter(incident__ref=ref, seq=1).delete()
    assert verify() == [Fault(ref, 1, "Event 1 is missing.")]


def test_events_in_another_order_are_found(ref: str) -> None:
    first, second = one(ref), events(ref)[-2]
    for row, seq in ((first, 10_000), (second, first.seq), (first, second.seq)):
        EventRow.objects.filter(pk=row.pk).update(seq=seq)
    assert [fault.what for fault in verify() if "out of order" in fault.what] == [
        f"Event {first.seq} is out of order: it was written as event {second.seq}.",
        f"Event {second.seq} is out of order: it was written as event {first.seq}.",
    ]


def test_a_cut_off_tail_is_found(ref: str) -> None:
    last = events(ref)[-1].seq
    EventRow.objects.filter(incident__ref=ref, seq__gt=last - 3).delete()
    assert verify() == [Fault(ref, last - 2, f"Events {last - 2} to {last} are missing.")]


def test_an_event_added_past_the_end_is_found(ref: str) -> None:
    last = events(ref)[-1]
    last.pk, last.seq = None, last.seq + 1
    last.save(force_insert=True)
    assert verify() == [Fault(ref, last.seq, f"Event {last.seq} was added past the end of the incident.")]


def test_a_forged_event_with_its_own_right_hash_breaks_the_chain(ref: str) -> None:
    """Whoever computes a new hash for a changed event must change every later one too."""
    row = one(ref)
    row.by = "person:99"
    row.hash = digest_of(ref, row)
    row.save()
    assert verify() == [Fault(ref, row.seq + 1, f"Event {row.seq + 1} does not follow event {row.seq} as it stands.")]


def test_a_last_event_forged_with_its_hash_is_found(ref: str) -> None:
    row = events(ref)[-1]
    row.by = "person:99"
    row.hash = digest_of(ref, row)
    row.save()
    assert verify() == [Fault(ref, row.seq, f"The incident's row does not end with event {row.seq} as it stands.")]


def test_a_whole_incident_that_is_gone_is_found(ref: str) -> None:
    EventRow.objects.filter(incident__ref=ref).delete()
    CommandKey.objects.filter(incident__ref=ref).delete()
    Incident.objects.filter(ref=ref).delete()
    assert verify() == [Fault(ref, None, "The whole incident is missing.")]


def test_the_last_incident_that_is_gone_is_found(ref: str) -> None:
    last = f"INC-{Counter.objects.get(name='incident').value}"
    EventRow.objects.filter(incident__ref=last).delete()
    CommandKey.objects.filter(incident__ref=last).delete()
    Incident.objects.filter(ref=last).delete()
    assert verify() == [Fault(last, None, "The whole incident is missing.")]


def test_a_changed_playbook_is_found(ref: str) -> None:
    version = PlaybookVersion.objects.get()
    PlaybookVersion.objects.update(source=b"# Something else\n")
    what = "The source of the playbook “By hand” was changed after it was added."
    assert verify() == [Fault(version.digest, None, what)]
