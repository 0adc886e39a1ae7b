"""Slack asks for quiet, or is away for an hour: what waits, what goes on, what is left out, and what says how late it is."""

from __future__ import annotations

from datetime import timedelta

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.test_faults import nth, numbers, say, work_until_quiet
from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.workspace import T0, Workspace
from tests.outside.fault_proxy import DROP, PASS, http_answer
from tocsin.delivery.models import Delivery, Pause
from tocsin.desk import writer
from tocsin.incident import commands as cmd
from tocsin.store import queries


def run(slack: Workspace, ref: str, command: cmd.Command) -> None:
    writer.run(ref, command, key=f"{ref} {command}", now=slack.clock.now)


def lead_of(ref: str) -> str:
    return str(queries.load(ref).state.declared_by)


def test_while_one_channel_waits_other_channels_methods_and_people_go_on(slack: Workspace) -> None:
    """Slack asks for 30 seconds of quiet from posts to one channel. Posts there keep their order and their wait."""
    first, thread = declare(slack, severity="High")
    second = declare_in_the_room(slack, "Another berth")
    slack.settle()
    by = lead_of(first)
    slack.press("ben", "incident:join", {"ref": first})
    slack.settle()
    ben = next(ref for ref, name in queries.load(first).state.responders.items() if name == "Ben Okafor")
    slack.faults.choose = nth(http_answer(429, {"Retry-After": "30"}))
    asked = len(slack.door.calls)
    run(slack, first, cmd.NoteImpact(by=by, text="Nothing moves"))
    slack.settle()
    assert [pause.scope for pause in Pause.objects.all()] == [f"chat.postMessage {slack.channels['general-ops']}"]

    run(slack, first, cmd.NotifyAudience(by=by, audience="SecOps", text="Look at this"))  # another channel
    run(slack, first, cmd.AssignStep(by=by, step="start-2", person=ben))  # a person
    run(slack, second, cmd.CompleteStep(by=lead_of(second), step="start-2"))  # an edit in the same channel
    slack.settle()
    told = [(call.method, call.arguments["channel"]) for call in slack.door.calls[asked:] if "channel" in call.arguments]
    assert told == []
