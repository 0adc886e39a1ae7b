"""Promise (e): the machine's clock set, the machine suspended or rebooted: nothing fires early and nothing is lost.

Each test runs the same two hours twice, once on a good machine and once on one whose clock is disturbed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk import cast
from tests.desk.cast import T0
from tests.desk.machine import Machine
from tocsin.desk import steady_clock
from tocsin.desk.clock import Ticker
from tocsin.desk.steady_clock import SteadyClock
from tocsin.incident.events import PromiseReminded
from tocsin.store import queries
from tocsin.store.models import Heartbeat

pytestmark = pytest.mark.django_db
HOURS = 2
STEP_SECONDS = 60
Fired = list[tuple[str, str, datetime]]
Disturb = Callable[[Machine], None]


def fired(key: str, disturb: Disturb | None = None, *, restarts: bool = False, at_minute: int = 40) -> Fired:
    """Run an incident for two hours and return every reminder with its moment, in time as it truly passed.

    The disturbance comes at `at_minute`; with `restarts`, Tocsin is started again right after it.
    """
    Heartbeat.objects.all().delete()
    machine, ticker = Machine(), Ticker()
    clock = steady_clock.start(machine.sources)
    ref = cast.declare(key, now=clock.now()).ref
    for step in range(HOURS * 3600 // STEP_SECONDS):
        if disturb is not None and step == at_minute * 60 // STEP_SECONDS:
            steady_clock.beat(clock)
            disturb(machine)
            clock = steady_clock.start(machine.sources) if restarts else clock
        machine.pass_time(STEP_SECONDS)
        ticker.tick(clock.now())
    return reminders(ref)


def reminders(ref: str) -> Fired:
    events = (entry.event for entry in queries.timeline(ref))
    return [(event.promise, event.stage, event.at) for event in events if isinstance(event, PromiseReminded)]


def test_an_undisturbed_machine_reminds_on_time() -> None:
    stages = [(stage, (at - T0).total_seconds() / 60) for _, stage, at in fired("good")]
    assert stages[:4] == [("ahead", 25), ("due", 30), ("overdue", 35), ("escalated", 40)]


@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("hours", [-1, 1], ids=["back", "forward"])
@pytest.mark.parametrize("at_minute", [10, 29, 40])
def test_a_clock_set_by_an_hour_changes_nothing(hours: int, restarts: bool, at_minute: int) -> None:
    disturbed = fired("set", lambda machine: machine.set_wall(hours), restarts=restarts, at_minute=at_minute)
    assert disturbed == fired("good")


def test_a_clock_set_and_set_right_again_changes_nothing() -> None:
    def set_and_mend(machine: Machine) -> None:
        machine.set_wall(1)
        machine.set_wall(-1)

    assert fired("mended", set_and_mend) == fired("good")


def test_a_suspended_machine_fires_what_it_slept_through_once_and_marks_it_late() -> None:
    """Asleep from minute 10 to minute 41: one reminder, of the latest stage, a minute late; then on time again."""
    ticker, machine = Ticker(), Machine()
    clock = SteadyClock(machine.sources)
    ref = cast.declare(now=clock.now()).ref
    machine.pass_time(600)
    assert ticker.tick(clock.now()) == 0
    machine.pass_time(31 * 60)
    assert (ticker.tick(clock.now()), ticker.tick(clock.now())) == (1, 0)
    (reminder,) = [entry.event for entry in queries.timeline(ref) if isinstance(entry.event, PromiseReminded)]
    assert (reminder.stage, reminder.late_seconds) == ("escalated", 60)


def test_a_reboot_carries_on_by_the_wall_clock() -> None:
    """A reboot of no time at all, with a clock that is right."""
    assert fired("reboot", lambda machine: machine.reboot("boot-2", 0), restarts=True) == fired("good")


def test_a_reboot_with_a_clock_set_back_fires_nothing_twice() -> None:
    """What was reminded stays reminded, and time goes on from the last beat."""

    def reboot_an_hour_back(machine: Machine) -> None:
        machine.reboot("boot-2", -3600)

    assert fired("reboot-back", reboot_an_hour_back, restarts=True) == fired("good")


def test_summer_time_is_no_matter_because_all_time_is_utc() -> None:
    """The hour that Berlin skips on 29 March 2026 passes like any other."""
    before = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)
    ref = cast.declare(now=before).ref
    ticker = Ticker()
    for minute in range(60):
        ticker.tick(before + timedelta(minutes=minute))
    assert [(stage, (at - before).total_seconds() / 60) for _, stage, at in reminders(ref)][:2] == [
        ("ahead", 25),
        ("due", 30),
    ]
    assert steady_clock.machine().wall().utcoffset() == timedelta(0)
