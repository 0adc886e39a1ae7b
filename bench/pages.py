"""Print how soon a change is in every open page, and what it costs the server: one page open, then many.

`python -m bench.pages [PAGES]` starts the server and opens that many pages of one room (200 by default). Each does what a
browser does: follows the stream, takes the room that comes along it, or fetches it where only a mark comes. The last
column is the ratio to one page in the same run. Exits 1 when the 99th percentile with all pages open passes one second.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.outside.browser import Served, start_server

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "tests" / "web" / "documents" / "harbour.md"
PEOPLE = 10
CHANGES = 8
CALM_SECONDS = 3.0
LIMIT_SECONDS = 1.0
READY_WITHIN_SECONDS = 45
CHANGED_WITHIN_SECONDS = 15


@dataclass
class Figures:
    """What one number of pages showed. *Units*: seconds, but for MiB of memory."""

    told: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    calm_cpu: float = 0.0
    change_cpu: float = 0.0
    memory: float = 0.0


@dataclass
class Tab:
    """One open page: it remembers the mark it shows and when it learned of each change."""

    client: httpx.AsyncClient
    path: str
    mark: str = ""
    told_at: float = 0.0
    words: str = ""
    shown: asyncio.Event = field(default_factory=asyncio.Event)
    shown_at: float = 0.0
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Read the stream; fetch the room when its mark is not the one shown."""
        address = f"/live/?follow={self.path.strip('/').split('/')[-1]}&show=room"
        async with self.client.stream("GET", address, timeout=httpx.Timeout(60, pool=60)) as answer:
            assert answer.status_code == 200, answer.status_code
            event = ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "room":
                    self._take(json.loads(value))
                elif name == "data" and event == "mark":
                    await self._hear(value)

    def _take(self, sent: dict[str, str]) -> None:
        """A room that came along the stream needs no request."""
        self.mark, self.told_at = sent["mark"], time.perf_counter()
        self._look(sent["html"])

    def _look(self, page: str) -> None:
        if self.words and self.words in page:
            self.shown_at = time.perf_counter()
            self.shown.set()

    async def _hear(self, mark: str) -> None:
        if not self.mark:
            self.mark = mark
            self.opened.set()
        if mark == self.mark:
            return
        self.told_at = time.perf_counter()
        answer = await self.client.get(self.path, headers={"HX-Request": "true"}, timeout=60)
        found = re.search(r'data-mark="([^"]*)"', answer.text)
        assert found, answer.status_code
        self.mark = found[1]
        if self.words and self.words in answer.text:
            self.shown_at = time.perf_counter()
            self.shown.set()


async def sign_in(served: Served, name: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    client = httpx.AsyncClient(base_url=served.base_url, limits=limits, follow_redirects=True, timeout=30)
    secret = served.ask("person", name=name, access="administrator")
    page = await client.get(f"/sign-in/{secret}/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    await client.post(f"/sign-in/{secret}/", data={"csrfmiddlewaretoken": token[1]})
    return client


async def send(client: httpx.AsyncClient, path: str, **words: str) -> httpx.Response:
    token = client.cookies["csrftoken"]
    return await client.post(path, data={"csrfmiddlewaretoken": token, "key": str(uuid.uuid4()), **words})


async def measure(served: Served, clients: list[httpx.AsyncClient], path: str, count: int) -> Figures:
    """Open `count` pages, let them rest, make changes one after another, and close them again."""
    figures = Figures()
    # One page is that of the person who makes the changes; the others look on.
    others = clients[1:]
    tabs = [Tab(clients[0], path), *(Tab(others[number % len(others)], path) for number in range(count - 1))]
    async with AsyncExitStack() as stack:
        for tab in tabs:
            task = asyncio.create_task(tab.follow())
            stack.callback(task.cancel)
        await asyncio.wait_for(asyncio.gather(*(tab.opened.wait() for tab in tabs)), READY_WITHIN_SECONDS)
        before = cpu_seconds(served)
        await asyncio.sleep(CALM_SECONDS)
        figures.calm_cpu = (cpu_seconds(served) - before) / CALM_SECONDS
        before = cpu_seconds(served)
        for number in range(CHANGES):
            await change(clients[0], path, tabs, figures, f"Change {number} of {count}")
        figures.change_cpu = (cpu_seconds(served) - before) / CHANGES
        figures.memory = memory_mib(served)
    return figures


async def change(client: httpx.AsyncClient, path: str, tabs: list[Tab], figures: Figures, words: str) -> None:
    """Write a note and wait until every page shows it. The delay runs from just before it is sent."""
    for tab in tabs:
        tab.words = words
        tab.shown.clear()
    began = time.perf_counter()
    await send(client, f"{path}do/note/", text=words)
    await asyncio.wait_for(asyncio.gather(*(tab.shown.wait() for tab in tabs)), CHANGED_WITHIN_SECONDS)
    figures.told += [tab.told_at - began for tab in tabs]
    figures.shown += [tab.shown_at - began for tab in tabs]


def cpu_seconds(served: Served) -> float:
    """Seconds of processor that the server has used, all its threads together. Linux."""
    parts = Path(f"/proc/{served.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(served: Served) -> float:
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def percentile(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1] if len(values) > 1 else values[0]


def rows(figures: Figures) -> dict[str, float]:
    return {
        "told of a change, p50 (ms)": percentile(figures.told, 50) * 1000,
        "told of a change, p99 (ms)": percentile(figures.told, 99) * 1000,
        "change shown, p50 (ms)": percentile(figures.shown, 50) * 1000,
        "change shown, p99 (ms)": percentile(figures.shown, 99) * 1000,
        "processor at rest (%)": figures.calm_cpu * 100,
        "processor for one change (ms)": figures.change_cpu * 1000,
        "memory (MiB)": figures.memory,
    }


async def run(served: Served, pages: int) -> float:
    clients = [await sign_in(served, f"Page{number}") for number in range(PEOPLE)]
    answer = await send(clients[0], "/declare/", title="Many pages", severity="High")
    path = answer.url.path
    await measure(served, clients, path, 1)
    one, many = rows(await measure(served, clients, path, 1)), rows(await measure(served, clients, path, pages))
    print(f"{'':32}{'1 page':>10}{f'{pages} pages':>12}{'ratio':>8}")
    for name, value in many.items():
        print(f"{name:32}{one[name]:10.1f}{value:12.1f}{value / one[name] if one[name] else float('nan'):8.1f}")
    for client in clients:
        await client.aclose()
    return many["change shown, p99 (ms)"] / 1000


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder, start_server(Path(folder)) as served:
        served.ask("playbook", path=str(DOCUMENT))
        worst = asyncio.run(run(served, pages))
    sys.exit(worst > LIMIT_SECONDS)


if __name__ == "__main__":
    main()
