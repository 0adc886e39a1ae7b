"""A process of its own that lives incidents or sends their messages: `fill`, `work` or `report`. The fault run kills it.

Run as `python -m tests.integrations.slack.slack_process COMMAND PLAN`, where PLAN is JSON: api_url, channel, incidents.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Plan = dict[str, Any]
UPDATES = 3


def now() -> datetime:
    return datetime.now(UTC)


def parts(plan: Plan) -> Any:
    from tests.integrations.slack.emulated import BOT_TOKEN, SECRET
    from tocsin.integrations.slack.config import SlackConfig
    from tocsin.integrations.slack.connect import connect

    config = SlackConfig(
        inbox=Path(os.environ["TOCSIN_DATA"]) / "inbox",
        bot_token=BOT_TOKEN,
        signing_secret=SECRET,
        api_url=plan["api_url"],
        channel_map={"*": plan["channel"], "c0harbour1": plan["channel"]},
        timeout_seconds=1,
    )
    return connect(config, now)


def fill(plan: Plan) -> None:
    """Live each incident: declared at High, told to its channel, updated, resolved."""
    from tests.integrations.slack.workspace import PLAYBOOK
    from tocsin.desk import playbooks, routes, writer
    from tocsin.desk.routes import Routes
    from tocsin.incident import commands as cmd
    from tocsin.people.models import Person

    slack = parts(plan)
    routes.hand_in(Routes(connectors=frozenset({"slack", "room"}), announcers=(slack.announcer,)))
    digest = playbooks.add(PLAYBOOK, "harbour.md", now=now())
    by = Person.objects.create_user("rosa@example.org", name="Rosa").ref
    for number in range(plan["incidents"]):
        declare = cmd.DeclareIncident(by=by, by_name="Rosa", title=f"Trouble {number}", severity="High")
        ref = writer.declare(declare, digest, key=f"declare {number}", now=now()).ref
        slack.acting.act(ref)
        for update in range(UPDATES):
            command = cmd.PostUpdate(by=by, text=f"Update {update} of trouble {number}")
            writer.run(ref, command, key=f"update {number} {update}", now=now())
        writer.run(ref, cmd.ResolveIncident(by=by, summary="It works."), key=f"resolve {number}", now=now())
        slack.acting.act(ref)


def work(plan: Plan) -> None:
    """Send until killed."""
    from tocsin.delivery.retry import RetryPolicy
    from tocsin.delivery.worker import Worker
    from tocsin.integrations.room.send import RoomConnector

    policy = RetryPolicy(
        first=timedelta(milliseconds=50), cap=timedelta(milliseconds=500), unclear_least=timedelta(milliseconds=1500)
    )
    worker = Worker(
        {"slack": parts(plan).connector, "room": RoomConnector()},
        now,
        policy=policy,
        lease=timedelta(seconds=plan["lease_seconds"]),
        poll_seconds=0.1,
    )
    print("ready", flush=True)
    worker.run_forever(threading.Event())


def report(plan: Plan) -> None:
    """Wait until nothing waits, or the time is up, and print every delivery with what became of it."""
    from django.db.models import Count

    from tocsin.delivery.models import Attempt, Delivery

    ends_at = time.monotonic() + plan["settle_seconds"]
    while Delivery.objects.filter(status__in=["queued", "sending"]).exists() and time.monotonic() < ends_at:
        threading.Event().wait(0.1)
    columns = ("identity", "thread", "kind", "status", "data__method", "external_id")
    rows = list(Delivery.objects.filter(connector="slack").order_by("position").values_list(*columns))
    outcomes = Attempt.objects.order_by().values_list("outcome").annotate(Count("pk"))
    print(json.dumps({"rows": rows, "outcomes": dict(outcomes)}))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()
    {"fill": fill, "work": work, "report": report}[sys.argv[1]](json.loads(sys.argv[2]))
