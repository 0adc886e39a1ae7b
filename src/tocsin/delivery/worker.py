"""Sends what is due: leases messages, hands them to connectors on threads of their own, writes down how it went.

One thread talks to the database and starts the others; those only send. It never raises out of its loop, never imports
the desk, and holds at most `parallel` messages of each connector, so that a slow connector holds up no other.
"""

from __future__ import annotations

import logging
import math
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import close_old_connections, connections

from tocsin.delivery import bell, leases
from tocsin.delivery.leases import Lease, Report
from tocsin.delivery.ports import Connector
from tocsin.delivery.retry import RetryPolicy
from tocsin.delivery.sending import Sent, try_once

log = logging.getLogger(__name__)
LONGEST_PAUSE_SECONDS = 5.0
HURRY_EVERY_SECONDS = 10.0


def wake() -> None:
    """Wake every worker of this process now."""
    bell.ring_all()


class Worker:
    """Sends what the outbox holds. Any number of workers may run, in one process or many.

    A connector's own time-outs should end well before `lease`; a worker renews what it still sends, so that only a dead
    one loses its messages to another. `grace_seconds` is how long a stop waits for what is being sent.
    """

    def __init__(
        self,
        connectors: Mapping[str, Connector],
        clock: Callable[[], datetime],
        *,
        policy: RetryPolicy | None = None,
        lease: timedelta = timedelta(seconds=60),
        parallel: int = 4,
        poll_seconds: float = 1.0,
        grace_seconds: float = 10.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._connectors = dict(connectors)
        self._clock = clock
        self._policy = policy or RetryPolicy()
        self._lease = lease
        self._parallel = parallel
        self._poll_seconds = poll_seconds
        self._grace_seconds = grace_seconds
        self._chance = chance
        self._bell = bell.Bell()
        self._sending: dict[int, Lease] = {}
        self._finished: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._unwritten: list[Report] = []
        self._renewed_at = time.monotonic()
        self._hurried_at: dict[str, float] = {}
        self._faults = 0

    def wake(self) -> None:
        """Look for work now rather than at the next poll."""
        self._bell.ring()

    def run_due(self, now: datetime | None = None) -> int:
        """Try everything that is due, one after another in this thread, until nothing is. Return how many tries.

        Unlike `run_forever` this lets a database error through.
        """
        count = 0
        while reports := self._run_once(now):
            count += len(reports)
        return count

    def run_forever(self, stop: threading.Event) -> None:
        """Send until `stop` is set (then call `wake` for it to be seen at once), and finish what is being sent."""
        try:
            while not stop.is_set():
                self._bell.wait(self._turn())
            self._finish()
        finally:
            connections.close_all()

    def _run_once(self, now: datetime | None) -> list[Report]:
        leases.fail_unknown(self._connectors, now or self._clock())
        leases.reclaim(now or self._clock())
        reports = []
        for connector in self._connectors.values():
            for lease in leases.take(connector, now or self._clock(), self._lease, at_most=1):
                reports.append(_send(connector, lease))
                leases.write_down([reports[-1]], now or self._clock(), self._policy, self._chance)
        return reports

    def _turn(self) -> float:
        """Do what there is to do and return how long to wait for more, in seconds."""
        try:
            self._collect()
            self._keep_leases()
            leases.fail_unknown(self._connectors, self._clock())
            leases.reclaim(self._clock(), besides=self._sending.keys())
            self._start_due()
        except Exception:
            log.exception("The worker could not use the database; it goes on in a moment.")
            self._faults += 1
            close_old_connections()
            return min(self._poll_seconds * 2.0 ** min(self._faults, 8), LONGEST_PAUSE_SECONDS)
        self._faults = 0
        return self._poll_seconds

    def _collect(self) -> None:
        """Write down what threads reported. What cannot be written is kept, with its lease, for the next turn."""
        while not self._finished.empty():
            self._unwritten.append(self._finished.get())
        if self._unwritten:
            leases.write_down(self._unwritten, self._clock(), self._policy, self._chance)
            self._hurry(self._unwritten)
            for report in self._unwritten:
                # Another worker may have taken a lease that lapsed here, and this one the message anew since.
                if self._sending.get(report.lease.position) == report.lease:
                    del self._sending[report.lease.position]
            self._unwritten = []

    def _hurry(self, reports: list[Report]) -> None:
        """After an outage, let what waits follow the first message that got through; not again for a moment."""
        for report in reports:
            name = report.lease.outgoing.destination.connector
            is_back = report.lease.attempts > 1 and isinstance(report.outcome, Sent)
            if is_back and time.monotonic() - self._hurried_at.get(name, -math.inf) >= HURRY_EVERY_SECONDS:
                self._hurried_at[name] = time.monotonic()
                leases.hurry(name, self._clock(), self._policy)

    def _keep_leases(self) -> None:
        if time.monotonic() - self._renewed_at >= self._lease.total_seconds() / 3:
            leases.renew(self._sending.values(), self._clock() + self._lease)
            self._renewed_at = time.monotonic()

    def _start_due(self) -> None:
        for name, connector in self._connectors.items():
            busy = sum(lease.outgoing.destination.connector == name for lease in self._sending.values())
            if busy < self._parallel:
                for lease in leases.take(connector, self._clock(), self._lease, at_most=self._parallel - busy):
                    self._start(connector, lease)

    def _start(self, connector: Connector, lease: Lease) -> None:
        """Send on a new thread. One that cannot start leaves the message to its lease, which ends."""
        target, arguments = self._send_and_report, (connector, lease)
        threading.Thread(target=target, args=arguments, name=f"send-{connector.name}", daemon=True).start()
        self._sending[lease.position] = lease

    def _send_and_report(self, connector: Connector, lease: Lease) -> None:
        self._finished.put(_send(connector, lease))
        self._bell.ring()

    def _finish(self) -> None:
        """Wait for what is being sent. What does not end in time is left to its lease: another worker looks for it."""
        ends_at = time.monotonic() + self._grace_seconds
        while self._sending and time.monotonic() < ends_at:
            try:
                self._collect()
            except Exception:
                log.exception("The worker could not write down what it sent; it tries again until its time is up.")
            if self._sending:
                self._bell.wait(0.2)


def _send(connector: Connector, lease: Lease) -> Report:
    started = time.monotonic()
    outcome = try_once(connector, lease.outgoing, is_unclear=lease.is_unclear)
    return Report(lease, outcome, took_ms=round((time.monotonic() - started) * 1000))
