"""Who is not let in, what is done once only, and what is said when something is refused."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.workspace import Workspace
from tocsin.desk import playbooks, writer
from tocsin.incident import commands as cmd
from tocsin.incident.events import NoteAdded
from tocsin.people.models import Person
from tocsin.store import queries


def declare_in_the_room(slack: Workspace, title: str, **parts: object) -> str:
    """Declare as the pages do, without Slack."""
    person, _ = Person.objects.get_or_create(email="rosa@example.org", defaults={"name": "Rosa"})
    command = cmd.DeclareIncident(by=person.ref, by_name="Rosa", title=title, **parts)
    digest = playbooks.current()[0].digest
    return writer.declare(command, digest, key=f"room {title}", now=slack.clock.now).ref


def test_what_slack_did_not_sign_is_refused(slack: Workspace) -> None:
    body = urlencode({"command": "/incident", "text": "list", "team_id": slack.team, "user_id": slack.users["ana"]})
    kind = "application/x-www-form-urlencoded"
    assert slack.post(body, kind, secret="another").status_code == 401
    assert slack.post(body, kind, at=time.time() - 301).status_code == 401
    assert slack.post(body, kind, at=time.time() + 301).status_code == 401
    slack.settle()
    assert slack.door.answers == []


def test_the_same_event_again_is_one_effect(slack: Workspace) -> None:
    """Slack sends an event again when it is unsure; a restart in between changes nothing."""
    ref, thread = declare(slack)
    slack.press("ana", "role:notes", {"ref": ref, "step": ""})
    slack.settle()
    slack.say("ana", "We found it", thread)
    slack.settle()
    body, kind = slack.sent[-1]
    for number in ("1", "2"):
        slack.post(body, kind, **{"X-Slack-Retry-Num": number, "X-Slack-Retry-Reason": "http_timeout"})
    slack.restart()
    slack.post(body, kind, **{"X-Slack-Retry-Num": "3"})
    slack.settle()
    notes = [entry for entry in queries.timeline(ref) if isinstance(entry.event, NoteAdded)]
    assert len(notes) == 1


def test_a_form_sent_twice_declares_once(slack: Workspace) -> None:
    slack.type("ana", "")
    slack.settle()
    slack.submit("ana", title="Twice pressed")
    slack.submit("ana", title="Twice pressed")
    slack.settle()
    assert len(queries.incidents()) == 1


def test_people_of_other_workspaces_and_bots_cannot_act(slack: Workspace) -> None:
    ref, _ = declare(slack)
    before = queries.load(ref).version
    slack.press("ana", "incident:join", {"ref": ref}, user={"id": "U0STRANGER", "team_id": "T0ELSEWHERE"})
    slack.settle()
    slack.press("ana", "incident:join", {"ref": ref}, user={"id": slack.users["tocsin"], "team_id": slack.team})
    slack.settle()
    assert queries.load(ref).version == before
    assert "cannot act" in slack.door.answers[0]["text"]


def test_a_refusal_is_told_to_the_person_alone(slack: Workspace) -> None:
    _, thread = declare(slack)
    before = len(slack.thread(thread))
    slack.type("ana", "severity Enormous")
    slack.settle()
    assert slack.door.answers[-1]["response_type"] == "ephemeral"
    assert "Enormous" in slack.door.answers[-1]["text"]
    assert len(slack.thread(thread)) == before


@pytest.mark.parametrize("text", ["help", "list", "dance", "INC-999 update Hello", "update"])
def test_every_word_gets_an_answer(slack: Workspace, text: str) -> None:
    declare(slack)
    assert slack.type("ana", text).status_code == 200
    slack.settle()
    assert slack.door.answers or "Update" in json.dumps(slack.last_view())


def test_slacks_check_of_the_address_is_answered(slack: Workspace) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc123"})
    assert b"abc123" in slack.post(body, "application/json").content


def test_what_was_acknowledged_survives_the_process(slack: Workspace) -> None:
    """A press that was acknowledged and not yet worked off is worked off by the next process, once."""
    ref, _ = declare(slack)
    slack.parts.inbox.stop()
    assert slack.press("ben", "incident:join", {"ref": ref}).status_code == 200
    assert "Ben Okafor" not in queries.load(ref).state.responders.values()
    slack.restart()
    assert slack.parts.inbox.take_up() == 1
    slack.settle()
    assert "Ben Okafor" in queries.load(ref).state.responders.values()
    assert slack.parts.inbox.take_up() == 0
