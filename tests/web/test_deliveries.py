"""Deliveries on screen: their state, what to do, retry and cancel."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.conftest import NOW
from tests.web.rooms import declare, room, words_of
from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.delivery.ports import Destination, Outgoing


@pytest.fixture
def ref(rosa: Client, digest: str) -> str:
    return declare(rosa)


@pytest.fixture
def failed(ref: str) -> Delivery:
    """A message that could not be sent and needs a person."""
    outgoing = Outgoing("m-1", Destination("email", "board@example.org"), "update", ref, "Trouble", "It broke")
    queue.enqueue(outgoing, now=NOW)
    reasons = {"status": "failed", "attempts": 3, "last_error": "no such mailbox", "mend": "Correct the address."}
    Delivery.objects.filter(identity="m-1").update(**reasons)
    return Delivery.objects.get(identity="m-1")


def test_what_could_not_be_sent_is_on_the_screen_with_why_and_what_next(
    rosa: Client, ref: str, failed: Delivery
) -> None:
    words = room(rosa, ref)
    for part in ("not sent", "board@example.org", "3 attempts", "no such mailbox", "Correct the address."):
        assert part in words
        assert part in words_of(rosa.get(f"/incidents/{ref}/deliveries/"))


def test_it_is_tried_again(rosa: Client, ref: str, failed: Delivery) -> None:
    answer = rosa.post(f"/incidents/{ref}/deliveries/retry/", {"identity": "m-1"})
    assert answer.headers["Location"] == f"/incidents/{ref}/#deliveries"
    assert Delivery.objects.get(identity="m-1").status == "queued"


def test_it_is_cancelled_once(rosa: Client, ref: str, failed: Delivery) -> None:
    for _ in range(2):
        rosa.post(f"/incidents/{ref}/deliveries/cancel/", {"identity": "m-1", "back": "deliveries"})
    assert Delivery.objects.get(identity="m-1").status == "cancelled"
    assert "This was cancelled already." in words_of(rosa.get(f"/incidents/{ref}/deliveries/"))


def test_observers_do_not_touch_deliveries(noor: Client, ref: str, failed: Delivery) -> None:
    assert noor.post(f"/incidents/{ref}/deliveries/retry/", {"identity": "m-1"}).status_code == 403
    assert Delivery.objects.get(identity="m-1").status == "failed"


def test_a_delivery_of_another_incident_is_not_reached(rosa: Client, ref: str, failed: Delivery) -> None:
    other = declare(rosa)
    assert rosa.post(f"/incidents/{other}/deliveries/retry/", {"identity": "m-1"}).status_code == 404
    assert rosa.post(f"/incidents/{ref}/deliveries/eat/", {"identity": "m-1"}).status_code == 404


def test_with_nothing_sent_the_page_says_so(rosa: Client, ref: str) -> None:
    assert "Nothing has left Tocsin for this incident." in room(rosa, ref)
