"""Live many incidents in Slack behind a faulty line, with workers killed at random, and read what Slack holds after it.

The figures are the emulator's: each message is found there by the identity in its metadata.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from tests.integrations.slack.described import check_calls
from tests.integrations.slack.emulated import BOT_TOKEN, emulator
from tests.outside.fault_proxy import CUT_HTTP, DROP, PASS, Fault, FaultProxy, http_answer
from tests.outside.slack_door import SlackDoor

ROOT = Path(__file__).resolve().parents[3]
_MODULE = ("-m", "tests.integrations.slack.slack_process")


@dataclass(frozen=True, slots=True)
class Order:
    """What to run. `trouble` is the part of connections that go wrong. The whole run ends after `within_seconds`."""

    incidents: int
    kills: int
    workers: int = 2
    trouble: float = 0.15
    lease_seconds: float = 3.0
    within_seconds: float = 120.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. `missing` and `repeated` count messages; `out_of_order` counts threads."""

    incidents: int
    messages: int
    missing: int
    repeated: int
    strangers: int
    out_of_order: int
    edits: int
    folded: int
    unsent: int
    kills: int
    connections: int
    outcomes: dict[str, int]
    calls: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.incidents} incidents, {self.messages} messages and {self.edits} edits ({self.folded} folded) in"
            f" {self.seconds:.0f} s over {self.connections} connections, {self.kills} workers killed;"
            f" {self.calls} calls, all as Slack describes them."
            f" Missing: {self.missing}; repeated: {self.repeated}; strangers: {self.strangers};"
            f" threads out of order: {self.out_of_order}; unsent: {self.unsent}. Tries: {self.outcomes}"
        )

    @property
    def is_kept(self) -> bool:
        return (self.missing, self.repeated, self.strangers, self.out_of_order, self.unsent) == (0, 0, 0, 0, 0)


def run(order: Order, folder: Path) -> Figures:
    """Run it with its database in `folder`. Every call that came through is held to Slack's description."""
    started, chance = time.monotonic(), random.Random(order.seed)
    running = emulator()
    client = WebClient(BOT_TOKEN, base_url=f"{running.url('slack')}/api/")
    channel = client.conversations_create(name=f"faults-{os.getpid()}-{order.seed}-{chance.randrange(10**6)}")[
        "channel"
    ]["id"]
    environment = {**os.environ, "TOCSIN_DATA": str(folder), "TOCSIN_SECRET_KEY": "only-for-tests"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment.pop("TOCSIN_DATABASE_URL", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    with SlackDoor(running.ports["slack"]) as door, FaultProxy(door.port, _trouble(order)) as faults:
        plan = {
            "api_url": f"http://localhost:{faults.port}/api/",
            "channel": channel,
            "incidents": order.incidents,
            "lease_seconds": order.lease_seconds,
        }
        with _processes(plan, environment) as processes:
            filler = processes.start("fill")
            kills = processes.kill_some(order, chance, lambda: faults.connections)
            assert filler.wait(order.within_seconds) == 0
            left = max(1.0, order.within_seconds - (time.monotonic() - started))
            told = processes.ask("report", settle_seconds=left)
        counts = {"kills": kills, "connections": faults.connections, "calls": len(door.calls)}
    check_calls(door.calls)
    seconds = time.monotonic() - started
    return _compare(order, told, _held(client, channel), **counts, seconds=seconds)


class _Processes:
    """The processes of the run; those that still live are ended with it."""

    def __init__(self, plan: dict[str, Any], environment: dict[str, str]) -> None:
        self._plan, self._environment = plan, environment
        self.started: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, command: str, **more: object) -> subprocess.Popen[bytes]:
        words = [sys.executable, *_MODULE, command, json.dumps({**self._plan, **more})]
        process = subprocess.Popen(words, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE)
        self.started.append(process)
        return process

    def ask(self, command: str, **more: object) -> Any:
        said, _ = self.start(command, **more).communicate()
        return json.loads(said)

    def kill_some(self, order: Order, chance: random.Random, progress: Callable[[], int]) -> int:
        """Kill a worker whenever the work has gone a random step further, and start another at once."""
        self.workers += [self.start("work") for _ in range(order.workers)]
        ends_at, killed = time.monotonic() + order.within_seconds / 2, 0
        step = max(2, order.incidents * 8 // (order.kills + 1)) if order.kills else 0
        mark = progress() + chance.randint(1, 2 * step) if step else 0
        while killed < order.kills and time.monotonic() < ends_at:
            if progress() < mark:
                threading.Event().wait(0.005)
                continue
            victim = self.workers.pop(0)
            assert victim.stdout is not None
            victim.stdout.readline()  # It is at work: one that dies before it begins proves nothing.
            victim.kill()
            victim.wait()
            killed += 1
            self.workers.append(self.start("work"))
            mark = progress() + chance.randint(1, 2 * step)
        return killed


@contextmanager
def _processes(plan: dict[str, Any], environment: dict[str, str]) -> Iterator[_Processes]:
    processes = _Processes(plan, environment)
    try:
        yield processes
    finally:
        for process in processes.started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _trouble(order: Order) -> Callable[[int], Fault]:
    """Return what chooses each connection's fault; the same seed gives the same faults by number."""
    slow, told = Fault(delay_seconds=1.3), http_answer(429, {"Retry-After": "1"})
    faults = [DROP, CUT_HTTP, CUT_HTTP, http_answer(500), told, slow, Fault(delay_seconds=0.2)]

    def choose(number: int) -> Fault:
        chance = random.Random(f"{order.seed}:{number}")
        return chance.choice(faults) if chance.random() < order.trouble else PASS

    return choose


def _held(client: WebClient, channel: str) -> list[tuple[int, str]]:
    """Return what the channel and its threads hold: when each was written, by count, and its identity."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.conversations_history(channel=channel, limit=200, cursor=cursor)
        for root in page["messages"]:
            found += client.conversations_replies(channel=channel, ts=root["ts"])["messages"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return sorted(
        (int(message["ts"].partition(".")[2]), message["metadata"]["event_payload"]["identity"])
        for message in found
        if message.get("metadata")
    )


def _compare(order: Order, told: dict[str, Any], held: list[tuple[int, str]], **facts: Any) -> Figures:
    posts = [row for row in told["rows"] if row[4] == "chat.postMessage"]
    edits = [row for row in told["rows"] if row[4] == "chat.update"]
    count = Counter(identity for _, identity in held)
    written = {identity: number for number, identity in held}
    threads: dict[str, list[int]] = {}
    for identity, thread, *_ in posts:
        if identity in written:
            threads.setdefault(thread, []).append(written[identity])
    known = {row[0] for row in posts}
    return Figures(
        incidents=len(threads),
        messages=len(posts),
        missing=len(known - count.keys()),
        repeated=sum(number - 1 for number in count.values()),
        strangers=len(count.keys() - known),
        out_of_order=sum(numbers != sorted(numbers) for numbers in threads.values()),
        edits=len(edits),
        folded=sum(row[3] == "replaced" for row in told["rows"]),
        unsent=sum(row[3] not in {"sent", "replaced"} for row in told["rows"]),
        outcomes=told["outcomes"],
        **facts,
    )
