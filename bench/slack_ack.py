"""Print how long Slack waits for an acknowledgement: calm, with the database locked, and with Slack's API slow.

`python -m bench.slack_ack [COMMANDS_A_SECOND] [SECONDS]` starts the real server and sends it signed slash commands.
Exits 1 when the 99th percentile passes 500 ms.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlencode

import httpx
from slack_sdk import WebClient

from tests.integrations.slack.emulated import BOT_TOKEN, SECRET, emulator
from tests.outside.fault_proxy import PASS, Fault, FaultProxy

LIMIT_MS = 500
# A connection of its own for each: one kept open may be closed by the server just when it is used again.
ONE_EACH = httpx.Limits(max_keepalive_connections=0)
ROOT = Path(__file__).resolve().parents[1]
PLAYBOOK = "# Night\n\n## Watch\n\n- [ ] Declare an incident in [#ops](https://h.slack.com/archives/C0HARBOUR1).\n"


def command(client: httpx.Client, url: str, number: int, who: str, team: str) -> float:
    """Send one slash command and return how long its acknowledgement took, in milliseconds."""
    form = {"command": "/incident", "text": f"note It is {number}", "team_id": team, "user_id": who, "channel_id": "C1"}
    body = urlencode({**form, "trigger_id": f"t{number}.{time.time_ns()}"})
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    answer = client.post(url, content=body, headers=headers)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, answer.text
    return took


def load(send: Callable[[int], float], rate: int, seconds: int) -> list[float]:
    """Send at a steady rate, whether or not earlier ones were answered."""
    with ThreadPoolExecutor(64) as pool:
        began, sent = time.monotonic(), []
        for number in range(rate * seconds):
            threading.Event().wait(max(0.0, began + number / rate - time.monotonic()))
            sent.append(pool.submit(send, number))
        return [future.result() for future in sent]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the database's only write lock, as a stuck process would."""
    holder = sqlite3.connect(database, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


@contextmanager
def server(folder: Path, api_url: str) -> Iterator[str]:
    """Start the real server and return the address of its page for Slack."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "night.md").write_text(PLAYBOOK, encoding="utf-8")
    environment = {
        **os.environ,
        "TOCSIN_DATA": str(folder),
        "TOCSIN_SLACK_BOT_TOKEN": BOT_TOKEN,
        "TOCSIN_SLACK_SIGNING_SECRET": SECRET,
        "TOCSIN_SLACK_API_URL": api_url,
        "PYTHONPATH": str(ROOT / "src"),
    }
    words = [sys.executable, "-m", "tocsin", "serve", "--port", str(port), "--playbook", str(folder / "night.md")]
    process = subprocess.Popen(words, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        await_port(port)
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        process.kill()
        process.wait()


def await_port(port: int) -> None:
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
            return
        except httpx.HTTPError:
            threading.Event().wait(0.1)
    raise RuntimeError("The server did not start.")


def main(rate: int = 20, seconds: int = 15) -> int:
    running, worst = emulator(), 0.0
    direct = WebClient(BOT_TOKEN, base_url=f"{running.url('slack')}/api/")
    who = next(user["id"] for user in direct.users_list()["members"] if user["name"] == "ana")
    team = str(direct.auth_test()["team_id"])
    with tempfile.TemporaryDirectory(prefix="tocsin-ack-") as name, FaultProxy(running.ports["slack"]) as faults:
        folder = Path(name)
        with (
            server(folder, f"http://localhost:{faults.port}/api/") as url,
            httpx.Client(timeout=30, limits=ONE_EACH) as client,
        ):
            for title, trouble, fault in (
                ("calm", nullcontext(), PASS),
                ("database locked", locked(folder / "tocsin.sqlite3"), PASS),
                ("Slack's API slow by 2 s", nullcontext(), Fault(delay_seconds=2.0)),
            ):
                faults.choose = lambda number, fault=fault: fault  # type: ignore[misc]
                with trouble:
                    took = load(lambda number: command(client, url, number, who, team), rate, seconds)
                cuts = statistics.quantiles(took, n=100)
                worst = max(worst, cuts[98])
                print(
                    f"{title}: {len(took)} at {rate}/s, p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms, most {max(took):.0f} ms"
                )
    return 0 if worst < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
