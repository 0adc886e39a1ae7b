"""Deliveries: what was sent to whom, what was not and why; try again, or give up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AliasChoices, Field, StringConstraints

from tocsin.api import answers, clock, once, reach, words
from tocsin.api.callers import Caller, caller_of
from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.delivery.queue import DeliveryNotFoundError
from tocsin.people.access import NotAllowedError
from tocsin.store.queries import IncidentNotFoundError

router = Router(tags=["Deliveries"])
router.add_decorator(once.answer_once)
Identity = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[!-~]+$")]


class DeliveryOut(Schema):
    """One message to one destination. `mend` says what a person has to do when it could not be sent."""

    identity: str
    incident: str = Field(validation_alias=AliasChoices("thread", "incident"))
    connector: str
    address: str
    kind: str
    subject: str
    text: str
    status: Literal["queued", "sending", "sent", "failed", "cancelled", "replaced"]
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str
    mend: str
    external_url: str


class DeliveriesOut(Schema):
    """Deliveries, newest first. `next` is the cursor of the page after this one, null on the last."""

    deliveries: list[DeliveryOut]
    next: str | None


@router.get(
    "/incidents/{ref}/deliveries",
    response=DeliveriesOut,
    operation_id="list_deliveries",
    summary="List an incident's deliveries",
)
def list_deliveries(
    request: HttpRequest,
    ref: words.Ref,
    status: Literal["queued", "sending", "sent", "failed", "cancelled", "replaced"] | None = None,
    cursor: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$")] | None = None,
    limit: Annotated[int, Field(ge=1, le=200)] = Query(default=100),
) -> DeliveriesOut:
    """Newest first, notices in the room included."""
    reach.load(caller_of(request), ref)
    rows = queue.deliveries(ref).order_by("-position")
    rows = rows.filter(status=status) if status else rows
    return page(rows.filter(position__lt=int(cursor)) if cursor else rows, limit)


@router.post(
    "/deliveries/{identity}/retry", response=DeliveryOut, operation_id="retry_delivery", summary="Try again at once"
)
def retry_delivery(request: HttpRequest, identity: Identity) -> HttpResponse:
    """For one that waits or could not be sent."""
    return _changed(request, identity, queue.retry)


@router.post(
    "/deliveries/{identity}/cancel", response=DeliveryOut, operation_id="cancel_delivery", summary="Give it up"
)
def cancel_delivery(request: HttpRequest, identity: Identity) -> HttpResponse:
    """For one that waits or could not be sent; what has left cannot be called back."""
    return _changed(request, identity, queue.cancel)


def page(rows: QuerySet[Delivery], limit: int) -> DeliveriesOut:
    """Return the first page of `rows`, which are newest first."""
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    shown = [DeliveryOut.model_validate(row) for row in found[:limit]]
    return DeliveriesOut(deliveries=shown, next=str(last.position) if last else None)


def _changed(request: HttpRequest, identity: str, change: Callable[[str, datetime], Delivery]) -> HttpResponse:
    _require(caller_of(request), identity)
    return answers.made(DeliveryOut.model_validate(change(identity, clock.now())))


def _require(caller: Caller, identity: str) -> None:
    """Let those pass who may act in the delivery's incident. *Raises* DeliveryNotFoundError, NotAllowedError."""
    delivery = Delivery.objects.filter(identity=identity).first()
    if delivery is None:
        raise DeliveryNotFoundError
    try:
        reach.load(caller, delivery.thread)
    except IncidentNotFoundError as error:
        if not caller.person.is_administrator:
            raise DeliveryNotFoundError from error
    if not caller.person.may_respond:
        raise NotAllowedError(
            "This needs responder access. Ask an administrator, or somebody in the incident to do it."
        )
