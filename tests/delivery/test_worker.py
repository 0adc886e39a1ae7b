"""The worker sends each message once, in order, looks before it sends again, and shows what a person must mend."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.delivery.cast import NOW, ROSA, SAM, message
from tests.delivery.recorder import (
    BUSY,
    CRASH_AFTER,
    CRASH_BEFORE,
    CUT_AFTER,
    CUT_BEFORE,
    FAULT,
    REFUSE,
    Act,
    Crash,
    Recorder,
    wait_until,
)
from tocsin.delivery import leases, queue
from tocsin.delivery.leases import Report
from tocsin.delivery.models import Delivery
from tocsin.delivery.ports import Destination, Outgoing, Receipt
from tocsin.delivery.retry import RetryPolicy
from tocsin.delivery.sending import try_once
from tocsin.delivery.worker import Worker

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def _acts(*acts: Act) -> deque[Act]:
    return deque(acts)


def _worker(*connectors: Recorder) -> Worker:
    return Worker({connector.name: connector for connector in connectors}, lambda: NOW, chance=lambda: 0.5)


def _queue(*numbers: int, destination: Destination = ROSA, thread: str = "INC-1", **more: object) -> list[Delivery]:
    return [queue.enqueue(message(number, destination, thread, **more), now=NOW) for number in numbers]


def _row(number: int, destination: Destination = ROSA, thread: str = "INC-1") -> Delivery:
    return Delivery.objects.get(identity=message(number, destination, thread).identity)


def test_a_message_is_sent_and_its_receipt_kept() -> None:
    there = Recorder()
    _queue(1)
    assert _worker(there).run_due(NOW) == 1
    row = _row(1)
    assert (row.status, row.attempts, row.sent_at) == ("sent", 1, NOW)
    assert row.receipt == Receipt(f"there-{row.identity}", f"https://there.example/{row.identity}")
    assert (row.lease_until, row.leased_by) == (None, "")
    assert [attempt.outcome for attempt in row.tries.all()] == ["sent"]
    assert _worker(there).run_due(NOW) == 0


def test_a_line_leaves_in_order_even_when_its_head_fails() -> None:
    there = Recorder(acts=_acts(BUSY, BUSY))
    _queue(1, 2, 3)
    worker = _worker(there)
    assert worker.run_due(NOW) == 1
    assert there.numbers == []
    worker.run_due(NOW + SECOND)
    assert there.numbers == []
    worker.run_due(NOW + 3 * SECOND)
    assert there.numbers == [1, 2, 3]


def test_one_line_does_not_wait_for_another() -> None:
    there = Recorder(acts=_acts(BUSY))
    _queue(1)
    _queue(2, destination=SAM)
    _queue(3, thread="INC-2")
    _worker(there).run_due(NOW)
    assert sorted(there.numbers) == [2, 3]


def test_what_failed_for_good_or_was_cancelled_holds_nothing_up() -> None:
    there = Recorder(acts=_acts(REFUSE))
    _queue(1, 2, 3)
    queue.cancel(_row(2).identity, NOW)
    _worker(there).run_due(NOW)
    assert there.numbers == [3]
    assert (_row(1).status, _row(1).last_error, _row(1).mend) == ("failed", "It is refused.", "Mend it.")


def test_a_message_for_later_waits_and_holds_back_those_behind_it() -> None:
    there = Recorder()
    queue.enqueue(message(1), now=NOW, not_before=NOW + 60 * SECOND)
    _queue(2)
    assert _worker(there).run_due(NOW) == 0
    assert _worker(there).run_due(NOW + 60 * SECOND) == 2
    assert there.numbers == [1, 2]


def test_the_wait_grows_and_every_attempt_is_written_down() -> None:
    there = Recorder(acts=_acts(BUSY, BUSY, BUSY))
    _queue(1)
    worker, waits, now = _worker(there), [], NOW
    for _ in range(3):
        worker.run_due(now)
        waits.append((_row(1).next_attempt_at or now) - now)
        now = _row(1).next_attempt_at or now
    assert waits == [SECOND / 2, SECOND, 2 * SECOND]
    assert [(attempt.outcome, attempt.error) for attempt in _row(1).tries.all()] == [("failed", "It is busy.")] * 3
    assert (_row(1).status, _row(1).last_error) == ("queued", "It is busy.")


def test_after_a_day_of_failing_a_person_is_asked_and_a_retry_starts_anew() -> None:
    there = Recorder(acts=_acts(*[BUSY] * 400))
    _queue(1)
    now = NOW
    while _row(1).status == "queued":
        _worker(there).run_due(now)
        now += timedelta(minutes=10)
    assert now - NOW >= timedelta(hours=24)
    assert "24 hours" in _row(1).mend
    queue.retry(_row(1).identity, now)
    _worker(there).run_due(now)
    assert (_row(1).status, _row(1).mend) == ("queued", "")


@pytest.mark.parametrize("can_be_asked", [True, False], ids=["askable", "blind"])
@pytest.mark.parametrize("act", [CUT_BEFORE, CUT_AFTER], ids=["before", "after"])
def test_after_a_cut_line_the_service_is_asked_before_it_is_sent_again(act: Act, can_be_asked: bool) -> None:
    there = Recorder(can_be_asked=can_be_asked, acts=_acts(act))
    _queue(1)
    _worker(there).run_due(NOW)
    assert _row(1).is_unclear
    _worker(there).run_due(NOW + SECOND)
    assert there.asked == []
    _worker(there).run_due(NOW + 2 * SECOND)
    assert there.asked == [_row(1).identity]
    assert (_row(1).status, _row(1).is_unclear) == ("sent", False)
    assert there.numbers == ([1, 1] if act is CUT_AFTER and not can_be_asked else [1])
    found = act is CUT_AFTER and can_be_asked
    assert [attempt.outcome for attempt in _row(1).tries.all()] == ["failed", "found" if found else "sent"]


@pytest.mark.parametrize(("act", "tries"), [(CRASH_BEFORE, 1), (CRASH_AFTER, 0)], ids=["before", "after"])
def test_a_dead_workers_message_is_taken_over_when_its_lease_ends_and_looked_for_first(act: Act, tries: int) -> None:
    there = Recorder(acts=_acts(act))
    _queue(1, 2)
    with pytest.raises(Crash):
        _worker(there).run_due(NOW)
    assert _worker(there).run_due(NOW + 59 * SECOND) == 0
    there.tried.clear()
    _worker(there).run_due(NOW + 60 * SECOND)
    assert there.asked == [_row(1).identity]
    assert len(there.tried) == tries + 1
    assert there.numbers == [1, 2]
    assert _row(1).tries.first().outcome == "lost"  # type: ignore[union-attr]


def test_a_service_that_asks_for_quiet_gets_it_for_that_address_only() -> None:
    there = Recorder(acts=_acts(wait_until(NOW + 30 * SECOND)))
    _queue(1)
    _queue(2, thread="INC-2")
    _queue(3, destination=SAM)
    worker = _worker(there)
    worker.run_due(NOW)
    assert there.numbers == [3]
    worker.run_due(NOW + 29 * SECOND)
    assert there.numbers == [3]
    worker.run_due(NOW + 30 * SECOND)
    assert sorted(there.numbers) == [1, 2, 3]


def test_a_service_that_asks_for_quiet_everywhere_gets_it() -> None:
    there, other = Recorder(acts=_acts(wait_until(NOW + 30 * SECOND, scope=""))), Recorder("webhook")
    _queue(1)
    _queue(2, destination=SAM)
    _queue(3, destination=Destination("webhook", "https://hook.example"))
    worker = _worker(there, other)
    worker.run_due(NOW)
    assert (there.numbers, other.numbers) == ([], [3])
    worker.run_due(NOW + 30 * SECOND)
    assert sorted(there.numbers) == [1, 2]


class _Paced(Recorder):
    """A service that limits each method for the whole workspace, as chat services do."""

    def scopes(self, outgoing: Outgoing) -> Sequence[str]:
        return [f"method:{outgoing.kind}"]


def test_a_limit_on_a_method_holds_back_that_method_at_every_address() -> None:
    there = _Paced("chat", acts=_acts(wait_until(NOW + 30 * SECOND, scope="method:edit")))
    queue.enqueue(message(0, Destination("chat", "C0"), kind="edit"), now=NOW)
    for number in range(1, 21):
        queue.enqueue(message(number, Destination("chat", f"C{number}"), kind="edit"), now=NOW)
    queue.enqueue(message(99, Destination("chat", "C99"), kind="post"), now=NOW)
    _worker(there).run_due(NOW)
    assert len(there.tried) == 2
    assert 99 in there.numbers
    assert _row(20, Destination("chat", "C20")).attempts == 0
    _worker(there).run_due(NOW + 30 * SECOND)
    assert sorted(set(there.numbers)) == [*range(21), 99]


def test_a_reply_waits_for_what_it_follows_and_is_given_its_receipt() -> None:
    chat, room = Recorder("chat", acts=_acts(BUSY)), Recorder("room")
    first = queue.enqueue(message(1, Destination("chat", "C1")), now=NOW)
    queue.enqueue(message(2, Destination("room", "person:1"), follows=first.identity), now=NOW)
    worker = _worker(chat, room)
    worker.run_due(NOW)
    assert room.numbers == []
    worker.run_due(NOW + SECOND)
    assert room.accepted[0].parent == Receipt(f"there-{first.identity}", f"https://there.example/{first.identity}")


def test_a_reply_to_what_was_never_sent_leaves_without_a_receipt() -> None:
    there = Recorder(acts=_acts(REFUSE))
    _queue(1)
    _queue(2, follows=_row(1).identity)
    _queue(3, follows="nobody")
    _worker(there).run_due(NOW)
    assert [(outgoing.parent, outgoing.identity) for outgoing in there.accepted] == [
        (None, _row(2).identity),
        (None, _row(3).identity),
    ]


def test_a_way_that_is_not_set_up_shows_instead_of_waiting_for_ever() -> None:
    _queue(1, destination=Destination("pigeon", "loft 3"))
    _worker(Recorder()).run_due(NOW)
    row = _row(1, Destination("pigeon", "loft 3"))
    assert row.status == "failed" and "tocsin doctor" in row.mend


def test_a_fault_in_a_connector_is_tried_again_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    there = Recorder(acts=_acts(FAULT))
    _queue(1)
    _queue(2, destination=SAM)
    _worker(there).run_due(NOW)
    assert there.numbers == [2]
    assert "ZeroDivisionError: a bug" in _row(1).last_error and "has a fault" in caplog.text
    _worker(there).run_due(NOW + 2 * SECOND)
    assert sorted(there.numbers) == [1, 2]


def test_what_was_sent_is_sent_even_if_someone_cancelled_it_meanwhile() -> None:
    class Slow(Recorder):
        def send(self, outgoing: Outgoing) -> Receipt:
            Delivery.objects.filter(identity=outgoing.identity).update(status="cancelled", leased_by="")
            return super().send(outgoing)

    _queue(1)
    _worker(Slow()).run_due(NOW)
    assert _row(1).status == "sent"


def test_a_failure_told_by_a_worker_that_lost_its_lease_changes_nothing() -> None:
    class Late(Recorder):
        def send(self, outgoing: Outgoing) -> Receipt:
            Delivery.objects.filter(identity=outgoing.identity).update(leased_by="someone else")
            return super().send(outgoing)

    _queue(1)
    _worker(Late(acts=_acts(REFUSE))).run_due(NOW)
    assert (_row(1).status, _row(1).leased_by) == ("sending", "someone else")


def test_a_clock_set_back_an_hour_does_not_hold_up_new_messages() -> None:
    there = Recorder()
    _queue(1)
    _worker(there).run_due(NOW - timedelta(hours=1))
    assert there.numbers == [1]


def test_a_retry_that_comes_after_later_messages_does_not_hold_them_up() -> None:
    there = Recorder(acts=_acts(REFUSE))
    _queue(1, 2)
    worker = _worker(there)
    worker.run_due(NOW)
    queue.retry(_row(1).identity, NOW)
    _queue(3)
    worker.run_due(NOW + SECOND)
    assert there.numbers == [2, 1, 3]


def test_health_shows_a_message_that_keeps_failing() -> None:
    _queue(1)
    _worker(Recorder(acts=_acts(BUSY))).run_due(NOW)
    assert queue.health(NOW) == queue.Health(queued=1, sending=0, failed=0, oldest_at=NOW)


def test_when_two_answers_cross_the_longer_wait_holds() -> None:
    there = Recorder(acts=_acts(wait_until(NOW + 30 * SECOND), wait_until(NOW + 5 * SECOND)))
    for number in (1, 2, 3):
        _queue(number, thread=f"INC-{number}")
    for lease in leases.take(there, NOW, 60 * SECOND, at_most=2):
        report = Report(lease, try_once(there, lease.outgoing, is_unclear=False), took_ms=1)
        leases.write_down([report], NOW, RetryPolicy(), lambda: 0.5)
    worker = _worker(there)
    assert worker.run_due(NOW + 29 * SECOND) == 0
    worker.run_due(NOW + 30 * SECOND)
    assert there.numbers == [1, 2, 3]


def test_after_an_outage_what_waits_goes_at_once_and_what_may_be_on_its_way_a_little_later() -> None:
    there = Recorder(acts=_acts(BUSY, CUT_BEFORE, wait_until(NOW + 900 * SECOND)))
    for number in (1, 2, 3):
        _queue(number, destination=Destination("email", f"{number}@example.org"))
    patient = RetryPolicy(first=timedelta(hours=1), cap=timedelta(hours=1))
    worker = Worker({"email": there}, lambda: NOW, policy=patient, chance=lambda: 0.5)
    worker.run_due(NOW)
    assert leases.hurry("email", NOW + SECOND, patient) == 3
    for seconds, arrived in [(1, [1]), (3, [1, 2]), (899, [1, 2]), (900, [1, 2, 3])]:
        worker.run_due(NOW + seconds * SECOND)
        assert there.numbers == arrived
