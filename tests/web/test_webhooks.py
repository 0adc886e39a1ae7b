"""Webhooks in the pages: add, test, send again, switch off."""

from __future__ import annotations

from django.test import Client

from tests.web.conftest import NOW
from tests.web.rooms import words_of
from tocsin.delivery.models import Delivery, WebhookEndpoint

ADDRESS = "https://hooks.example.org/tocsin"


def add(client: Client, **words: object) -> WebhookEndpoint:
    answer = client.post("/settings/webhooks/", {"url": ADDRESS, **words})
    assert answer.status_code == 200, words_of(answer)
    return WebhookEndpoint.objects.get(url=ADDRESS)


def test_without_one_the_page_says_what_they_are_for(rosa: Client) -> None:
    assert "No webhook yet" in words_of(rosa.get("/settings/webhooks/"))


def test_an_added_one_shows_its_key_once(rosa: Client) -> None:
    answer = rosa.post("/settings/webhooks/", {"url": ADDRESS, "event_types": ["IncidentDeclared"]})
    made = WebhookEndpoint.objects.get(url=ADDRESS)
    assert made.secret in answer.content.decode()
    later = rosa.get("/settings/webhooks/")
    assert made.secret not in later.content.decode()
    assert "IncidentDeclared" in words_of(later)


def test_a_wrong_or_taken_address_is_refused_with_what_was_typed(rosa: Client) -> None:
    wrong = rosa.post("/settings/webhooks/", {"url": "not an address"})
    assert wrong.status_code == 422
    assert 'value="not an address"' in wrong.content.decode()
    add(rosa)
    taken = rosa.post("/settings/webhooks/", {"url": ADDRESS})
    assert taken.status_code == 422
    assert "There is a webhook to this address already" in words_of(taken)


def test_a_test_is_queued_and_shown(rosa: Client) -> None:
    hook = add(rosa)
    answer = rosa.post(f"/settings/webhooks/{hook.pk}/test/", follow=True)
    assert "A test is on its way" in words_of(answer)
    assert Delivery.objects.get(address=ADDRESS).kind == "test"
    assert "Test of a webhook" in words_of(rosa.get("/settings/webhooks/"))


def test_what_it_missed_is_sent_again(rosa: Client) -> None:
    hook = add(rosa)
    rosa.post(f"/settings/webhooks/{hook.pk}/test/")
    Delivery.objects.update(status="failed")
    since = {"since": f"{NOW:%Y-%m-%dT%H:%M}"}
    answer = rosa.post(f"/settings/webhooks/{hook.pk}/replay/", since, follow=True)
    assert "1 message is sent again." in words_of(answer)
    assert Delivery.objects.get(address=ADDRESS).status == "queued"
    assert "Say since when" in words_of(rosa.post(f"/settings/webhooks/{hook.pk}/replay/", follow=True))


def test_it_is_switched_off_and_on(rosa: Client) -> None:
    hook = add(rosa)
    for is_active in (False, True):
        rosa.post(f"/settings/webhooks/{hook.pk}/switch/")
        hook.refresh_from_db()
        assert hook.is_active is is_active


def test_they_are_for_administrators(sam: Client, rosa: Client) -> None:
    hook = add(rosa)
    assert sam.get("/settings/webhooks/").status_code == 403
    assert sam.post(f"/settings/webhooks/{hook.pk}/test/").status_code == 403
    assert rosa.post(f"/settings/webhooks/{hook.pk}/burn/").status_code == 404
    assert rosa.post("/settings/webhooks/999/test/").status_code == 404
