"""Whatever Slack or the line does, each message is there once, in order, or the room says why not and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integrations.slack.test_declare import declare
from tests.integrations.slack.test_refusals import declare_in_the_room
from tests.integrations.slack.workspace import T0, Workspace, workspace
from tests.outside.fault_proxy import CUT_HTTP, DROP, PASS, Fault, http_answer
from tocsin.delivery import leases
from tocsin.delivery.models import Attempt, Delivery, Pause
from tocsin.desk import writer
from tocsin.incident import commands as cmd
from tocsin.store import queries

ANA = "ana"


def say(slack: Workspace, ref: str, number: int) -> None:
    """Post an update by the desk, as the room would."""
    person = next(iter(queries.load(ref).state.responders))
    writer.run(ref, cmd.PostUpdate(by=person, text=f"Number {number}."), key=f"say-{number}", now=slack.clock.now)


def numbers(slack: Workspace, thread: str) -> list[int]:
    """Return the numbers of the updates in the thread, as they stand there."""
    texts = [message["text"] for message in slack.thread(thread) if message["text"].startswith("Update")]
    return [int(text.rpartition("Number ")[2].rstrip(".")) for text in texts]


def nth(*faults: Fault) -> Callable[[int], Fault]:
    """Let the next connections meet these faults, and all later ones none."""
    waiting = list(faults)
    return lambda number: waiting.pop(0) if waiting else PASS


def work_until_quiet(slack: Workspace, hours: float = 2) -> None:
    """Let the worker work with time passing, until nothing waits."""
    ends_at = slack.clock.now + timedelta(hours=hours)
    while Delivery.objects.filter(status__in=["queued", "sending"]).exists() and slack.clock.now < ends_at:
        slack.clock.move(seconds=10)
        slack.worker.run_due(slack.clock.now)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param([CUT_HTTP], id="the line is cut after Slack took it"),
        pytest.param([CUT_HTTP, DROP, CUT_HTTP], id="cut, then unreachable, then cut while looking"),
        pytest.param([DROP, DROP], id="the line drops"),
        pytest.param([http_answer(500), http_answer(503)], id="Slack has a fault"),
        pytest.param(
            [http_answer(200, {"Content-Type": "application/json"}, b'{"ok":true,"ts":')], id="half an answer"
        ),
        pytest.param([Fault(delay_seconds=4)], id="slower than the time-out"),
    ],
)
def test_each_message_is_there_once_and_in_order(slack: Workspace, faults: list[Fault]) -> None:
    ref, thread = declare(slack)
    slack.faults.choose = nth(*faults)
    for number in range(1, 5):
        say(slack, ref, number)
    work_until_quiet(slack)
    assert numbers(slack, thread) == [1, 2, 3, 4]


def test_a_declaration_cut_off_after_acceptance_is_found_again(slack: Workspace) -> None:
    """The first message of an incident is looked for in the channel, and its thread hangs on it."""
    slack.type(ANA, "")
    slack.settle()
    slack.submit(ANA, title="The lock is stuck")
    assert slack.parts.inbox.settle()
    slack.faults.choose = nth(CUT_HTTP)
    work_until_quiet(slack)
    roots = [message for message in slack.channel() if "The lock is stuck" in message["text"]]
    assert len(roots) == 1
    assert "checklist" in slack.thread(roots[0]["ts"])[1]["text"]
    assert Attempt.objects.filter(outcome=Attempt.Outcome.FOUND).count() == 1


def test_a_worker_killed_between_sending_and_writing_down_repeats_nothing(slack: Workspace) -> None:
    ref, thread = declare(slack)
    say(slack, ref, 1)
    (lease,) = leases.take(slack.parts.connector, slack.clock.now, timedelta(seconds=30), at_most=1)
    slack.parts.connector.send(lease.outgoing)
    slack.clock.move(minutes=2)
    slack.worker.run_due(slack.clock.now)
    work_until_quiet(slack)
    assert numbers(slack, thread) == [1]


def test_429_waits_as_told_for_that_method_and_channel_only(slack: Workspace) -> None:
    """While one channel waits, another method and another place go on."""
    ref, thread = declare(slack)
    slack.faults.choose = nth(http_answer(429, {"Retry-After": "30"}))
    say(slack, ref, 1)
    slack.worker.run_due(slack.clock.now)
    assert numbers(slack, thread) == []
    pause = Pause.objects.get(connector="slack")
    assert (pause.scope, pause.until) == (
        f"chat.postMessage {slack.channels['general-ops']}",
        T0 + timedelta(seconds=30),
    )
    asked = len(slack.door.calls)
    slack.clock.move(seconds=29)
    slack.worker.run_due(slack.clock.now)
    assert "chat.postMessage" not in [call.method for call in slack.door.calls[asked:]]
    slack.clock.move(seconds=1)
    slack.worker.run_due(slack.clock.now)
    assert numbers(slack, thread) == [1]


def test_an_hour_without_slack_arrives_afterwards_in_order_once_and_says_how_late(slack: Workspace) -> None:
    """Edits that newer ones replaced are folded, and so are reminders."""
    ref, thread = declare(slack, severity="High")
    slack.faults.choose = lambda number: DROP
    for number in range(1, 4):
        say(slack, ref, number)
        slack.pass_time(minutes=20)
    slack.faults.choose = lambda number: PASS
    work_until_quiet(slack, hours=3)
    assert numbers(slack, thread) == [1, 2, 3]
    late = [m for m in slack.thread(thread) if m["text"].startswith("Update") and "late" in str(m["blocks"][-1])]
    assert len(late) == 3
    replaced = Delivery.objects.filter(status="replaced").values_list("kind", flat=True)
    assert {"checklist-edit"} <= set(replaced)


@pytest.mark.parametrize(
    ("settings", "words", "mend"),
    [
        ({"channel_map": {"c0harbour1": "C0NOWHERE"}}, "channel_not_found", "Invite the app"),
        ({"bot_token": "xoxb-weak"}, "missing_scope", "manifest"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_cannot_pass_stops_at_once_and_is_said_in_the_room(
    tmp_path: Path, settings: dict[str, object], words: str, mend: str
) -> None:
    """One try, the reason and what to do are kept, and the words reach the room another way."""
    with workspace(tmp_path, **settings) as slack:
        ref = declare_in_the_room(slack, "The lock is stuck")
        slack.settle()
        failed = Delivery.objects.get(thread=ref, kind="declared", connector="slack")
        assert (failed.status, failed.attempts) == ("failed", 1)
        assert words in failed.last_error
        assert mend in failed.mend
        notice = Delivery.objects.get(identity=f"{failed.identity}.fallback")
        assert (notice.connector, notice.status) == ("room", "sent")
        assert "The lock is stuck" in notice.text
