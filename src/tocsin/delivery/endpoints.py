"""Addresses of programs that hear of events: who hears of what, with which key each is signed, and sending again.

Sends nothing itself: what it queues leaves by the webhook connector. Keys are kept as they are, since signing needs them.
*Source*: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tocsin.delivery import bell, queue
from tocsin.delivery.models import Delivery, WebhookEndpoint
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.errors import NotFoundError, RefusedError

CONNECTOR = "webhook"


class EndpointNotFoundError(NotFoundError):
    """There is no such webhook. List them to see their numbers."""


class EndpointTakenError(RefusedError):
    """There is a webhook to this address already. Change which events it hears of instead."""


def make(url: str, event_types: Sequence[str], now: datetime, secret: str | None = None) -> WebhookEndpoint:
    """Store a new endpoint with a key of its own. *Raises* EndpointTakenError."""
    try:
        with transaction.atomic():
            return WebhookEndpoint.objects.create(
                url=url, event_types=sorted(set(event_types)), secret=secret or new_secret(), made_at=now
            )
    except IntegrityError as error:
        raise EndpointTakenError from error


def get(number: int) -> WebhookEndpoint:
    """Return an endpoint, switched off or not. *Raises* EndpointNotFoundError."""
    found = WebhookEndpoint.objects.filter(pk=number).first()
    if found is None:
        raise EndpointNotFoundError
    return found


def active() -> tuple[WebhookEndpoint, ...]:
    """Return those that are switched on, oldest first."""
    return tuple(WebhookEndpoint.objects.filter(is_active=True).order_by("pk"))


def secret_for(url: str) -> str | None:
    """Return the key that signs what goes to `url`, or None when it is none of ours."""
    return WebhookEndpoint.objects.filter(url=url).values_list("secret", flat=True).first()


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def test(endpoint: WebhookEndpoint, now: datetime) -> Delivery:
    """Queue a message that says that it is a test."""
    outgoing = Outgoing(
        identity=f"webhook-{endpoint.pk}.test.{secrets.token_hex(8)}",
        destination=Destination(CONNECTOR, endpoint.url),
        kind="test",
        thread=endpoint.thread,
        subject="Test of a webhook",
        text="This is a test. Nothing happened.",
        data={"type": "Test", "at": now.isoformat()},
    )
    return queue.enqueue(outgoing, now=now)


def replay(endpoint: WebhookEndpoint, since: datetime, now: datetime) -> int:
    """Send all that was queued for it since then again, in order, each with its own id; return how many.

    What waits already is left as it is, and what was cancelled stays so.
    """
    rows = Delivery.objects.filter(connector=CONNECTOR, address=endpoint.url, created_at__gte=since)
    ended = rows.filter(status__in=[Delivery.Status.SENT, Delivery.Status.FAILED])
    count = ended.update(
        status=Delivery.Status.QUEUED, next_attempt_at=None, give_up_at=None, mend="", is_unclear=False
    )
    transaction.on_commit(bell.ring_all)
    return count


def deliveries(endpoint: WebhookEndpoint) -> QuerySet[Delivery]:
    """Return what was queued for it, newest first."""
    return Delivery.objects.filter(connector=CONNECTOR, address=endpoint.url).order_by("-position")
