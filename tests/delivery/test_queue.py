"""A message is queued once, kept whole, and a person can retry it, cancel it and read notices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.delivery.cast import NOW, ROSA, SAM, message
from tocsin.delivery import bell, queue
from tocsin.delivery.models import Delivery
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.errors import RefusedError

pytestmark = pytest.mark.django_db
PERSON = Destination("room", "person:3")


def _set(identity: str, **columns: object) -> None:
    Delivery.objects.filter(identity=identity).update(**columns)


def test_the_same_identity_twice_is_one_delivery() -> None:
    first = queue.enqueue(message(1), now=NOW)
    second = queue.enqueue(message(1, text="Other words."), now=NOW + timedelta(minutes=1))
    assert second.position == first.position
    assert [row.text for row in queue.deliveries("INC-1")] == ["This is update 1."]


def test_a_row_renders_the_message_exactly() -> None:
    sent = message(1, html="<p>Hi</p>", url="https://tocsin.example/INC-1", data={"step": {"id": "a", "n": [1, None]}})
    row = queue.enqueue(sent, now=NOW)
    again = Delivery.objects.get(pk=row.pk).outgoing()
    assert again == Outgoing(
        **{name: getattr(sent, name) for name in Outgoing.__dataclass_fields__ if name != "queued_at"}, queued_at=NOW
    )


def test_words_that_a_database_cannot_hold_do_not_stop_a_command() -> None:
    row = queue.enqueue(message(1, text="a\0b\ud800", data={"k\0": ["\0", "back\\u0000slash"]}), now=NOW)
    again = Delivery.objects.get(pk=row.pk)
    assert again.text == "a\ufffdb?"
    assert again.data == {"k\ufffd": ["\ufffd", "back\\u0000slash"]}


def test_nothing_is_queued_when_the_callers_transaction_fails() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.enqueue(message(1), now=NOW)
        raise ZeroDivisionError
    assert not queue.deliveries("INC-1").exists()


def test_workers_are_woken_once_the_transaction_has_committed(
    django_capture_on_commit_callbacks: object,
) -> None:
    ears = bell.Bell()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        queue.enqueue(message(1), now=NOW)
        assert not ears.wait(0)
    assert ears.wait(0)


def test_a_message_without_an_identity_is_refused() -> None:
    with pytest.raises(queue.UnfitMessageError, match="identity has 0 characters"):
        queue.enqueue(Outgoing("", ROSA, "update", "INC-1", "s", "t"), now=NOW)


def test_positions_only_grow() -> None:
    rows = [queue.enqueue(message(number), now=NOW) for number in range(5)]
    positions = [row.position for row in rows]
    assert positions == sorted(set(positions))


def test_a_newer_reminder_takes_the_place_of_one_that_has_not_left() -> None:
    queue.enqueue(message(1, fold="reminder:assess-3"), now=NOW)
    queue.enqueue(message(2), now=NOW)
    queue.enqueue(message(3, SAM, fold="reminder:assess-3"), now=NOW)
    queue.enqueue(message(4, fold="reminder:assess-3"), now=NOW)
    assert [row.status for row in queue.deliveries("INC-1")] == ["replaced", "queued", "queued", "queued"]


def test_a_reminder_that_left_is_not_replaced() -> None:
    first = queue.enqueue(message(1, fold="r"), now=NOW)
    _set(first.identity, status="sending")
    queue.enqueue(message(2, fold="r"), now=NOW)
    assert [row.status for row in queue.deliveries("INC-1")] == ["sending", "queued"]


def test_a_failed_delivery_is_tried_again_at_once_when_asked() -> None:
    row = queue.enqueue(message(1), now=NOW)
    _set(row.identity, status="failed", give_up_at=NOW, next_attempt_at=NOW, attempts=7, mend="Check the address.")
    again = queue.retry(row.identity, NOW)
    assert (again.status, again.next_attempt_at, again.give_up_at, again.mend) == ("queued", None, None, "")
    assert again.attempts == 7


@pytest.mark.parametrize("status", ["sending", "sent", "cancelled", "replaced"])
def test_only_what_waits_or_failed_is_retried_or_cancelled(status: str) -> None:
    row = queue.enqueue(message(1), now=NOW)
    _set(row.identity, status=status)
    with pytest.raises(queue.RetryRefusedError) as retry_error:
        queue.retry(row.identity, NOW)
    with pytest.raises(queue.CancelRefusedError) as cancel_error:
        queue.cancel(row.identity, NOW)
    assert "only one that waits" not in f"{retry_error.value}{cancel_error.value}".lower()
    assert Delivery.objects.get().status == status


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_what_waits_or_failed_can_be_cancelled(status: str) -> None:
    row = queue.enqueue(message(1), now=NOW)
    _set(row.identity, status=status)
    assert queue.cancel(row.identity, NOW).status == "cancelled"


def test_an_unknown_delivery_is_refused() -> None:
    for ask in (queue.retry, queue.cancel):
        with pytest.raises(RefusedError, match="no such delivery"):
            ask("nobody", NOW)


def test_all_unsent_mail_is_retried_after_someone_mended_the_server() -> None:
    for number in (1, 2):
        _set(queue.enqueue(message(number), now=NOW).identity, status="failed")
    _set(queue.enqueue(message(3, PERSON), now=NOW).identity, status="failed")
    assert queue.retry_failed("email", NOW) == 2
    assert [row.identity for row in queue.attention()] == [message(3, PERSON).identity]


def test_health_counts_what_waits_and_what_needs_a_person() -> None:
    for number, status in enumerate(["queued", "sending", "failed", "failed", "sent"]):
        row = queue.enqueue(message(number), now=NOW + timedelta(minutes=number))
        _set(row.identity, status=status)
    queue.enqueue(message(9), now=NOW - timedelta(hours=1), not_before=NOW + timedelta(hours=1))
    assert queue.health(NOW) == queue.Health(queued=2, sending=1, failed=2, oldest_at=NOW)
    assert queue.health(NOW, "room") == queue.Health(0, 0, 0, None)


def test_a_notice_shows_at_once_newest_first_and_is_seen_once() -> None:
    for number in (1, 2, 3):
        queue.enqueue(message(number, PERSON), now=NOW)
    queue.enqueue(message(4, PERSON), now=NOW, not_before=NOW + timedelta(hours=1))
    queue.enqueue(message(5, Destination("room", "person:4")), now=NOW)
    queue.cancel(message(2, PERSON).identity, NOW)
    assert [row.subject for row in queue.notices("person:3", NOW)] == ["Update 3", "Update 1"]
    assert queue.mark_seen("person:3", NOW, [message(3, PERSON).identity]) == 1
    assert [row.subject for row in queue.notices("person:3", NOW, unseen_only=True)] == ["Update 1"]
    assert queue.mark_seen("person:3", NOW) == 1
    assert queue.mark_seen("person:3", NOW) == 0
