"""Send many messages through faulty lines with real worker processes, some of them killed, and compare what arrived.

The receivers are real servers that saw every byte, so the figures are theirs and not the outbox's own.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.delivery.outbox_process import SENDER_DOMAIN, messages
from tests.outside.fault_proxy import CUT_HTTP, CUT_SMTP, DROP, PASS, Fault, FaultProxy, http_answer, smtp_answer
from tests.outside.http_receiver import HttpReceiver
from tests.outside.smtp import SmtpServer
from tocsin.integrations.email.render import message_id
from tocsin.integrations.webhook.send import webhook_id

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Order:
    """What to run. `trouble` is the part of connections that go wrong. The whole run ends after `within_seconds`.

    The lease is some times the connectors' time-out of a second, as in earnest, so that a busy machine does not take a
    living worker's messages away.
    """

    count: int
    kills: int
    workers: int = 2
    threads: int = 10
    trouble: float = 0.3
    lease_seconds: float = 5.0
    within_seconds: float = 120.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. `repeats` counts copies beyond the first, by connector; `out_of_order` lines."""

    expected: int
    arrived: int
    strangers: int
    repeats: dict[str, int]
    out_of_order: int
    kills: int
    connections: int
    statuses: dict[str, int]
    outcomes: dict[str, int]
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.arrived} of {self.expected} messages arrived in {self.seconds:.1f} s over {self.connections} "
            f"connections with {self.kills} workers killed; lines out of order: {self.out_of_order}; "
            f"copies beyond the first: {self.repeats}; outbox: {self.statuses}; tries: {self.outcomes}"
        )


def run(order: Order, folder: Path) -> Figures:
    """Run it with its database in `folder`, or in a new one on the PostgreSQL server that the environment names."""
    started = time.monotonic()
    chance = random.Random(order.seed)
    with ExitStack() as stack:
        mail, hook, askable = (stack.enter_context(thing) for thing in (SmtpServer(), HttpReceiver(), HttpReceiver()))
        proxies = {
            "email": stack.enter_context(FaultProxy(mail.port, _trouble(order, 1, CUT_SMTP, smtp_answer("421 Busy")))),
            "webhook": stack.enter_context(FaultProxy(hook.port, _trouble(order, 2, CUT_HTTP, http_answer(500)))),
            "askable": stack.enter_context(FaultProxy(askable.port, _trouble(order, 3, CUT_HTTP, http_answer(503)))),
        }
        plan = {name: proxy.port for name, proxy in proxies.items()}
        plan |= {"count": order.count, "threads": order.threads, "lease_seconds": order.lease_seconds}  # type: ignore[dict-item]
        environment = _environment(folder)
        _call(environment, "manage.py", "migrate", "--verbosity=0")

        def arrived() -> int:
            return len(mail.accepted) + len(hook.accepted) + len(askable.accepted)

        with _workers(order, plan, environment) as workers:
            filler = workers.start("fill")
            kills = workers.kill_some(chance, arrived)
            filler.wait(order.within_seconds)
            left = max(1.0, order.within_seconds - (time.monotonic() - started))
            told = _call(environment, *_MODULE, "report", json.dumps({**plan, "settle_seconds": left}))
        arrivals = {
            "email": [mail.id for mail in mail.accepted],
            "webhook": [posted.id for posted in hook.accepted],
            "askable": [posted.id for posted in askable.accepted],
        }
        connections = sum(proxy.connections for proxy in proxies.values())
        seconds = time.monotonic() - started
    return _compare(plan, arrivals, json.loads(told), kills=kills, connections=connections, seconds=seconds)


_MODULE = ("-m", "tests.delivery.outbox_process")


class _Workers:
    """The worker processes that are alive."""

    def __init__(self, order: Order, plan: dict[str, Any], environment: dict[str, str]) -> None:
        self._order, self._plan, self._environment = order, plan, environment
        self.alive: list[subprocess.Popen[bytes]] = []
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, command: str) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, *_MODULE, command, json.dumps(self._plan)]
        process = subprocess.Popen(arguments, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE)
        self.started.append(process)
        return process

    def start_worker(self) -> None:
        self.alive.append(self.start("work"))

    def kill_some(self, chance: random.Random, arrived: Any) -> int:
        """Kill a worker at each of so many moments of the run, and start another at once. Return how many died."""
        order, ends_at, killed = self._order, time.monotonic() + self._order.within_seconds / 2, 0
        marks = sorted(chance.sample(range(1, order.count), order.kills))
        while killed < order.kills and time.monotonic() < ends_at:
            if arrived() < marks[killed]:
                threading.Event().wait(0.002)
                continue
            victim = self.alive.pop(0)
            assert victim.stdout is not None
            victim.stdout.readline()  # It is at work: a worker that dies before it begins proves nothing.
            victim.kill()
            victim.wait()
            killed += 1
            self.start_worker()
        return killed


@contextmanager
def _workers(order: Order, plan: dict[str, Any], environment: dict[str, str]) -> Iterator[_Workers]:
    workers = _Workers(order, plan, environment)
    try:
        for _ in range(order.workers):
            workers.start_worker()
        yield workers
    finally:
        for process in workers.started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _trouble(order: Order, seed: int, cut: Fault, busy: Fault) -> Any:
    """Return what chooses the fault of each connection; the same seed gives the same faults by number."""
    faults = [DROP, cut, cut, busy, Fault(delay_seconds=0.2), Fault(delay_seconds=1.4)]

    def choose(number: int) -> Fault:
        chance = random.Random(f"{order.seed}:{seed}:{number}")
        return chance.choice(faults) if chance.random() < order.trouble else PASS

    return choose


def _compare(
    plan: dict[str, Any], arrivals: dict[str, list[str]], told: dict[str, dict[str, int]], **facts: Any
) -> Figures:
    marks: dict[str, tuple[int, tuple[str, str, str]]] = {}
    for number, (identity, connector, address, thread) in enumerate(messages(plan)):
        mark = message_id(identity, SENDER_DOMAIN) if connector == "email" else webhook_id(identity)
        marks[mark] = (number, (connector, address, thread))
    lines: dict[tuple[str, str, str], list[int]] = {}
    for mark in (mark for marks_there in arrivals.values() for mark in marks_there if mark in marks):
        number, line = marks[mark]
        lines.setdefault(line, []).append(number)
    return Figures(
        expected=len(marks),
        arrived=len({mark for there in arrivals.values() for mark in there} & marks.keys()),
        strangers=len({mark for there in arrivals.values() for mark in there} - marks.keys()),
        repeats={name: sum(Counter(there).values()) - len(Counter(there)) for name, there in arrivals.items()},
        out_of_order=sum(numbers != sorted(numbers) for numbers in lines.values()),
        **told,
        **facts,
    )


def _environment(folder: Path) -> dict[str, str]:
    environment = {**os.environ, "TOCSIN_DATA": str(folder), "TOCSIN_SECRET_KEY": "only-for-tests"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    if address := os.environ.get("TOCSIN_DATABASE_URL"):
        name = f"faults_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        environment["TOCSIN_DATABASE_URL"] = urlsplit(address)._replace(path=f"/{name}").geturl()
    return environment


def _call(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, timeout=300
    )
    return done.stdout.decode()
