"""Scripted drills: a whole incident in two minutes, on a time of its own, that nobody outside hears of."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.desk import cast
from tests.desk.cast import ROSA, SAM, T0
from tests.web.conftest import DOCUMENT
from tocsin.delivery.models import Delivery
from tocsin.desk import clock, drills, playbooks, routes, writer
from tocsin.desk.drills import DrillLoop
from tocsin.desk.routes import Routes
from tocsin.desk.steady_clock import Sources, SteadyClock
from tocsin.incident import commands as cmd
from tocsin.people.models import Audience, Contact
from tocsin.store import drill_time, queries, verify

pytestmark = pytest.mark.django_db(transaction=True)
STRIDE = timedelta(seconds=2)


def start(key: str = "start") -> str:
    digest = playbooks.add(DOCUMENT.read_bytes(), DOCUMENT.name, now=T0)
    return drills.start(digest, by=ROSA, by_name="Rosa", title="Try it", key=key, now=T0).ref


def loop() -> DrillLoop:
    """A loop as a process that has just started would have it."""
    return DrillLoop(SteadyClock(Sources(lambda: T0, lambda: 0.0, "")))


def play(running: DrillLoop, begin: datetime, seconds: float) -> datetime:
    """Let real time pass, two seconds at a time, and return what time it is then."""
    now = begin
    while now < begin + timedelta(seconds=seconds):
        now += STRIDE
        running.play(now)
    return now


def test_a_whole_incident_passes_in_two_minutes() -> None:
    """Severity, answers, updates when they are due, the resolution, the follow-up and the end; the log holds."""
    ref = start()
    play(loop(), T0, 125)
    state = queries.load(ref).state
    assert state.status == "closed"
    assert state.is_drill
    assert state.severity == "High"
    assert {promise.kind for promise in state.promises.values() if promise.kept_at} >= {"recurring"}
    assert state.closed_at is not None
    assert timedelta(hours=2) <= state.closed_at - T0 < timedelta(hours=2, minutes=1)
    undone = [step for step, record in state.steps.items() if not (record.done_at or record.skipped_at)]
    assert not [step for step in undone if state.steps[step].opened_at and not state.steps[step].withdrawn_at]
    assert verify.verify() == []


def test_its_reminders_come_at_their_moment_and_not_late() -> None:
    """Two seconds of ours are two minutes of the drill, and still nothing in it is late."""
    ref = start()
    play(loop(), T0, 60)
    reminded = [entry.event for entry in queries.timeline(ref) if type(entry.event).__name__ == "PromiseReminded"]
    assert reminded
    assert {event.late_seconds for event in reminded} == {0}


def test_a_drill_goes_on_where_it_stood_after_a_restart() -> None:
    """An hour without a process is no time in the drill."""
    ref = start()
    now = play(loop(), T0, 20)
    before = queries.load(ref)
    later = now + timedelta(hours=1)
    play(loop(), later, 1)
    after = queries.load(ref)
    assert after.state.last_at is not None and before.state.last_at is not None
    assert after.state.last_at - before.state.last_at < timedelta(minutes=10)
    play(loop(), later, 110)
    assert queries.load(ref).state.status == "closed"


def test_a_person_may_act_in_it_on_its_time() -> None:
    ref = start()
    running = loop()
    now = play(running, T0, 10)
    note = writer.run(ref, cmd.AddNote(by=SAM, text="I was here"), key="note", now=now)
    assert note.events[0].at - T0 >= timedelta(minutes=9)
    play(running, now, 115)
    assert queries.load(ref).state.status == "closed"


def test_it_is_stopped_at_once_and_once() -> None:
    ref = start()
    running = loop()
    now = play(running, T0, 10)
    for key in ("stop", "again"):
        drills.stop(ref, by=SAM, reason="Enough", key=key, now=now)
    ended = queries.load(ref)
    assert ended.state.status == "closed"
    play(running, now, 10)
    assert queries.load(ref).version == ended.version
    assert drill_time.running() == []


def test_an_incident_that_is_real_cannot_be_stopped_so() -> None:
    ref = cast.declare().ref
    with pytest.raises(drills.NotAScriptedDrillError, match="Only a scripted drill"):
        drills.stop(ref, by=SAM, reason="Enough", key="stop", now=T0)


def test_the_ordinary_clock_leaves_drills_alone_and_drills_leave_the_clock_alone() -> None:
    """A real incident falls due at its own time beside a drill that is hours ahead."""
    ref, real = start(), cast.declare().ref
    now = play(loop(), T0, 60)
    version, real_version = queries.load(ref).version, queries.load(real).version
    assert queries.find_row(ref).next_due_at is None
    assert clock.tick(now) == 0
    assert queries.load(real).version == real_version
    assert clock.tick(T0 + timedelta(minutes=31)) == 1
    assert queries.load(ref).version == version


def test_nothing_of_it_leaves_its_room() -> None:
    """Not to an outside audience, not by e-mail, not by a webhook, whatever is set up."""
    audience = Audience.objects.create(name="harbour-ops", aliases="#harbour-ops\nharbour masters")
    Contact.objects.create(audience=audience, name="Ada", email="ada@example.org")
    before = routes.current()
    routes.hand_in(Routes(connectors=frozenset({"room", "email", "webhook"}), webhook_url="https://example.org/hook"))
    try:
        ref = start()
        play(loop(), T0, 125)
    finally:
        routes.hand_in(before)
    assert {row.connector for row in Delivery.objects.filter(thread=ref)} <= {"room"}


def test_pressing_the_button_twice_is_one_drill() -> None:
    assert start("same") == start("same")
