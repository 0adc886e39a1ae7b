"""Slack asks for quiet, or is away for an hour: what waits, what goes on, what is left out, and what says how late it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.integrations.slack.emulated import CAST
from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.test_faults import nth, say, work_until_quiet
from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.workspace import T0, Workspace
from tests.outside.fault_proxy import DROP, PASS, http_answer
from tocsin.delivery.models import Delivery, Pause
from tocsin.desk import writer
from tocsin.incident import commands as cmd
from tocsin.store import queries


def run(slack: Workspace, ref: str, command: cmd.Command) -> None:
    writer.run(ref, command, key=f"{ref} {command}", now=slack.clock.now)


def posted(slack: Workspace, since: int) -> list[tuple[str, str]]:
    """Return what was posted and edited since a call, in order, and where."""
    names = {place: name for name, place in slack.channels.items()}
    names |= {
        slack.client.conversations_open(users=[user])["channel"]["id"]: who
        for who in CAST
        for user in [slack.users[who]]
    }
    calls = [call for call in slack.door.calls[since:] if call.method in {"chat.postMessage", "chat.update"}]
    return [(call.method, names[call.arguments["channel"]]) for call in calls]


def lead_of(ref: str) -> str:
    return str(queries.load(ref).state.declared_by)


def test_while_one_channel_waits_other_channels_methods_and_people_go_on(slack: Workspace) -> None:
    """Slack asks for 30 seconds of quiet from posts to one channel. Posts there keep their order and their wait."""
    first, _ = declare(slack, severity="High")
    second = declare_in_the_room(slack, "Another berth")
    slack.settle()
    by = lead_of(first)
    slack.press("ben", "incident:join", {"ref": first})
    slack.settle()
    ben = next(ref for ref, name in queries.load(first).state.responders.items() if name == "Ben Okafor")
    slack.faults.choose = nth(http_answer(429, {"Retry-After": "30"}))
    run(slack, first, cmd.DescribeImpact(by=by, text="Nothing moves"))
    slack.settle()
    held = Delivery.objects.get(kind="impact", thread=first)
    assert [pause.scope for pause in Pause.objects.all()] == [f"chat.postMessage {slack.channels['general-ops']}"]

    began = len(slack.door.calls)
    run(slack, first, cmd.NotifyAudience(by=by, audience="SecOps", text="Look at this"))  # another channel
    run(slack, first, cmd.AssignStep(by=by, step="start-2", person=ben))  # a person
    run(slack, second, cmd.CompleteStep(by=lead_of(second), step="start-2"))  # another method in the same channel
    slack.settle()
    run(slack, second, cmd.DescribeImpact(by=lead_of(second), text="A little"))  # a post to the channel that waits
    slack.settle()
    went_on = [("chat.postMessage", "security-team"), ("chat.postMessage", "ben"), ("chat.update", "general-ops")]
    assert posted(slack, began) == went_on
    slack.clock.move(seconds=29)
    slack.settle()
    assert posted(slack, began) == went_on
    slack.clock.move(seconds=1)
    slack.settle()
    post, edit = ("chat.postMessage", "general-ops"), ("chat.update", "general-ops")
    assert posted(slack, began)[3:] == [post, edit, post, edit]
    rows = Delivery.objects.filter(connector="slack", status="sent", position__gte=held.position).order_by(
        "sent_at", "position"
    )
    kinds = ["told", "assigned", "checklist-edit"], ["impact", "checklist-edit"] * 2
    assert [(row.kind, row.sent_at - T0) for row in rows] == [
        *((kind, timedelta()) for kind in kinds[0]),
        *((kind, timedelta(seconds=30)) for kind in kinds[1]),
    ]


def test_an_hour_without_slack_leaves_out_what_newer_ones_replaced(slack: Workspace) -> None:
    """Of the reminders of one promise and of the drafts of one report the newest arrives, and says how late it is."""
    ref, thread = declare(slack, severity="High")
    by = lead_of(ref)
    slack.press("dora", f"role:take|{ref}", None, selected_option={"value": "communications lead"})
    slack.settle()
    before = len(slack.thread(thread))
    queued = Delivery.objects.latest("position").position
    slack.faults.choose = lambda number: DROP
    for version in ("First", "Second"):
        run(slack, ref, cmd.DraftReport(by=by, text=f"{version} words"))
    slack.pass_time(minutes=60)
    say(slack, ref, 1)
    slack.faults.choose = lambda number: PASS
    work_until_quiet(slack, hours=3)
    arrived = [_short(message) for message in slack.thread(thread)[before:]]
    assert arrived == [
        ("Incident report of INC-1 The lock is stuck, version 2, for review", "⌛ Sent 1 h 0 min late."),
        ("🆘 *Still overdue since", "⌛ Sent 5 min late."),
        ("📣 *If the incident is lasting more than 60 minutes", ""),
        ("Update 1 on INC-1 The lock is stuck: Number 1.", ""),
    ]
    assert [_short(message) for message in slack.directs("dora")] == [
        ("🆘 *Still overdue since", "⌛ Sent 20 min late."),
        ("⏳ *Due", "⌛ Sent 10 min late."),
    ]
    replaced = Delivery.objects.filter(status="replaced", position__gt=queued).values_list("kind", flat=True)
    assert Counter(replaced) == {"reminder": 5, "report": 1, "checklist-edit": 3}


def _short(message: Mapping[str, Any]) -> tuple[str, str]:
    """Return the beginning of a message, and how late it says that it is."""
    ends = [element.get("text", "") for element in message["blocks"][-1].get("elements", [])]
    text = str(message["text"]).partition("<!date")[0].partition(" or customers")[0].strip()
    return text, next((str(end) for end in ends if "late" in str(end)), "")
