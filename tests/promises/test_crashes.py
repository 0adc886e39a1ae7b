"""Killed at any instant, Tocsin keeps every command that it said was done, and does none twice.

`TOCSIN_TEST_KILLS` says how many kills; `make soak` runs 200.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter

from tests.promises.installation import Child, Installation

KILLS = int(os.environ.get("TOCSIN_TEST_KILLS", "25"))
LONGEST_LIFE_SECONDS = 0.15
CHECK_EVERY = 10


def test_committed_commands_survive_a_kill_at_any_instant(place: Installation) -> None:
    """Each life goes on from the last command the one before it reported; that one may have been committed unseen, and
    is then known again. In the end every command has had its effect exactly once, with its deliveries."""
    nursery = place.start("fork-for-each-line")
    assert nursery.read() == "ready"
    chance = random.Random(20260302)
    reported = -1
    for life in range(KILLS):
        seconds, from_start = chance.uniform(0, LONGEST_LIFE_SECONDS), life % 3 == 0
        numbers = _live_and_die(nursery, reported + 1, seconds, from_start=from_start)
        assert numbers == list(range(reported + 1, reported + 1 + len(numbers)))
        reported += len(numbers)
        if life % CHECK_EVERY == 0:
            assert _find_faults(nursery) == []
    assert reported >= KILLS // 2
    database, stored = _assert_each_command_once(place, reported)
    print(f"{database}: {KILLS} kills, {reported + 1} commands reported, {stored} stored, each once, no fault found")


def _live_and_die(nursery: Child, first: int, life_seconds: float, *, from_start: bool) -> list[int]:
    """Let a process write from `first` on, kill it so long after its start or its first report, and return the numbers
    it reported."""
    nursery.say(f"write-on {first}")
    pid = nursery.read()["pid"]
    numbers: list[int] = [] if from_start else [nursery.read()]
    # The length of a life is the fault that is injected here; nothing is waited for.
    time.sleep(life_seconds)
    os.kill(pid, signal.SIGKILL)
    while not isinstance(said := nursery.read(), dict):
        numbers.append(said)
    assert said == {"ended": -signal.SIGKILL}
    return numbers


def _find_faults(nursery: Child) -> list[str]:
    nursery.say("find-faults")
    answers = [nursery.read() for _ in range(3)]
    assert {"ended": 0} in answers
    return next(answer for answer in answers if isinstance(answer, list))


def _assert_each_command_once(place: Installation, reported: int) -> tuple[str, int]:
    """Return also which database the installation is on and how many commands it holds."""
    seen = place.ask("look")
    assert seen["faults"] == []
    declared = Counter(key for ref, events in seen["events"].items() for key in _commands_in(events))
    assert set(declared.values()) == {1}
    assert {f"command-{number}" for number in range(reported + 1)} <= set(declared)
    assert len(declared) <= reported + 2
    assert seen["webhooks"] == sum(len(events) for events in seen["events"].values())
    return seen["database"], len(declared)


def _commands_in(events: list[dict[str, object]]) -> list[str]:
    """Return the key of the command behind each declaration and note, by what the event itself says."""
    notes = [re.sub(r"\D", "", str(event["text"])) for event in events if event["type"] == "NoteAdded"]
    starts = [str(_second_of(event)) for event in events if event["type"] == "IncidentDeclared"]
    return [f"command-{number}" for number in (*notes, *starts)]


def _second_of(event: dict[str, object]) -> int:
    hours, minutes, seconds = str(event["at"])[11:19].split(":")
    return (int(hours) - 9) * 3600 + int(minutes) * 60 + int(seconds)
