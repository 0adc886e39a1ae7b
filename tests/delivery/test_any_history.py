"""Whatever fails, crashes, is cancelled or retried, and whenever: each message arrives once, in order, or is shown."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.delivery.cast import NOW, message
from tests.delivery.recorder import (
    BUSY,
    CRASH_AFTER,
    CRASH_BEFORE,
    CUT_AFTER,
    CUT_BEFORE,
    FAULT,
    REFUSE,
    TAKE,
    Act,
    Crash,
    Recorder,
    wait_until,
)
from tocsin.delivery import queue
from tocsin.delivery.models import Attempt, Delivery, Pause
from tocsin.delivery.ports import Destination
from tocsin.delivery.worker import Worker
from tocsin.errors import RefusedError

ACTS = [TAKE, TAKE, BUSY, REFUSE, CUT_BEFORE, CUT_AFTER, CRASH_BEFORE, CRASH_AFTER, FAULT]
LONGEST = timedelta(minutes=15)  # Longer than any pause or back-off.
destinations = st.sampled_from([Destination("askable", "a"), Destination("askable", "b"), Destination("blind", "a")])
acts = st.lists(st.sampled_from(ACTS), max_size=5)
folds = st.sampled_from(["", "", "reminder"])
moments = st.sampled_from([0, 1, 5, 61, 700])
threads = st.sampled_from(["INC-1", "INC-2"])


class Outbox(RuleBasedStateMachine):
    """An outbox, two services, and a clock that the machine moves."""

    said = Bundle("said")

    def __init__(self) -> None:
        super().__init__()
        for model in (Attempt, Pause, Delivery):
            model.objects.all().delete()
        self.now = NOW
        self.count = 0
        self.services = {name: Recorder(name, can_be_asked=name == "askable") for name in ("askable", "blind")}
        self.waived: set[str] = set()

    @initialize(target=said, where=st.lists(st.tuples(destinations, threads), min_size=2, max_size=6))
    def begin(self, where: list[tuple[Destination, str]]) -> object:
        return multiple(*[self._say(destination, thread, "") for destination, thread in where])

    @rule(target=said, destination=destinations, thread=threads, count=st.integers(1, 3), fold=folds)
    def say(self, destination: Destination, thread: str, count: int, fold: str) -> object:
        return multiple(*[self._say(destination, thread, fold) for _ in range(count)])

    def _say(self, destination: Destination, thread: str, fold: str) -> str:
        self.count += 1
        return queue.enqueue(message(self.count, destination, thread, fold=fold), now=self.now).identity

    @rule(acts=acts, more=acts, seconds=moments)
    def work(self, acts: list[Act], more: list[Act], seconds: int) -> None:
        """Time passes; a worker runs until nothing is due. It may die; the next one is a new process."""
        self.now += timedelta(seconds=seconds)
        self.services["askable"].acts = deque(acts)
        self.services["blind"].acts = deque(more)
        self._run()

    @rule(acts=acts, more=acts, seconds=moments)
    def work_on(self, acts: list[Act], more: list[Act], seconds: int) -> None:
        """The same once more, since this is what the outbox is for."""
        self.work(acts, more, seconds)

    @rule(
        name=st.sampled_from(["askable", "blind"]),
        wait_seconds=moments,
        scope=st.sampled_from([None, ""]),
        seconds=moments,
    )
    def be_limited(self, name: str, wait_seconds: int, scope: str | None, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.services[name].acts.appendleft(wait_until(self.now + timedelta(seconds=wait_seconds), scope))
        self._run()

    def _run(self) -> None:
        try:
            Worker(self.services, lambda: self.now, chance=lambda: 0.5).run_due(self.now)
        except Crash:
            assert Delivery.objects.filter(status="sending").exists()

    @rule(identity=said)
    def ask_to_retry(self, identity: str) -> None:
        row = Delivery.objects.get(identity=identity)
        try:
            queue.retry(row.identity, self.now)
        except RefusedError:
            assert row.status in {"sending", "sent", "cancelled", "replaced"}
        else:
            if row.status == "failed":
                self.waived.add(row.identity)

    @rule(identity=said)
    def ask_to_cancel(self, identity: str) -> None:
        row = Delivery.objects.get(identity=identity)
        try:
            queue.cancel(row.identity, self.now)
        except RefusedError:
            assert row.status in {"sending", "sent", "cancelled", "replaced"}
        else:
            assert row.status in {"queued", "failed"}

    @invariant()
    def each_line_is_in_order(self) -> None:
        """Nobody gets a later message before an earlier one, but for those that failed and were retried by hand."""
        for service in self.services.values():
            lines: dict[tuple[str, str], list[int]] = {}
            for outgoing in service.accepted:
                if outgoing.identity not in self.waived:
                    line = lines.setdefault((outgoing.thread, outgoing.destination.address), [])
                    line.append(int(outgoing.identity.split(":")[1]))
            assert all(line == sorted(line) for line in lines.values())

    @invariant()
    def a_service_that_can_be_asked_has_each_message_once(self) -> None:
        for name, service in self.services.items():
            repeats = len(service.identities) - len(set(service.identities))
            assert repeats == 0 if name == "askable" else repeats <= len(service.asked)

    @invariant()
    def what_is_sent_has_arrived_and_only_one_of_a_line_is_under_way(self) -> None:
        arrived = {identity for service in self.services.values() for identity in service.identities}
        assert set(Delivery.objects.filter(status="sent").values_list("identity", flat=True)) <= arrived
        under_way = list(Delivery.objects.filter(status="sending").values_list("lane", flat=True))
        assert len(under_way) == len(set(under_way))

    def teardown(self) -> None:
        """The trouble ends and a person retries what failed: all that was not given up arrives, in the time it may take."""
        for service in self.services.values():
            service.acts.clear()
        for row in list(queue.attention()):
            self.waived.add(row.identity)
            queue.retry(row.identity, self.now)
        self.now += LONGEST
        self._run()
        left = Delivery.objects.exclude(status__in=["sent", "cancelled", "replaced"])
        assert list(left) == []
        self.each_line_is_in_order()
        self.a_service_that_can_be_asked_has_each_message_once()
        self.what_is_sent_has_arrived_and_only_one_of_a_line_is_under_way()


@pytest.mark.django_db
def test_any_history_ends_with_each_message_sent_once_in_order() -> None:
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
