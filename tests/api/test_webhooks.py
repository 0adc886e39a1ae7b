"""Programs hear of the events they chose, signed with their own key; what they missed can be sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from tests.api import scene
from tests.outside.http_receiver import HttpReceiver
from tocsin.delivery import endpoints
from tocsin.delivery.worker import Worker
from tocsin.desk import routes
from tocsin.desk.routes import Routes
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings


@pytest.fixture
def receiver(digest: str) -> Iterator[HttpReceiver]:
    """A program that listens, on an installation that can reach webhooks."""
    before = routes.current()
    routes.hand_in(Routes(connectors=frozenset({"room", "webhook"})))
    with HttpReceiver() as listening:
        yield listening
    routes.hand_in(before)


def _send(hands: scene.HandClock) -> None:
    hands.forward(seconds=1)
    connector = WebhookConnector(WebhookSettings(), secret_for=endpoints.secret_for)
    Worker({"webhook": connector}, hands.now).run_due(hands.now())


def _add(rosa: scene.Caller, receiver: HttpReceiver, *event_types: str) -> tuple[int, str]:
    answer = rosa.post("/webhooks", {"url": receiver.url, "event_types": list(event_types)})
    assert answer.status == 201, answer.json
    return answer.json["webhook"]["number"], answer.json["secret"]


def test_a_webhook_hears_of_chosen_events_signed_with_its_key(
    rosa: scene.Caller, receiver: HttpReceiver, hands: scene.HandClock
) -> None:
    _, secret = _add(rosa, receiver, "SeverityAssigned")
    rosa.post("/incidents/INC-1/notes", {"text": "not told"})
    rosa.post("/incidents/INC-1/severity", {"severity": "High"})
    _send(hands)
    assert [json.loads(posted.body)["data"]["data"]["type"] for posted in receiver.accepted] == ["SeverityAssigned"]
    posted = receiver.accepted[0]
    assert Webhook(secret).verify(posted.body.decode(), posted.headers)["type"] == "event"


def test_a_test_arrives_and_shows_among_the_deliveries(
    rosa: scene.Caller, receiver: HttpReceiver, hands: scene.HandClock
) -> None:
    number, _ = _add(rosa, receiver, "IncidentClosed")
    assert rosa.post(f"/webhooks/{number}/test").status == 202
    _send(hands)
    assert json.loads(receiver.accepted[0].body)["type"] == "test"
    shown = rosa.get(f"/webhooks/{number}/deliveries").json["deliveries"]
    assert [(row["kind"], row["status"]) for row in shown] == [("test", "sent")]


def test_what_was_missed_is_sent_again_with_the_same_ids(
    rosa: scene.Caller, receiver: HttpReceiver, hands: scene.HandClock
) -> None:
    number, _ = _add(rosa, receiver, "NoteAdded")
    rosa.post("/incidents/INC-1/notes", {"text": "early"})
    _send(hands)
    hands.forward(hours=1)
    rosa.post("/incidents/INC-1/notes", {"text": "late"})
    _send(hands)
    first = [posted.id for posted in receiver.accepted]
    since = (scene.T0 + timedelta(minutes=30)).isoformat()
    assert rosa.post(f"/webhooks/{number}/replay", {"since": since}).json == {"count": 1}
    _send(hands)
    assert [posted.id for posted in receiver.accepted] == [*first, first[1]]
    assert rosa.post(f"/webhooks/{number}/replay", {"since": scene.T0.isoformat()}).json == {"count": 2}
    _send(hands)
    assert [posted.id for posted in receiver.accepted][3:] == first


def test_one_that_is_switched_off_hears_nothing(
    rosa: scene.Caller, receiver: HttpReceiver, hands: scene.HandClock
) -> None:
    number, _ = _add(rosa, receiver)
    assert rosa.call("PATCH", f"/webhooks/{number}", {"is_active": False}).status == 200
    rosa.post("/incidents/INC-1/notes", {"text": "unheard"})
    _send(hands)
    assert receiver.accepted == []


def test_of_a_private_incident_it_hears_only_that_there_was_something(
    rosa: scene.Caller, receiver: HttpReceiver, hands: scene.HandClock
) -> None:
    _add(rosa, receiver, "IncidentDeclared")
    rosa.post("/incidents", {"title": "Somebody's account", "is_private": True})
    _send(hands)
    assert b"IncidentDeclared" in receiver.accepted[0].body
    assert b"account" not in receiver.accepted[0].body


def test_the_key_is_shown_once(rosa: scene.Caller, receiver: HttpReceiver) -> None:
    body = {"url": receiver.url}
    first = rosa.post("/webhooks", body, Idempotency_Key="k")
    assert rosa.post("/webhooks", body, Idempotency_Key="k").json == first.json
    assert first.json["secret"] not in json.dumps(rosa.get("/webhooks").json)
    assert rosa.post("/webhooks", body).json["type"] == "/api/v1/problems/endpoint-taken"


def test_webhooks_are_for_administrators(sam: scene.Caller) -> None:
    assert sam.get("/webhooks").status == 403
    assert sam.post("/webhooks", {"url": "https://hooks.example.org/"}).status == 403
    assert sam.post("/webhooks/1/test").status == 403


def test_an_event_that_does_not_exist_cannot_be_chosen(rosa: scene.Caller) -> None:
    answer = rosa.post("/webhooks", {"url": "https://hooks.example.org/", "event_types": ["IncidentExploded"]})
    assert answer.status == 422
