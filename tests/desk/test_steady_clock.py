"""Setting the machine's clock makes nothing early and loses nothing; small corrections are followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.desk.cast import T0
from tests.desk.machine import Machine
from tocsin.desk import steady_clock
from tocsin.desk.steady_clock import SteadyClock
from tocsin.store.models import Heartbeat


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_time_passes_as_the_machine_counts_it() -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    machine.pass_time(90)
    assert (clock.now(), clock.jump()) == (at(90), None)


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
def test_a_jump_of_the_wall_clock_is_reported_and_not_followed(hours: float) -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    machine.set_wall(hours)
    machine.pass_time(10)
    jump = clock.jump()
    assert clock.now() == at(10)
    assert jump is not None and jump.seconds == pytest.approx(hours * 3600)
    assert ("ahead of" if hours > 0 else "behind") in jump.summary


def test_a_jump_that_is_taken_back_is_forgotten() -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    machine.set_wall(1)
    assert clock.jump() is not None
    machine.set_wall(-1)
    machine.pass_time(5)
    assert (clock.now(), clock.jump()) == (at(5), None)


def test_a_suspended_machine_wakes_at_the_right_time() -> None:
    """The machine's count runs on while it sleeps, so eight hours of sleep are eight hours."""
    machine = Machine()
    clock = SteadyClock(machine.sources)
    machine.pass_time(8 * 3600)
    assert (clock.now(), clock.jump()) == (at(8 * 3600), None)


@pytest.mark.parametrize("seconds", [1.5, -1.5])
def test_a_small_correction_is_followed(seconds: float) -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    machine.wall += timedelta(seconds=seconds)
    machine.pass_time(10)
    assert (clock.now(), clock.jump()) == (at(10 + seconds), None)


def test_many_small_corrections_back_never_become_a_jump() -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    for _ in range(20):
        machine.wall -= timedelta(seconds=0.5)
        machine.pass_time(60)
        clock.now()
    assert (clock.now(), clock.jump()) == (at(20 * 59.5), None)


def test_time_never_goes_back() -> None:
    machine = Machine()
    clock = SteadyClock(machine.sources)
    first = clock.now()
    machine.wall -= timedelta(seconds=1)
    assert clock.now() == first


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_restart_on_the_same_boot_carries_on_whatever_the_wall_says(hours: float) -> None:
    machine = Machine()
    steady_clock.start(machine.sources)
    machine.set_wall(hours)
    machine.pass_time(30)
    again = steady_clock.start(machine.sources)
    assert again.now() == at(30)
    assert again.jump() is not None


@pytest.mark.django_db
def test_another_boot_trusts_the_wall_but_not_before_the_last_beat() -> None:
    machine = Machine()
    clock = steady_clock.start(machine.sources)
    machine.pass_time(100)
    steady_clock.beat(clock)
    machine.reboot("boot-2", 60)
    assert steady_clock.start(machine.sources).now() == at(160)
    machine.reboot("boot-3", -3600)
    assert steady_clock.start(machine.sources).now() == at(160)


@pytest.mark.django_db
def test_a_boot_count_that_went_back_is_another_boot() -> None:
    machine = Machine()
    steady_clock.start(machine.sources)
    machine.reboot("boot-1", 60)
    assert steady_clock.start(machine.sources).now() == at(60)


@pytest.mark.django_db
def test_without_a_boot_id_the_wall_is_trusted_and_nothing_is_stored() -> None:
    machine = Machine(boot_id="")
    steady_clock.start(machine.sources)
    machine.set_wall(-1)
    assert steady_clock.start(machine.sources).now() == at(-3600)
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db
def test_an_operator_who_mended_the_clock_can_have_it_trusted() -> None:
    machine = Machine()
    steady_clock.start(machine.sources)
    machine.set_wall(-1)
    steady_clock.trust_wall()
    assert steady_clock.start(machine.sources).now() == at(-3600)


def test_this_machine_counts_forward() -> None:
    sources = steady_clock.machine()
    clock = SteadyClock(replace(sources, boot_id=""))
    assert clock.now() <= clock.now()
    assert clock.jump() is None
