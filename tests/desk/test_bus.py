"""Who listens hears of every committed change, from this process or another, and harms nobody."""

from __future__ import annotations

import pytest

from tests.desk import cast
from tocsin.desk import bus
from tocsin.desk.bus import Changed, Watcher
from tocsin.incident.commands import AddNote


def test_a_subscription_hears_of_its_incident_only() -> None:
    with bus.subscribe("INC-1") as mine, bus.subscribe() as everything:
        bus.publish(Changed("INC-2", 1))
        bus.publish(Changed("INC-1", 2))
        assert mine.next(0) == Changed("INC-1", 2)
        assert mine.next(0) is None
        assert [everything.next(0), everything.next(0)] == [Changed("INC-2", 1), Changed("INC-1", 2)]


def test_a_closed_subscription_hears_nothing() -> None:
    with bus.subscribe() as closed:
        pass
    bus.publish(Changed("INC-1", 1))
    assert closed.next(0) is None


def test_a_slow_reader_keeps_the_newest_changes() -> None:
    with bus.subscribe() as slow:
        for version in range(bus.WAITING_AT_MOST + 50):
            bus.publish(Changed("INC-1", version))
        heard = [change.version for _ in range(bus.WAITING_AT_MOST) if (change := slow.next(0))]
    assert heard == list(range(50, bus.WAITING_AT_MOST + 50))


def test_a_listener_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Changed) -> None:
        raise ValueError("broken page")

    stop = bus.listen(fail)
    try:
        with bus.subscribe() as good:
            bus.publish(Changed("INC-1", 1))
            assert good.next(0) == Changed("INC-1", 1)
    finally:
        stop()
    assert "A listener failed on INC-1" in caplog.text


@pytest.mark.django_db
def test_a_command_publishes_its_version_after_the_commit() -> None:
    with bus.subscribe() as heard:
        outcome = cast.declare()
        change = heard.next(0)
    assert change is not None
    assert (change.ref, change.version) == (outcome.ref, outcome.version)


@pytest.mark.django_db
def test_a_watcher_finds_what_another_process_wrote() -> None:
    """The watcher reads the log only, so it cannot tell who wrote; each incident is published once."""
    ref = cast.declare().ref
    watcher = Watcher()
    assert watcher.look() == 0
    version = [cast.run(ref, AddNote(by=cast.ROSA, text=f"Note {number}"), f"n{number}") for number in (1, 2)][
        1
    ].version
    with bus.subscribe() as heard:
        assert watcher.look() == 1
        assert heard.next(0) == Changed(ref, version)
    assert watcher.look() == 0
