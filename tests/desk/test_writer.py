"""One command is one effect, decided on the incident as it is, whoever else is writing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk import cast
from tests.desk.cast import ROSA, SAM, T0
from tocsin.desk import writer
from tocsin.desk.writer import KeyReusedError, StaleVersionError, UnusableTextError
from tocsin.errors import RefusedError
from tocsin.incident.commands import AddNote, CloseIncident, CompleteStep, DeclareIncident, ResolveIncident
from tocsin.incident.events import NoteAdded, StepCompleted
from tocsin.incident.refusals import CommandRefusedError
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.store.models import CommandKey, EventRow, Incident
from tocsin.store.queries import IncidentNotFoundError, PlaybookNotFoundError

pytestmark = pytest.mark.django_db


def note(text: str = "The disk is full", by: str = ROSA) -> AddNote:
    return AddNote(by=by, text=text)


def test_a_declared_incident_can_be_read_at_once() -> None:
    outcome = cast.declare()
    loaded = queries.load(outcome.ref)
    assert (outcome.ref, outcome.is_repeat, loaded.version) == ("INC-1", False, outcome.version)
    assert (loaded.state.title, loaded.state.status) == ("The shop is down", "active")
    assert [entry.event for entry in queries.timeline(outcome.ref)] == list(outcome.events)


def test_the_row_shows_what_lists_and_the_clock_need() -> None:
    ref = cast.declare(severity="High").ref
    row = queries.find_row(ref)
    assert (row.title, row.status, row.severity, row.declared_by) == ("The shop is down", "active", "High", ROSA)
    assert row.next_due_at is not None and T0 < row.next_due_at <= T0 + timedelta(minutes=30)
    cast.run(ref, ResolveIncident(by=ROSA), "resolve")
    row.refresh_from_db()
    assert (row.status, row.resolved_at) == ("resolved", T0 + timedelta(seconds=60))


def test_numbers_have_no_gaps_after_a_refusal() -> None:
    cast.declare("one")
    with pytest.raises(RefusedError):
        cast.declare("refused", severity="No such level")
    assert cast.declare("two").ref == "INC-2"


def test_the_same_key_twice_is_one_effect() -> None:
    ref = cast.declare().ref
    first = cast.run(ref, note(), "k")
    cast.run(ref, note("Something in between"), "other")
    again = cast.run(ref, note(), "k", after_seconds=600)
    assert again.is_repeat and not first.is_repeat
    assert (again.ref, again.version, again.events) == (first.ref, first.version, first.events)
    assert EventRow.objects.filter(type="NoteAdded").count() == 2


def test_declaring_twice_with_one_key_is_one_incident() -> None:
    first, again = cast.declare("k"), cast.declare("k")
    assert (again.ref, again.events, again.is_repeat) == (first.ref, first.events, True)
    assert Incident.objects.count() == 1


def test_a_repeat_is_known_even_when_the_version_moved_on() -> None:
    outcome = cast.declare()
    cast.run(outcome.ref, note(), "k", expected_version=outcome.version)
    assert cast.run(outcome.ref, note(), "k", expected_version=outcome.version).is_repeat


def test_two_people_may_use_the_same_key() -> None:
    ref = cast.declare().ref
    cast.run(ref, note(by=ROSA), "k")
    assert not cast.run(ref, note(by=SAM), "k").is_repeat


@pytest.mark.parametrize("where", ["other words", "another incident", "another kind"])
def test_a_key_used_for_another_command_is_refused(where: str) -> None:
    ref = cast.declare().ref
    other = cast.declare("other").ref
    cast.run(ref, note(), "k")
    target = other if where == "another incident" else ref
    command = {"other words": note("Another"), "another kind": CompleteStep(by=ROSA, step="work-1")}.get(where, note())
    with pytest.raises(KeyReusedError):
        cast.run(target, command, "k")
    assert EventRow.objects.filter(type__in=["NoteAdded", "StepCompleted"]).count() == 1


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_of_the_wrong_length_is_refused(key: str) -> None:
    with pytest.raises(KeyReusedError, match="1 to 200"):
        cast.declare(key)


def test_a_refused_command_leaves_nothing_and_its_key_can_be_used_again() -> None:
    ref = cast.declare().ref
    before = queries.load(ref).version
    with pytest.raises(RefusedError):
        cast.run(ref, CompleteStep(by=ROSA, step="no-such-step"), "k")
    assert queries.load(ref).version == before
    assert not cast.run(ref, CompleteStep(by=ROSA, step="work-1"), "k").is_repeat


def test_a_command_on_an_old_version_is_refused_when_it_says_so() -> None:
    outcome = cast.declare()
    cast.run(outcome.ref, note(), "k")
    with pytest.raises(StaleVersionError):
        cast.run(outcome.ref, note("Late"), "late", expected_version=outcome.version)
    cast.run(outcome.ref, note("Late"), "late")
    assert EventRow.objects.filter(type="NoteAdded").count() == 2


def test_an_unknown_incident_and_an_unknown_playbook_are_refused() -> None:
    with pytest.raises(IncidentNotFoundError):
        cast.run("INC-404", note(), "k")
    with pytest.raises(PlaybookNotFoundError):
        writer.declare(DeclareIncident(by=ROSA, title="x"), "sha256:none", key="k", now=T0)
    assert not CommandKey.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"], ids=["zero byte", "surrogate"])
def test_text_that_cannot_be_stored_is_refused(text: str) -> None:
    ref = cast.declare().ref
    with pytest.raises(UnusableTextError):
        cast.run(ref, note(text), "k")


def test_text_in_any_script_is_kept_exactly() -> None:
    text = "Zażółć 漏洞 🔥 \\u0000 \x07"
    ref = cast.declare(title=text.strip()).ref
    cast.run(ref, note(text), "k")
    assert [entry.event.text for entry in queries.timeline(ref) if isinstance(entry.event, NoteAdded)] == [text]


def test_an_incidents_time_never_goes_back() -> None:
    ref = cast.declare().ref
    cast.run(ref, note(), "later", after_seconds=600)
    cast.run(ref, note("Earlier by a clock set back"), "earlier", after_seconds=60)
    times = [entry.at for entry in queries.timeline(ref)]
    assert times == sorted(times)


def test_the_room_can_be_seen_as_it_was() -> None:
    ref = cast.declare().ref
    cast.run(ref, CompleteStep(by=ROSA, step="work-1"), "k", after_seconds=60)
    before = queries.load_at(ref, T0 + timedelta(seconds=59)).state
    after = queries.load_at(ref, T0 + timedelta(seconds=60)).state
    assert before.steps["work-1"].done_at is None
    assert after.steps["work-1"].done_at == T0 + timedelta(seconds=60)
    assert queries.load_at(ref, T0 - timedelta(seconds=1)).version == 0


def test_a_state_in_memory_follows_the_log_not_the_other_way_round() -> None:
    """After a restore the log may hold another history under the same reference; the kept state is then left."""
    outcome = cast.declare()
    done = cast.run(outcome.ref, CompleteStep(by=ROSA, step="work-1"), "k")
    assert isinstance(done.events[0], StepCompleted)
    EventRow.objects.filter(seq__gt=outcome.version).delete()
    last = EventRow.objects.get(seq=outcome.version)
    Incident.objects.update(version=outcome.version, last_hash=last.hash)
    assert queries.load(outcome.ref).state.steps["work-1"].done_at is None


def test_replaying_the_log_gives_the_state_that_was_decided_on() -> None:
    ref = cast.declare().ref
    for number in range(5):
        cast.run(ref, CompleteStep(by=SAM, step=f"work-{number}"), f"k{number}")
    live = queries.load(ref)
    assert queries.load_at(ref, T0 + timedelta(days=1)).state == live.state


def test_whoever_acts_becomes_a_responder() -> None:
    """In the same transaction, under the directory's name, once; what is refused lets nobody in."""
    ref = cast.declare().ref
    ada = Person.objects.create_user("ada@example.org", name="Ada", pk=50)
    with pytest.raises(CommandRefusedError):
        writer.run(ref, CloseIncident(by=ada.ref), key="refused", now=T0)
    assert ada.ref not in queries.load(ref).state.responders
    first = writer.run(ref, AddNote(by=ada.ref, text="Here"), key="one", now=T0)
    second = writer.run(ref, AddNote(by=ada.ref, text="Still here"), key="two", now=T0)
    assert [type(event).__name__ for event in first.events] == ["NoteAdded", "ResponderJoined"]
    assert [type(event).__name__ for event in second.events] == ["NoteAdded"]
    assert queries.load(ref).state.responders[ada.ref] == "Ada"


def test_neither_the_clock_nor_a_stranger_becomes_a_responder() -> None:
    ref = cast.declare().ref
    writer.run(ref, AddNote(by="system", text="By itself"), key="one", now=T0)
    writer.run(ref, AddNote(by="person:999", text="Unknown"), key="two", now=T0)
    assert set(queries.load(ref).state.responders) <= {cast.ROSA}
