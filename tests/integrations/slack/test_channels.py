"""Where incidents are told: a channel of their own, a private one, a drill's, or another by the channel map."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.workspace import Workspace, workspace
from tests.outside.fault_proxy import CUT_HTTP, PASS, http_answer
from tocsin.delivery.models import Delivery
from tocsin.desk import writer
from tocsin.incident import commands as cmd
from tocsin.integrations.slack.config import BadChannelMapError, read_channel_map
from tocsin.people.models import Person
from tocsin.store import queries

pytestmark = pytest.mark.django_db(transaction=True)


def own_channel(slack: Workspace, ref: str) -> dict[str, object]:
    channel = Delivery.objects.get(thread=ref, kind="channel").external_id
    return dict(slack.client.conversations_info(channel=channel)["channel"])


def test_each_incident_has_a_channel_of_its_own_where_the_settings_say_so(tmp_path: Path) -> None:
    """It has a name, a topic, a bookmark and its people, is pointed to, and is archived when the incident closes."""
    with workspace(tmp_path, has_incident_channels=True) as slack:
        person = Person.objects.create_user("ana@example.org", name="Ana", access=Person.Access.ADMINISTRATOR)
        declare = cmd.DeclareIncident(by=person.ref, by_name="Ana", title="The lock is stuck!")
        digest = queries.PlaybookVersion.objects.get().digest
        ref = writer.declare(declare, digest, key="own", now=slack.clock.now).ref
        slack.settle()
        channel = own_channel(slack, ref)
        assert str(channel["name"]).startswith("inc-1-the-lock-is-stuck")
        assert "The lock is stuck" in channel["topic"]["value"]  # type: ignore[index]
        place = str(channel["id"])
        assert [b["link"] for b in slack.client.bookmarks_list(channel_id=place)["bookmarks"]]
        assert slack.users["ana"] in slack.client.conversations_members(channel=place)["members"]
        assert [m["text"].partition(":")[0] for m in slack.channel(place)][-2:] == [
            f"{ref} The lock is stuck!",
            f"{ref} checklist",
        ]
        assert any(ref in message["text"] for message in slack.channel())
        for number, command in enumerate((cmd.ResolveIncident(by=person.ref), cmd.CloseIncident(by=person.ref))):
            writer.run(ref, command, key=f"end {number}", now=slack.clock.now)
        slack.settle()
        assert own_channel(slack, ref)["is_archived"] is True


def test_a_channel_is_made_once_however_the_line_fails(tmp_path: Path) -> None:
    with workspace(tmp_path, has_incident_channels=True) as slack:
        faults = [CUT_HTTP, PASS, CUT_HTTP]
        slack.faults.choose = lambda number: faults.pop(0) if faults else PASS
        ref = declare_in_the_room(slack, "Stuck again")
        for _ in range(12):
            slack.clock.move(seconds=10)
            slack.settle()
        channels = slack.client.conversations_list(limit=1000, types="public_channel,private_channel")["channels"]
        assert [c["name"] for c in channels if "stuck-again" in c["name"]] == [own_channel(slack, ref)["name"]]
        assert len([m for m in slack.channel(own_channel(slack, ref)["id"]) if "checklist" in m["text"]]) == 1  # type: ignore[arg-type]


def test_a_private_incident_is_told_in_a_private_channel_and_nowhere_else(tmp_path: Path) -> None:
    with workspace(tmp_path) as slack:
        ref = declare_in_the_room(slack, "Keys were copied", is_private=True, severity="High")
        slack.settle()
        assert own_channel(slack, ref)["is_private"] is True
        assert not any("Keys were copied" in str(slack.channel(name)) for name in slack.channels)


def test_a_private_incident_is_never_made_public(tmp_path: Path) -> None:
    """Where Slack refuses the private channel nothing is posted at all, and the room says what to do instead."""
    with workspace(tmp_path) as slack:
        refusal = http_answer(200, {"Content-Type": "application/json"}, b'{"ok":false,"error":"restricted_action"}')
        slack.faults.choose = lambda number: refusal if number == slack.faults.connections - 1 == 0 else PASS
        ref = declare_in_the_room(slack, "Keys were copied", is_private=True)
        slack.settle()
        failed = Delivery.objects.get(thread=ref, kind="channel")
        assert failed.status == "failed"
        assert "Go on in the room" in failed.mend
        rest = Delivery.objects.filter(thread=ref, connector="slack").exclude(pk=failed.pk)
        assert {row.status for row in rest} == {"failed"}
        assert not any("Keys were copied" in str(slack.channel(name)) for name in slack.channels)
        assert "chat.postMessage" not in slack.door.methods()


def test_a_drill_is_told_in_the_drills_channel_and_says_so(tmp_path: Path) -> None:
    with workspace(tmp_path) as slack:
        drills = slack.channels["drills"]
    with workspace(tmp_path / "again", drill_channel=drills) as slack:
        ref = declare_in_the_room(slack, "Fire in the hold", is_drill=True, severity="High")
        slack.settle()
        told = [message["text"] for message in slack.channel(drills)]
        assert told
        assert all(text.startswith("[Drill]") for text in told if ref in text)
        assert slack.channel() == []


def test_a_channel_map_sends_everything_elsewhere(tmp_path: Path) -> None:
    with workspace(tmp_path) as slack:
        staging = slack.channels["staging"]
    with workspace(tmp_path / "again", channel_map={"*": staging}) as slack:
        ref = declare_in_the_room(slack, "Trying it out", severity="High")
        slack.settle()
        assert any(ref in message["text"] for message in slack.channel(staging))
        assert slack.channel() == []


def test_a_channel_map_is_read_and_a_bad_pair_is_named() -> None:
    assert read_channel_map("#General=C1, SecOps = C2,\n*=C3") == {"#general": "C1", "secops": "C2", "*": "C3"}
    assert read_channel_map("") == {}
    with pytest.raises(BadChannelMapError, match="nothing here"):
        read_channel_map("nothing here")


def test_declaring_works_while_slack_is_down_and_slack_is_attached_when_it_answers(tmp_path: Path) -> None:
    with workspace(tmp_path) as slack:
        slack.faults.choose = lambda number: http_answer(503)
        ref = declare_in_the_room(slack, "No chat today")
        slack.settle()
        waiting = Delivery.objects.get(thread=ref, kind="declared", connector="slack")
        assert (waiting.status, "Slack had a fault" in waiting.last_error) == ("queued", True)
        slack.faults.choose = lambda number: PASS
        slack.clock.move(minutes=15)
        slack.settle()
        assert [ref in message["text"] for message in slack.channel()] == [True]
