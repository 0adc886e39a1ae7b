"""Webhooks: programs that hear of chosen events, signed; with a test, and sending again what they missed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AfterValidator, AliasChoices, Field

from tocsin.api import answers, clock, once, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of, require_administrator
from tocsin.api.routes.deliveries import DeliveriesOut, DeliveryOut, page
from tocsin.api.tokens import secret_for_webhook
from tocsin.delivery import endpoints
from tocsin.delivery.models import WebhookEndpoint
from tocsin.incident import events

router = Router(tags=["Webhooks"])
router.add_decorator(once.answer_once)
Number = Annotated[int, Field(ge=1, le=2**53)]
EVENT_TYPES = tuple(
    sorted(
        name
        for name, kind in vars(events).items()
        if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
    )
)
EventTypes = Annotated[
    list[
        Annotated[str, Field(json_schema_extra={"enum": list(EVENT_TYPES)}), AfterValidator(lambda name: _known(name))]
    ],
    Field(max_length=100),
]


class WebhookOut(Schema):
    """A webhook without its key. `event_types` empty: it hears of all events."""

    number: int = Field(validation_alias=AliasChoices("pk", "number"))
    url: str
    event_types: list[str]
    is_active: bool
    made_at: datetime


class WebhooksOut(Schema):
    """All webhooks, oldest first."""

    webhooks: list[WebhookOut]


class WebhookIn(Asked):
    """A webhook to add. Of a private incident it hears only that there was an event."""

    url: words.NeededWebAddress
    event_types: EventTypes = []


class NewWebhookOut(Schema):
    """A new webhook. `secret` is shown here and never again; the receiver checks signatures with it."""

    secret: str
    webhook: WebhookOut


class WebhookChange(Asked):
    """What to change; what is left out stays."""

    event_types: EventTypes | None = None
    is_active: bool | None = None


class ReplayIn(Asked):
    """From when on."""

    since: words.Moment


class ReplayedOut(Schema):
    """How many messages are sent again."""

    count: int


@router.get("/webhooks", response=WebhooksOut, operation_id="list_webhooks", summary="List webhooks")
def list_webhooks(request: HttpRequest) -> WebhooksOut:
    """For administrators."""
    require_administrator(caller_of(request))
    return WebhooksOut(webhooks=[WebhookOut.model_validate(row) for row in WebhookEndpoint.objects.all()])


@router.post("/webhooks", response={201: NewWebhookOut}, operation_id="add_webhook", summary="Add a webhook")
@once.gives_a_secret
def add_webhook(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """For administrators. Messages are signed as Standard Webhooks says; the answer holds the key, once."""
    caller = caller_of(request)
    require_administrator(caller)
    secret = secret_for_webhook(once.key_of(request), caller.person.ref)
    made = WebhookEndpoint.objects.filter(secret=secret, url=body.url).first() if secret else None
    endpoint = made or endpoints.make(body.url, body.event_types, clock.now(), secret)
    answer = NewWebhookOut(secret=endpoint.secret, webhook=WebhookOut.model_validate(endpoint))
    response = answers.made(answer, status=201, location="/api/v1/webhooks")
    response["Cache-Control"] = "no-store"
    return response


@router.patch("/webhooks/{number}", response=WebhookOut, operation_id="change_webhook", summary="Change a webhook")
def change_webhook(request: HttpRequest, number: Number, body: WebhookChange) -> HttpResponse:
    """For administrators. Switched off, it hears of nothing more."""
    require_administrator(caller_of(request))
    endpoint = endpoints.get(number)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(endpoint, name, value)
    endpoint.save()
    return answers.made(WebhookOut.model_validate(endpoint))


@router.post("/webhooks/{number}/test", response={202: DeliveryOut}, operation_id="test_webhook", summary="Send a test")
def test_webhook(request: HttpRequest, number: Number) -> HttpResponse:
    """For administrators. Look at the webhook's deliveries to see how it went."""
    require_administrator(caller_of(request))
    delivery = endpoints.test(endpoints.get(number), clock.now())
    return answers.made(DeliveryOut.model_validate(delivery), status=202)


@router.post(
    "/webhooks/{number}/replay", response={202: ReplayedOut}, operation_id="replay_webhook", summary="Send it all again"
)
def replay_webhook(request: HttpRequest, number: Number, body: ReplayIn) -> HttpResponse:
    """For administrators. Each message has the id it had, so that a receiver knows what it has already."""
    require_administrator(caller_of(request))
    count = endpoints.replay(endpoints.get(number), body.since, clock.now())
    return answers.made(ReplayedOut(count=count), status=202)


@router.get(
    "/webhooks/{number}/deliveries",
    response=DeliveriesOut,
    operation_id="list_webhook_deliveries",
    summary="List a webhook's deliveries",
)
def list_webhook_deliveries(request: HttpRequest, number: Number) -> DeliveriesOut:
    """For administrators. The newest hundred."""
    require_administrator(caller_of(request))
    return page(endpoints.deliveries(endpoints.get(number)), 100)


def _known(name: str) -> str:
    if name not in EVENT_TYPES:
        raise ValueError("There is no event of this name; the timeline shows them as `type`.")
    return name
