"""The clock advances what is due, once, and no incident holds up another."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.desk import cast
from tests.desk.cast import ROSA, T0
from tests.desk.machine import Machine
from tocsin.desk import bus, clock, writer
from tocsin.desk.clock import ClockLoop, Ticker
from tocsin.desk.steady_clock import SteadyClock
from tocsin.incident.commands import PostUpdate, ResolveIncident
from tocsin.store.models import EventRow, Heartbeat, Incident

pytestmark = pytest.mark.django_db
AHEAD = T0 + timedelta(minutes=25)


def test_nothing_is_due_before_its_time() -> None:
    cast.declare()
    assert clock.next_wake(T0) == AHEAD
    assert clock.tick(AHEAD - timedelta(seconds=1)) == 0


def test_what_is_due_is_done_once() -> None:
    cast.declare()
    assert clock.tick(AHEAD) == 1
    assert clock.tick(AHEAD) == 0
    assert clock.next_wake(AHEAD) == T0 + timedelta(minutes=30)


def test_without_incidents_there_is_nothing_to_wake_for() -> None:
    assert clock.next_wake(T0) is None
    ref = cast.declare().ref
    cast.run(ref, ResolveIncident(by=ROSA), "resolve")
    assert clock.tick(T0 + timedelta(days=7)) == 0


def test_what_is_late_is_to_be_done_now() -> None:
    cast.declare()
    late = T0 + timedelta(hours=1)
    assert clock.next_wake(late) == late
    assert clock.lateness_seconds(late) == 35 * 60


def test_nothing_is_late_while_nothing_is_due() -> None:
    assert clock.lateness_seconds(T0) == 0
    cast.declare()
    assert clock.lateness_seconds(T0) == 0


def test_an_update_moves_what_is_due() -> None:
    ref = cast.declare().ref
    cast.run(ref, PostUpdate(by=ROSA, text="Still down"), "update", after_seconds=600)
    assert clock.next_wake(T0) == AHEAD + timedelta(minutes=10)


def test_a_clock_that_comes_second_does_nothing() -> None:
    """Two clocks may both have seen it due; the second finds under the lock that it no longer is."""
    ref = cast.declare().ref
    first, second = writer.advance(ref, now=AHEAD), writer.advance(ref, now=AHEAD)
    assert len(first.events) == 1
    assert (second.events, second.is_repeat) == ((), True)


def test_an_incident_that_cannot_be_advanced_rests_and_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken, good = cast.declare("broken").ref, cast.declare("good").ref
    cast.run(good, ResolveIncident(by=ROSA), "resolve")
    good = cast.declare("good-2").ref
    EventRow.objects.filter(incident__ref=broken, seq=1).update(body="{}")
    Incident.objects.filter(ref=broken).update(last_hash="0" * 64)
    ticker = Ticker()
    assert ticker.tick(AHEAD) == 1
    assert f"{broken} could not be advanced" in caplog.text
    assert ticker.next_wake() == T0 + timedelta(minutes=30)
    caplog.clear()
    assert ticker.tick(AHEAD + timedelta(seconds=1)) == 0
    assert caplog.text == ""
    ticker.tick(AHEAD + timedelta(seconds=61))
    assert broken in caplog.text and good not in caplog.text


def test_more_incidents_than_one_batch_are_all_advanced() -> None:
    refs = {cast.declare(f"d{number}").ref for number in range(3)}
    ticker = Ticker(batch=2)
    assert ticker.tick(AHEAD) == len(refs)


@pytest.mark.django_db(transaction=True)
def test_the_loop_ticks_when_woken_and_ends_when_told() -> None:
    """A thread of its own runs the loop on a machine that stands at the due time; each turn is awaited, not slept for."""
    machine = Machine()
    loop, stop = ClockLoop(SteadyClock(machine.sources)), threading.Event()
    machine.pass_time(25 * 60)
    thread = threading.Thread(target=loop.run_forever, args=[stop], daemon=True)
    with bus.subscribe() as heard:
        cast.declare()
        assert heard.next(10) is not None
        thread.start()
        advanced = heard.next(30)
    stop.set()
    loop.wake()
    thread.join(30)
    assert advanced is not None and not thread.is_alive()
    assert EventRow.objects.filter(type="PromiseReminded").count() == 1
    assert Heartbeat.objects.get().boot_id == "boot-1"
