"""When a way has failed for its time the next is used, once, and the first never sends it after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from tests.delivery.cast import message
from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.delivery.ports import Connector, Destination, NotDeliveredError, Outgoing, Probe, Receipt
from tocsin.delivery.worker import Worker

T0 = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
pytestmark = pytest.mark.django_db(transaction=True)


class Way:
    """A connector that fails while it is down."""

    def __init__(self, name: str, *, is_down: bool = False) -> None:
        self.name = name
        self.is_down = is_down
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> Receipt:
        if self.is_down:
            raise NotDeliveredError("The line is dead")
        self.sent.append(outgoing)
        return Receipt(outgoing.identity)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        return None

    def probe(self) -> Probe:
        return Probe(not self.is_down, self.name)


def run(ways: list[Way], minutes: range) -> None:
    connectors: Mapping[str, Connector] = {way.name: way for way in ways}
    now = T0
    worker = Worker(connectors, lambda: now)
    for minute in minutes:
        now = T0 + timedelta(minutes=minute)
        worker.run_due(now)


def queued(after_seconds: int = 600, **more: object) -> None:
    other = {"connector": "pager", "address": "contact:5", "text": "Late", "after_seconds": after_seconds, **more}
    made = message(1, Destination("mail", "ann@agency.example"), text="Late")
    queue.enqueue(Outgoing(**{**made_parts(made), "data": {"fallback": other}}), now=T0)


def made_parts(made: Outgoing) -> dict[str, object]:
    return {name: getattr(made, name) for name in ("identity", "destination", "kind", "thread", "subject", "text")}


def test_the_next_way_is_used_after_the_set_time_and_not_before() -> None:
    mail, pager, room = Way("mail", is_down=True), Way("pager"), Way("room")
    queued()
    run([mail, pager, room], range(10))
    assert pager.sent == []
    run([mail, pager, room], range(10, 40))
    assert [each.text for each in pager.sent] == ["Late"]
    assert "ann@agency.example could not be reached by mail, so pager was used" in room.sent[0].text


def test_nobody_gets_it_twice_when_the_first_way_recovers() -> None:
    mail, pager, room = Way("mail", is_down=True), Way("pager"), Way("room")
    queued()
    run([mail, pager, room], range(40))
    mail.is_down = False
    queue.retry_failed("mail", T0)
    with pytest.raises(queue.RetryRefusedError):
        queue.retry(Delivery.objects.get(connector="mail").identity, T0)
    run([mail, pager, room], range(40, 80))
    assert (len(mail.sent), len(pager.sent)) == (0, 1)


def test_a_way_that_recovers_in_time_sends_it_and_the_next_does_not() -> None:
    mail, pager = Way("mail", is_down=True), Way("pager")
    queued()
    run([mail, pager], range(5))
    mail.is_down = False
    run([mail, pager], range(5, 60))
    assert (len(mail.sent), len(pager.sent)) == (1, 0)


def test_ways_are_taken_in_their_order_to_the_last() -> None:
    mail, pager, chat, room = Way("mail", is_down=True), Way("pager", is_down=True), Way("chat"), Way("room")
    queued(fallback={"connector": "chat", "address": "@ann", "text": "Late", "after_seconds": 600})
    run([mail, pager, chat, room], range(120))
    assert [each.destination.address for each in chat.sent] == ["@ann"]
    assert len(room.sent) == 2
