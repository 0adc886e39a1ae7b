"""What Slack refuses for good stops at once, is shown in the room with what to do, and goes the other way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.test_faults import say
from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.workspace import Workspace, workspace
from tests.outside.fault_proxy import PASS, Fault, http_answer
from tests.outside.smtp import SmtpServer
from tests.web.rooms import room, words_of
from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.desk import writer
from tocsin.incident import commands as cmd
from tocsin.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


def refusal(code: str) -> Fault:
    """Return the answer of a Slack that will not, whatever is tried."""
    return http_answer(200, {"Content-Type": "application/json"}, json.dumps({"ok": False, "error": code}).encode())


def pages_of(ref: str) -> list[str]:
    """Return what the room and its page of deliveries say to a commander."""
    person, _ = Person.objects.get_or_create(email="kay@example.org", name="Kay", access=Person.Access.COMMANDER)
    client = Client()
    client.force_login(person)
    return [room(client, ref), words_of(client.get(f"/incidents/{ref}/deliveries/"))]


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("invalid_auth", "Install the app again (docs/slack.md) and set TOCSIN_SLACK_BOT_TOKEN to the new token."),
        ("not_in_channel", "Invite the app to the channel in Slack (/invite @tocsin), or map another channel"),
        ("channel_not_found", "Invite the app to the channel in Slack (/invite @tocsin), or map another channel"),
        ("is_archived", "Unarchive the channel in Slack"),
    ],
)
def test_a_refusal_stops_at_once_and_the_room_says_that_slack_is_not_attached_and_what_to_do(
    slack: Workspace, code: str, mend: str
) -> None:
    slack.faults.choose = lambda number: refusal(code)
    before = slack.faults.connections
    ref = declare_in_the_room(slack, "The lock is stuck")
    slack.settle()
    slack.clock.move(hours=3)
    slack.settle()
    assert slack.faults.connections - before == 1  # One try; what hangs on it is not even asked.
    failed = Delivery.objects.get(thread=ref, kind="declared", connector="slack")
    assert (failed.status, failed.attempts) == ("failed", 1)
    for page in pages_of(ref):
        assert f"Slack refused chat.postMessage: {code}." in page
        assert mend in page
        assert "Not attached to Slack" in page


def test_once_mended_a_press_attaches_it_and_the_room_no_longer_complains(slack: Workspace) -> None:
    slack.faults.choose = lambda number: refusal("not_in_channel")
    ref = declare_in_the_room(slack, "The lock is stuck")
    slack.settle()
    slack.faults.choose = lambda number: PASS
    assert queue.retry_failed("slack", slack.clock.now) > 1
    slack.settle()
    assert [ref in message["text"] for message in slack.channel()] == [True]
    assert all("Not attached to Slack" not in page for page in pages_of(ref))


def test_only_the_place_that_refuses_is_left_out(slack: Workspace) -> None:
    """A thread goes on after one of its messages was refused."""
    ref, thread = declare(slack, severity="High")
    faults = [refusal("not_in_channel")]
    slack.faults.choose = lambda number: faults.pop() if faults else PASS
    say(slack, ref, 1)
    say(slack, ref, 2)
    slack.settle()
    texts = [message["text"] for message in slack.thread(thread) if message["text"].startswith("Update")]
    assert [text.rpartition(" ")[2] for text in texts] == ["2."]


def test_a_direct_message_that_slack_refuses_goes_by_mail(tmp_path: Path) -> None:
    """Whoever Slack does not know is told of their step by e-mail, with the reason, once."""
    with SmtpServer() as server, workspace(tmp_path, smtp_port=server.port) as slack:
        ref = declare_in_the_room(slack, "The lock is stuck", severity="High")
        assign_to_a_stranger(ref, slack)
        slack.settle()
        slack.settle()
        failed = Delivery.objects.get(thread=ref, kind="assigned", connector="slack")
        assert (failed.status, failed.attempts) == ("failed", 1)
        (mail,) = server.accepted
        assert mail.recipients == ["pat@example.org"]
        words = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "Rosa gave you a step: Start a video call." in " ".join(words.split())
        assert "users_not_found" in words
        assert f"/incidents/{ref}" in words
        assert all("by e-mail" in page or "pat@example.org" in page for page in pages_of(ref))


def test_of_a_private_incident_the_mail_says_nothing(tmp_path: Path) -> None:
    with SmtpServer() as server, workspace(tmp_path, smtp_port=server.port) as slack:
        ref = declare_in_the_room(slack, "Keys were copied", is_private=True)
        assign_to_a_stranger(ref, slack)
        slack.settle()
        slack.settle()
        (mail,) = server.accepted
        assert ref in str(mail.message["Subject"])
        assert b"Keys" not in mail.content
        assert "video call" not in mail.content.decode()


def assign_to_a_stranger(ref: str, slack: Workspace) -> None:
    """Give a step to somebody who is not in the Slack workspace."""
    rosa = Person.objects.get(email="rosa@example.org").ref
    pat = Person.objects.create_user("pat@example.org", name="Pat").ref
    commands = (
        cmd.JoinIncident(by=rosa, person=pat, name="Pat"),
        cmd.AssignStep(by=rosa, step="start-2", person=pat),
    )
    for number, command in enumerate(commands):
        writer.run(ref, command, key=f"assign {number}", now=slack.clock.now)
