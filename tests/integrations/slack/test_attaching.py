"""An incident that was declared without Slack gets its thread as soon as Slack is there, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.test_refused_by_slack import pages_of
from tests.integrations.slack.workspace import Workspace, workspace
from tests.outside.fault_proxy import PASS, http_answer
from tocsin.delivery.models import Delivery
from tocsin.desk import routes, writer
from tocsin.desk.routes import Routes
from tocsin.incident import commands as cmd
from tocsin.store import queries


def before_set_up(slack: Workspace, title: str, **parts: object) -> str:
    """Declare while this installation has no Slack at all."""
    there = routes.current()
    routes.hand_in(Routes())
    ref = declare_in_the_room(slack, title, **parts)
    slack.parts.acting.close()
    run(slack, ref, cmd.AddNote(by=lead_of(ref), text="Nobody chats"))
    routes.hand_in(there)
    assert not Delivery.objects.filter(connector="slack").exists()
    return ref


def start(slack: Workspace) -> None:
    """Start Tocsin, now with Slack."""
    slack.restart()
    slack.parts.acting.take_up()
    slack.settle()


def run(slack: Workspace, ref: str, command: cmd.Command) -> None:
    writer.run(ref, command, key=f"{ref} {command}", now=slack.clock.now)


def lead_of(ref: str) -> str:
    return str(queries.load(ref).state.declared_by)


def test_one_declared_before_slack_was_set_up_is_attached_at_the_start_once(slack: Workspace) -> None:
    ref = before_set_up(slack, "The lock is stuck", severity="Low")
    slack.clock.move(minutes=20)
    for _ in range(3):
        start(slack)
    (root,) = slack.channel()
    assert ref in root["text"]
    assert ["checklist" in message["text"] for message in slack.thread(root["ts"])[1:]] == [True]
    run(slack, ref, cmd.PostUpdate(by=lead_of(ref), text="It moves"))
    slack.settle()
    assert slack.thread(root["ts"])[-1]["text"].endswith("It moves")


def test_a_command_that_comes_before_the_start_has_ended_attaches_it_too(slack: Workspace) -> None:
    """What is said then is said in the thread, which begins before it; the start adds nothing."""
    ref = before_set_up(slack, "The lock is stuck", severity="Low")
    run(slack, ref, cmd.DescribeImpact(by=lead_of(ref), text="Nothing moves"))
    start(slack)
    (root,) = slack.channel()
    said = [message["text"].partition(":")[0].partition(",")[0] for message in slack.thread(root["ts"])[1:]]
    assert said == [f"{ref} checklist", "*Impact*"]


def test_a_private_one_is_attached_to_a_private_channel_and_nowhere_else(slack: Workspace) -> None:
    ref = before_set_up(slack, "Charts were copied", is_private=True)
    start(slack)
    place = Delivery.objects.get(thread=ref, kind="channel").external_id
    assert slack.client.conversations_info(channel=place)["channel"]["is_private"] is True
    assert [ref in message["text"] for message in slack.channel(place) if "metadata" in message] == [True, True]
    assert not any("Charts" in str(slack.channel(name)) for name in slack.channels)


def test_one_that_has_ended_is_not_attached(slack: Workspace) -> None:
    ref = before_set_up(slack, "It was nothing", is_suspected=True)
    run(slack, ref, cmd.DismissIncident(by=lead_of(ref), reason="A drill of the neighbours"))
    start(slack)
    assert slack.channel() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_own", [False, True])
def test_one_declared_while_slack_was_down_is_attached_when_it_answers_and_the_room_says_so(
    tmp_path: Path, has_own: bool
) -> None:
    with workspace(tmp_path, has_incident_channels=has_own) as slack:
        slack.faults.choose = lambda number: http_answer(503)
        ref = declare_in_the_room(slack, "No chat today", severity="Low")
        slack.settle()
        start(slack)
        for page in pages_of(ref):
            assert "Not attached to Slack. It is as soon as that answers." in page
            assert "Slack had a fault (503)" in page
        slack.faults.choose = lambda number: PASS
        for _ in range(3):
            slack.clock.move(minutes=15)
            start(slack)
        assert all("Not attached" not in page for page in pages_of(ref))
        assert [ref in message["text"] for message in slack.channel()] == [True]
        home = Delivery.objects.get(thread=ref, kind="checklist").external_id
        channel, _, ts = home.partition("/")
        held = slack.channel(channel) if has_own else slack.thread(slack.channel()[0]["ts"])
        assert [m["ts"] for m in held if "checklist" in m["text"]] == [ts]
        assert len([c for c in slack.door.methods() if c == "conversations.create"]) == int(has_own)
