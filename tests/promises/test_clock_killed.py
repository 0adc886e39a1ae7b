"""Promises (a) and (d): a clock that is killed, and two clocks at once, in processes of their own."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.desk.cast import T0
from tests.promises.installation import Child, Installation

INCIDENTS, SPEED = 20, 600


def clock_at(minutes: float) -> tuple[str, float]:
    """Return what a machine's two clocks say `minutes` after T0."""
    return (T0 + timedelta(minutes=minutes)).isoformat(), 1000 + minutes * 60


def reminders(place: Installation, ref: str) -> list[dict[str, Any]]:
    seen = place.ask("look")
    assert seen["faults"] == []
    return [event for event in seen["events"][ref] if event["type"] == "PromiseReminded"]


def test_killed_before_it_is_due_and_started_after_it_reminds_once_and_marks_it_late(place: Installation) -> None:
    """The promise is due at T+30:00. Killed at T+29:50, started at T+30:20: one reminder, within 2 s, 20 s late."""
    (ref,) = place.ask("declare")
    before = place.start("run-clock", *clock_at(29 + 48 / 60))
    assert before.read() == "running"
    _run_until(before, T0 + timedelta(minutes=29, seconds=50))
    before.kill()
    assert [event["stage"] for event in reminders(place, ref)] == ["ahead"]

    for minutes in (30 + 20 / 60, 30 + 25 / 60):
        after = place.start("run-clock", *clock_at(minutes))
        assert after.read() == "running"
        _run_until(after, T0 + timedelta(minutes=minutes, seconds=2))
        after.kill()

    _, due = reminders(place, ref)
    started_at = T0 + timedelta(minutes=30, seconds=20)
    assert due["stage"] == "due"
    assert 20 <= due["late_seconds"] < 22
    assert started_at <= datetime.fromisoformat(due["at"]) < started_at + timedelta(seconds=2)


def test_two_clocks_never_fire_twice(place: Installation) -> None:
    """Both run eighty minutes in eight seconds over the same incidents, waking at the same instants. No stage comes twice,
    and the last one, which repeats, never within its gap; on a slow machine a stage may be overtaken by the next."""
    refs = place.ask("declare", INCIDENTS)
    begin = time.monotonic() + 2
    clocks = [place.start("run-clock", *clock_at(0), SPEED, begin) for _ in range(2)]
    for clock in clocks:
        assert clock.read() == "running"
    changes = [_run_until(clock, T0 + timedelta(minutes=80)) for clock in clocks]
    for clock in clocks:
        clock.end()
    seen = place.ask("look")
    assert seen["faults"] == []
    for ref in refs:
        fired = [event for event in seen["events"][ref] if event["type"] == "PromiseReminded"]
        stages = [event["stage"] for event in fired if event["stage"] != "other-way"]
        assert stages == sorted(set(stages), key=["ahead", "due", "overdue", "escalated"].index)
        again = [datetime.fromisoformat(event["at"]) for event in fired if event["stage"] == "other-way"]
        assert all(later - earlier > timedelta(minutes=5) for earlier, later in pairwise(again))
        assert again
    assert any(changes), "the clocks have done the work between them, whoever came first"


def _run_until(clock: Child, moment: datetime) -> list[dict[str, Any]]:
    """Let the child run until its clock has reached `moment` and return the changes it made meanwhile."""
    clock.say(moment.isoformat())
    changes: list[dict[str, Any]] = []
    while isinstance(said := clock.read(), dict):
        changes.append(said)
    assert datetime.fromisoformat(said) >= moment
    return changes
