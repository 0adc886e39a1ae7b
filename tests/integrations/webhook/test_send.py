"""A webhook is signed so that the receiver's own library accepts it, and every answer is told apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.delivery.cast import NOW, message
from tests.integrations.counterparts import SIGNING_KEY
from tests.outside.http_receiver import HttpReceiver
from tocsin.delivery.ports import Destination, NotDeliveredError
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings, payload, webhook_id


def _now() -> datetime:
    return datetime.now(UTC)


def _failure(receiver: HttpReceiver, status: int, headers: dict[str, str] | None = None) -> NotDeliveredError:
    receiver.answers.append((status, headers or {}))
    connector = WebhookConnector(WebhookSettings(SIGNING_KEY), lambda: NOW)
    with pytest.raises(NotDeliveredError) as caught:
        connector.send(message(1, Destination("webhook", receiver.url)))
    return caught.value


def test_the_receivers_library_accepts_the_signature_and_nothing_forged() -> None:
    with HttpReceiver() as receiver:
        sent = message(1, Destination("webhook", receiver.url), text="Grüße", data={"severity": "High"}, queued_at=NOW)
        WebhookConnector(WebhookSettings(SIGNING_KEY), _now).send(sent)
    (posted,) = receiver.accepted
    body = Webhook(SIGNING_KEY).verify(posted.body, posted.headers)
    assert body == {
        "type": "update",
        "timestamp": "2026-03-02T09:00:00Z",
        "data": {
            "identity": sent.identity,
            "thread": "INC-1",
            "subject": "Update 1",
            "text": "Grüße",
            "html": "",
            "url": "",
            "data": {"severity": "High"},
        },
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SIGNING_KEY).verify(posted.body.replace(b"High", b"Low!"), posted.headers)


def test_every_try_has_the_same_id_and_body() -> None:
    with HttpReceiver() as receiver:
        sent = message(1, Destination("webhook", receiver.url), queued_at=NOW)
        for minutes in (0, 7):
            WebhookConnector(WebhookSettings(SIGNING_KEY), lambda: NOW + timedelta(minutes=minutes)).send(sent)  # noqa: B023
    first, second = receiver.accepted
    assert (first.id, first.body) == (second.id, second.body) == (webhook_id(sent.identity), payload(sent))
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_what_passes_is_tried_again(status: int) -> None:
    with HttpReceiver() as receiver:
        error = _failure(receiver, status)
    assert (error.is_permanent, error.is_unclear, error.retry_at) == (False, False, None)
    assert str(status) in error.message


@pytest.mark.parametrize(
    ("status", "mend"),
    [(400, "ask those"), (401, "TOCSIN_WEBHOOK_SECRET"), (404, "Nobody"), (410, "Nobody"), (422, "ask")],
)
def test_what_lasts_stops_at_once_and_says_what_to_do(status: int, mend: str) -> None:
    with HttpReceiver() as receiver:
        error = _failure(receiver, status)
    assert error.is_permanent and mend in error.mend


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_its_place_is_named(status: int) -> None:
    with HttpReceiver() as elsewhere, HttpReceiver() as receiver:
        error = _failure(receiver, status, {"Location": elsewhere.url})
        assert error.is_permanent and elsewhere.url in error.mend
    assert elsewhere.accepted == [] and len(receiver.refused) == 1


@pytest.mark.parametrize(
    ("wait", "until"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 09:05:00 GMT", NOW + timedelta(minutes=5)),
        ("soon", None),
        ("-5", None),
        ("9" * 400, NOW + timedelta(seconds=10**7)),
    ],
)
def test_the_wait_that_is_asked_for_is_kept(wait: str, until: datetime | None) -> None:
    with HttpReceiver() as receiver:
        assert _failure(receiver, 429, {"Retry-After": wait}).retry_at == until


@settings(deadline=None)
@given(identity=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
def test_any_identity_makes_an_id_that_a_header_can_hold(identity: str) -> None:
    made = webhook_id(identity)
    assert made.isascii() and made.isprintable() and "." not in made and " " not in made


@settings(deadline=None)
@given(
    first=st.text(st.characters(codec="utf-8"), max_size=20), second=st.text(st.characters(codec="utf-8"), max_size=20)
)
def test_different_identities_make_different_ids(first: str, second: str) -> None:
    assert (webhook_id(first) == webhook_id(second)) == (first == second)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a"])
def test_without_a_key_nothing_is_sent_and_the_setting_is_named(secret: str) -> None:
    with HttpReceiver() as receiver:
        connector = WebhookConnector(WebhookSettings(secret, receiver.url))
        with pytest.raises(NotDeliveredError) as caught:
            connector.send(message(1, Destination("webhook", receiver.url)))
        probe = connector.probe()
    assert caught.value.is_permanent and "TOCSIN_WEBHOOK_SECRET" in caught.value.mend
    assert not probe.is_well and "TOCSIN_WEBHOOK_SECRET" in probe.mend
    assert receiver.accepted == receiver.refused == []


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://example.org/x", "http://", "http://host:notaport"])
def test_what_is_no_web_address_is_refused_for_good(url: str) -> None:
    connector = WebhookConnector(WebhookSettings(SIGNING_KEY, url))
    with pytest.raises(NotDeliveredError) as caught:
        connector.send(message(1, Destination("webhook", url)))
    assert caught.value.is_permanent and caught.value.mend
    assert connector.probe().is_well == (url == "")


def test_the_secret_part_of_an_address_is_in_no_error() -> None:
    with HttpReceiver() as receiver:
        url = f"{receiver.url}/s3cret-token"
        receiver.answers.append((500, {}))
        with pytest.raises(NotDeliveredError) as caught:
            WebhookConnector(WebhookSettings(SIGNING_KEY)).send(message(1, Destination("webhook", url)))
    assert "s3cret" not in caught.value.message
    assert json.loads(receiver.refused[0].body)["data"]["text"] == "This is update 1."
