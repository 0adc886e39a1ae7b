"""A running worker starts at once, is not held up by what is slow, stops cleanly, and outlives its database's faults."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.delivery.cast import message
from tests.delivery.recorder import BUSY, Recorder
from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.delivery.ports import Destination
from tocsin.delivery.retry import RetryPolicy
from tocsin.delivery.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
SLOW, QUICK = Destination("slow", "there"), Destination("quick", "there")
LONG_POLL_SECONDS = 30.0


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _running(worker: Worker) -> Iterator[threading.Thread]:
    """Run a worker on a thread, and end it."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        worker.wake()
        thread.join(20)
        assert not thread.is_alive()


def _worker(*connectors: Recorder, **more: object) -> Worker:
    options: dict[str, object] = {"poll_seconds": LONG_POLL_SECONDS, "chance": lambda: 0.5, **more}
    return Worker({connector.name: connector for connector in connectors}, _now, **options)  # type: ignore[arg-type]


def _enqueue(number: int, destination: Destination, thread: str = "INC-1") -> Delivery:
    with transaction.atomic():
        return queue.enqueue(message(number, destination, thread), now=_now())


def _until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Ask until it holds; the pause only spares the processor."""
    ends_at, pause = _now() + timedelta(seconds=seconds), threading.Event()
    while not holds() and _now() < ends_at:
        pause.wait(0.01)
    return holds()


def test_new_work_wakes_the_worker_long_before_its_next_poll() -> None:
    there = Recorder("quick")
    with _running(_worker(there)):
        _enqueue(1, QUICK)
        assert there.wait_for(1, LONG_POLL_SECONDS / 2)


def test_the_next_of_a_line_leaves_when_the_one_before_has_arrived() -> None:
    there = Recorder("quick")
    with _running(_worker(there)):
        for number in range(30):
            _enqueue(number, QUICK)
        assert there.wait_for(30)
    assert there.numbers == list(range(30))
    assert not Delivery.objects.exclude(status="sent").exists()


def test_a_connector_that_hangs_holds_up_no_other() -> None:
    gate = threading.Event()
    slow, quick = Recorder("slow", gate=gate), Recorder("quick")
    with _running(_worker(slow, quick)):
        for number in range(20):
            _enqueue(number, SLOW, f"INC-{number}")
        for number in range(20):
            _enqueue(number, QUICK, f"INC-{number}")
        assert quick.wait_for(20)
        assert slow.numbers == []
        gate.set()
        assert slow.wait_for(20)


def test_at_most_so_many_messages_of_a_connector_are_under_way() -> None:
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    with _running(_worker(slow, parallel=3)):
        for number in range(9):
            _enqueue(number, SLOW, f"INC-{number}")
        assert _until(lambda: Delivery.objects.filter(status="sending").count() == 3)
        assert queue.health(_now()).queued == 6
        gate.set()
        assert slow.wait_for(9)


def test_a_send_that_outlasts_its_lease_keeps_it() -> None:
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    lease = timedelta(milliseconds=300)
    with (
        _running(_worker(slow, lease=lease, poll_seconds=0.05)),
        _running(_worker(slow, lease=lease, poll_seconds=0.05)),
    ):
        _enqueue(1, SLOW)
        assert _until(lambda: Delivery.objects.filter(status="sending").exists())
        first = Delivery.objects.get().lease_until
        assert first is not None
        assert _until(lambda: (Delivery.objects.get().lease_until or first) > first + 3 * lease)
        gate.set()
        assert slow.wait_for(1)
        assert _until(lambda: Delivery.objects.get().status == "sent")
    assert slow.numbers == [1] and slow.asked == []


def test_a_message_taken_away_and_taken_anew_while_it_is_sent_stops_nothing() -> None:
    """As after a machine was suspended: another worker gave the lapsed message back, and this one took it again."""
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    with _running(_worker(slow, poll_seconds=0.05)):
        _enqueue(1, SLOW)
        assert _until(lambda: Delivery.objects.filter(status="sending").exists())
        Delivery.objects.update(status="queued", leased_by="", lease_until=None)
        assert _until(lambda: Delivery.objects.get().attempts == 2)
        gate.set()
        _enqueue(2, SLOW)
        assert _until(lambda: Delivery.objects.filter(status="sent").count() == 2)


def test_two_workers_send_each_message_once() -> None:
    there = Recorder("quick")
    with _running(_worker(there, poll_seconds=0.05)), _running(_worker(there, poll_seconds=0.05)):
        for number in range(60):
            _enqueue(number, QUICK, f"INC-{number % 6}")
        assert _until(lambda: Delivery.objects.filter(status="sent").count() == 60)
    assert sorted(there.numbers) == list(range(60))
    for line in range(6):
        assert [number for number in there.numbers if number % 6 == line] == list(range(line, 60, 6))


def test_a_stop_lets_what_is_under_way_arrive_and_be_written_down() -> None:
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    worker, stop = _worker(slow), threading.Event()
    thread = threading.Thread(target=worker.run_forever, args=(stop,))
    thread.start()
    _enqueue(1, SLOW)
    assert _until(lambda: Delivery.objects.filter(status="sending").exists())
    stop.set()
    worker.wake()
    gate.set()
    thread.join(20)
    assert not thread.is_alive()
    assert Delivery.objects.get().status == "sent"


def test_a_stop_does_not_wait_for_ever_and_leaves_the_message_to_its_lease() -> None:
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    with _running(_worker(slow, grace_seconds=0.1)):
        _enqueue(1, SLOW)
        assert _until(lambda: Delivery.objects.filter(status="sending").exists())
    assert Delivery.objects.get().status == "sending"
    gate.set()
    Worker({"slow": slow}, _now).run_due(_now() + timedelta(minutes=2))
    assert slow.numbers == [1] and Delivery.objects.get().status == "sent"


def test_a_database_that_fails_stops_nothing_for_long(caplog: pytest.LogCaptureFixture) -> None:
    there = Recorder("quick")
    table = Delivery._meta.db_table
    with _running(_worker(there, poll_seconds=0.02)) as thread:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO away")
            try:
                assert _until(lambda: "could not use the database" in caplog.text)
            finally:
                cursor.execute(f"ALTER TABLE away RENAME TO {table}")
        _enqueue(1, QUICK)
        assert there.wait_for(1)
        assert thread.is_alive()


def test_what_was_sent_while_the_database_failed_is_written_down_and_not_sent_again() -> None:
    gate = threading.Event()
    slow = Recorder("slow", gate=gate)
    table = Delivery._meta.db_table
    with _running(_worker(slow, poll_seconds=0.02)):
        _enqueue(1, SLOW)
        assert _until(lambda: Delivery.objects.filter(status="sending").exists())
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO away")
            try:
                gate.set()
                assert slow.wait_for(1)
            finally:
                cursor.execute(f"ALTER TABLE away RENAME TO {table}")
        assert _until(lambda: Delivery.objects.get().status == "sent")
    assert slow.numbers == [1] and slow.asked == []


def test_after_an_outage_what_waits_follows_the_first_that_gets_through() -> None:
    there = Recorder("quick", acts=deque([BUSY, BUSY]))
    patient = RetryPolicy(first=timedelta(hours=1), cap=timedelta(hours=1))
    with _running(_worker(there, poll_seconds=0.02, policy=patient)):
        for number in (1, 2):
            _enqueue(number, QUICK, f"INC-{number}")
        assert _until(lambda: Delivery.objects.exclude(next_attempt_at=None).count() == 2)
        queue.retry(message(1, QUICK, "INC-1").identity, _now())
        assert _until(lambda: Delivery.objects.filter(status="sent").count() == 2)
