"""What is typed after `/incident`: it is done, said to the one who typed it, and shown in the thread."""

from __future__ import annotations

from typing import TypeVar

import pytest

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.workspace import Workspace
from tocsin.incident.events import Event, SeverityAssigned, UpdatePosted
from tocsin.store import queries

E = TypeVar("E", bound=Event)


@pytest.mark.parametrize("level", ["high", "HIGH", "High"])
def test_the_severity_is_set_by_typing_in_any_case(slack: Workspace, level: str) -> None:
    ref, thread = declare(slack)
    slack.type("ben", f"severity {level} Nothing moves")
    slack.settle()
    assert queries.load(ref).state.severity == "High"
    assert [event.reason for event in events(ref, SeverityAssigned)] == ["Nothing moves"]
    said = [message["text"] for message in slack.thread(thread) if message["text"].startswith("*Severity: High*")]
    assert said == [f"*Severity: High*, set by <@{slack.users['ben']}>. Nothing moves"]
    assert (slack.door.answers[-1]["text"], slack.door.answers[-1]["response_type"]) == (
        f"{ref} is High now.",
        "ephemeral",
    )


def test_an_update_is_posted_by_typing(slack: Workspace) -> None:
    ref, thread = declare(slack, severity="High")
    slack.type("ana", "update The cause is *found*")
    slack.settle()
    assert [event.text for event in events(ref, UpdatePosted)] == ["The cause is *found*"]
    (said,) = [message for message in slack.thread(thread) if message["text"].startswith("Update 1 on")]
    assert said["text"].endswith("The cause is *found*")
    assert slack.door.answers[-1]["text"] == f"The update of {ref} is posted."


def test_a_word_typed_with_a_reference_means_that_incident(slack: Workspace) -> None:
    first, _ = declare(slack)
    declare(slack, title="Another lock")
    slack.type("ana", "update Which one?")
    slack.type("ana", f"{first.lower()} update This one")
    slack.settle()
    assert {row.ref: len(events(row.ref, UpdatePosted)) for row in queries.incidents()} == {first: 1, "INC-2": 0}
    assert any("not clear which incident" in answer["text"] for answer in slack.door.answers)


def events(ref: str, kind: type[E]) -> list[E]:
    return [entry.event for entry in queries.timeline(ref) if isinstance(entry.event, kind)]
