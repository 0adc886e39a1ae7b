"""Declaring from Slack: the form, the announcement, its thread and its checklist."""

from __future__ import annotations

from tests.integrations.slack.workspace import Workspace
from tocsin.integrations.slack.send import EVENT_TYPE
from tocsin.store import queries


def test_incident_opens_a_form_that_declares(slack: Workspace) -> None:
    """`/incident` opens a form that loads, is filled, and declares; the channel hears of it and a thread begins."""
    assert slack.type("ana", "").status_code == 200
    slack.settle()
    assert [call.method for call in slack.door.calls if call.method.startswith("views")] == [
        "views.open",
        "views.update",
    ]
    response = slack.submit("ana", title="The lock is stuck", summary="Ships cannot leave", severity="High")
    assert b"Declaring" in response.content
    slack.settle()

    (row,) = queries.incidents()
    state = queries.load(row.ref).state
    assert (state.title, state.severity, state.summary) == ("The lock is stuck", "High", "Ships cannot leave")
    root = slack.channel()[0]
    assert "The lock is stuck" in root["text"]
    assert root["metadata"]["event_type"] == EVENT_TYPE
    thread = slack.thread(root["ts"])
    assert "checklist" in thread[1]["text"]
    assert row.ref in str(slack.last_view()["blocks"])


def test_the_step_that_declares_is_done_by_declaring(slack: Workspace) -> None:
    declare(slack)
    (row,) = queries.incidents()
    records = queries.load(row.ref).state.steps
    assert records["start-1"].done_by == "system"


def declare(slack: Workspace, who: str = "ana", **answers: object) -> tuple[str, str]:
    """Declare from Slack. Return the incident's reference and its thread."""
    slack.type(who, "")
    slack.settle()
    slack.submit(who, **{"title": "The lock is stuck", **answers})
    slack.settle()
    ref = queries.incidents()[0].ref
    root = next(message for message in slack.channel() if ref in message["text"])
    return ref, str(root["ts"])
