"""Tocsin is killed in the middle of a write and stays away for an hour: both sides meet again with everything kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.integrations.github.harbour import Town
from tests.outside.fault_proxy import CUT_HTTP, DROP, PASS, Fault, FaultProxy

RETAIN = "- [ ] Retain any relevant materials.\n"


@contextmanager
def tocsin(folder: Path, command: str, **plan: Any) -> Iterator[subprocess.Popen[str]]:
    """Run Tocsin on the data in `folder`; whatever happens, it has ended afterwards."""
    environment = {**os.environ, "TOCSIN_DATA": str(folder), "TOCSIN_SECRET_KEY": "only-for-tests"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment.pop("TOCSIN_DATABASE_URL", None)
    if command == "live":
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    words = [sys.executable, "-m", "tests.integrations.github.github_process", command, json.dumps(plan)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


class LastMoment:
    """Lets the reading before a write through, and puts `fault` on the write itself; nothing comes after it."""

    def __init__(self, fault: Fault) -> None:
        self.faults = iter([PASS, fault])
        self.has_come = threading.Event()

    def __call__(self, number: int) -> Fault:
        fault = next(self.faults, DROP)
        if fault is not PASS:
            self.has_come.set()
        return fault


def kill_while_writing(town: Town, folder: Path, fault: Fault) -> int:
    """Live until the first write to the body, kill the process in it, and return the issue's number."""
    moment = LastMoment(fault)
    with (
        FaultProxy(town.harbour.emulator.ports["github"]) as line,
        tocsin(folder, "live", repository=town.repository, api_url=f"http://localhost:{line.port}", hours=0) as process,
    ):
        assert process.stdin is not None and process.stdout is not None
        number = int(process.stdout.readline())
        line.choose = moment
        process.stdin.write("\n")
        process.stdin.flush()
        assert moment.has_come.wait(30)
        if fault is CUT_HTTP:
            await_write(town, number)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    return number


def await_write(town: Town, number: int) -> None:
    """The write is on its way and will not be answered: wait until GitHub has it."""
    deadline = time.monotonic() + 10
    while "[x] Start a video" not in town.body(number):
        assert time.monotonic() < deadline, "the write never arrived"
        threading.Event().wait(0.02)


def work_by_hand(body: str) -> str:
    """What people do on GitHub in that hour."""
    return (
        body.replace("[ ] Find out", "[x] Find out")
        .replace("_High/Medium/Low_", "_Medium_")
        .replace(RETAIN, "- [x] Borrow a generator. 🔌\n")
        .replace("## Follow-up", "The mayor rang at nine.\n\n## Follow-up")
    )


@pytest.mark.parametrize("fault", [DROP, CUT_HTTP], ids=["before GitHub heard", "after GitHub heard"])
def test_an_hour_after_a_kill_both_sides_have_every_tick_and_edit(town: Town, tmp_path: Path, fault: Fault) -> None:
    number = kill_while_writing(town, tmp_path, fault)
    before = town.body(number)
    assert ("[x] Start a video" in before) == (fault is CUT_HTTP)
    by_hand = town.edit("grace", number, work_by_hand)

    with tocsin(tmp_path, "back", repository=town.repository, api_url=town.harbour.url, hours=1) as process:
        said, _ = process.communicate(timeout=60)
    told = json.loads(said)
    expected = by_hand
    for words in ("Start a video", "Check the", "Assign the severity"):  # The last is done by naming one.
        expected = expected.replace(f"[ ] {words}", f"[x] {words}")
    check = next(line for line in expected.splitlines(keepends=True) if "Check the" in line)
    # The last line of its phase that Tocsin knew of is gone, so its own new one stands below the one before.
    assert town.body(number) == expected.replace(check, f"{check}- [ ] Call the diver\n")
    assert told["unsent"] == []
    assert told["added"] == ["Borrow a generator. 🔌", "Call the diver"]
    assert told["skipped"] == {"Retain any relevant materials.": "removed on GitHub"}
    assert [words.split(" ", 1)[0] for words in told["done"]] == [
        "Assign",
        "Borrow",
        "Check",
        "Create",
        "Find",
        "Start",
    ]
    assert len(town.issues()) == 1
