"""Many writers on one incident, in threads and processes: no lost tick, and nobody is told of a lock."""

from __future__ import annotations

from tests.promises.installation import Installation

PROCESSES, THREADS, EACH = 2, 16, 3


def test_sixteen_threads_in_each_of_two_processes_lose_no_tick(place: Installation) -> None:
    """Each ticks steps of its own; all send one note with one key, which has one effect."""
    (ref,) = place.ask("declare")
    children = [place.start("tick-steps", ref, process, THREADS, EACH) for process in range(PROCESSES)]
    assert [child.read() for child in children] == ["ready"] * PROCESSES
    for child in children:
        child.say("go")
    answers = [child.read() for child in children]
    assert [failure for answer in answers for failure in answer["failures"]] == []
    assert sum(answer["firsts"] for answer in answers) == 1

    seen = place.ask("look")
    done = [event["step"] for event in seen["events"][ref] if event["type"] == "StepCompleted"]
    assert sorted(done) == sorted(f"work-{number}" for number in range(PROCESSES * THREADS * EACH))
    assert [event["text"] for event in seen["events"][ref] if event["type"] == "NoteAdded"] == ["Sent by all at once"]
    assert seen["faults"] == []


def test_declaring_from_many_threads_gives_each_incident_a_number_of_its_own(place: Installation) -> None:
    children = [place.start("declare-at-once", process, THREADS) for process in range(PROCESSES)]
    assert [child.read() for child in children] == ["ready"] * PROCESSES
    for child in children:
        child.say("go")
    answers = [child.read() for child in children]
    assert [failure for answer in answers for failure in answer["failures"]] == []
    shared = {answer["shared"] for answer in answers}
    assert len(shared) == 1
    refs = [ref for answer in answers for ref in answer["refs"]] + list(shared)
    assert sorted(refs) == sorted(f"INC-{number}" for number in range(1, PROCESSES * THREADS + 2))
    assert place.ask("look")["faults"] == []
