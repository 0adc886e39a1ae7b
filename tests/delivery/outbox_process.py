"""A process of its own that uses the outbox: `fill`, `work` or `report`. The fault run starts it, and kills it.

Run as `python -m tests.delivery.outbox_process COMMAND PLAN`, where PLAN is JSON: ports, count, threads.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Plan = dict[str, Any]
SENDER_DOMAIN = "tocsin.example"


def destinations(plan: Plan) -> list[tuple[str, str]]:
    """Return (connector, address) of the places that messages go to in turn."""
    return [
        ("email", "rosa@example.org"),
        ("askable", f"http://127.0.0.1:{plan['askable']}/hook"),
        ("email", "sam@example.org"),
        ("webhook", f"http://127.0.0.1:{plan['webhook']}/hook"),
    ]


def messages(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Yield (identity, connector, address, thread) of every message, in order."""
    places = destinations(plan)
    for number in range(plan["count"]):
        connector, address = places[number % len(places)]
        yield f"m:{number}", connector, address, f"INC-{number // len(places) % plan['threads']}"


def fill(plan: Plan) -> None:
    from tocsin.delivery import queue
    from tocsin.delivery.ports import Destination, Outgoing

    for identity, connector, address, thread in messages(plan):
        outgoing = Outgoing(identity, Destination(connector, address), "update", thread, identity, "Words.")
        queue.enqueue(outgoing, now=datetime.now(UTC))


def work(plan: Plan) -> None:
    from tests.integrations.counterparts import SIGNING_KEY, AskableWebhookConnector
    from tocsin.delivery.ports import Connector
    from tocsin.delivery.retry import RetryPolicy
    from tocsin.delivery.worker import Worker
    from tocsin.integrations.email.send import EmailConnector, EmailSettings
    from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings

    class Askable(AskableWebhookConnector):
        name = "askable"

    sender = f"Tocsin <tocsin@{SENDER_DOMAIN}>"
    settings = EmailSettings("127.0.0.1", plan["email"], security="none", sender=sender, timeout_seconds=1)
    connectors: list[Connector] = [
        EmailConnector(settings),
        WebhookConnector(WebhookSettings(SIGNING_KEY, timeout_seconds=1)),
        Askable(WebhookSettings(SIGNING_KEY, timeout_seconds=1)),
    ]
    worker = Worker(
        {connector.name: connector for connector in connectors},
        lambda: datetime.now(UTC),
        policy=RetryPolicy(
            first=timedelta(milliseconds=50), cap=timedelta(milliseconds=500), unclear_least=timedelta(seconds=2)
        ),
        lease=timedelta(seconds=plan["lease_seconds"]),
        poll_seconds=0.1,
    )
    print("ready", flush=True)
    worker.run_forever(threading.Event())


def report(plan: Plan) -> None:
    """Wait until everything is settled, or the time is up, and print what the outbox says."""
    from django.db.models import Count

    from tocsin.delivery.models import Attempt, Delivery

    ends_at = time.monotonic() + plan["settle_seconds"]
    open_rows = Delivery.objects.filter(status__in=["queued", "sending"])
    while open_rows.exists() and time.monotonic() < ends_at:
        threading.Event().wait(0.05)
    statuses = Delivery.objects.order_by().values_list("status").annotate(Count("pk"))
    outcomes = Attempt.objects.order_by().values_list("outcome").annotate(Count("pk"))
    print(json.dumps({"statuses": dict(statuses), "outcomes": dict(outcomes)}))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()
    {"fill": fill, "work": work, "report": report}[sys.argv[1]](json.loads(sys.argv[2]))
