"""A real browser, and a server of our own for it to look at. Both are started here and ended by their process."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container, and without a word to the browser's maker.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_WITHIN_SECONDS = 60


def find_chromium() -> str:
    """Return the path of the system's Chromium; the tests fail with what to install where there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail(
        "There is no Chromium. Install the system's package (on Debian: apt-get install chromium) and run again."
    )


@contextmanager
def start_browser() -> Iterator[Browser]:
    """Run a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Served:
    """A running server. `ask` speaks to its wiring: playbook, person, move."""

    base_url: str
    process: subprocess.Popen[str]

    def ask(self, do: str, **parts: Any) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **parts}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "failed" not in answer, answer
        return str(answer["is"])

    def move(self, minutes: float) -> None:
        """Let time pass on the server."""
        self.ask("move", seconds=minutes * 60)

    def sign_in(self, browser: Browser, name: str, access: str = "responder", **context: Any) -> Page:
        """Open a browser of that person's own, signed in by a one-time link, and return its page."""
        secret = self.ask("person", name=name, access=access)
        own: BrowserContext = browser.new_context(base_url=self.base_url, **context)
        own.set_default_timeout(15_000)
        page = own.new_page()
        page.goto(f"/sign-in/{secret}/")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.base_url}/")
        return page


@contextmanager
def start_server(folder: Path, port: int | None = None) -> Iterator[Served]:
    """Run a server on a database of its own until the block ends. The same folder again finds what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment |= {
        "TOCSIN_DATA": str(folder),
        "TOCSIN_PORT": str(port),
        "TOCSIN_SECRET_KEY": "only-for-tests",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    if address := _own_database(folder):
        environment["TOCSIN_DATABASE_URL"] = address
    command = [sys.executable, "-m", "tests.outside.served", str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
    try:
        served = Served(f"http://127.0.0.1:{port}", process)
        _wait_until_ready(served)
        yield served
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(served: Served) -> None:
    end = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < end:
        assert served.process.poll() is None, "The server ended before it was ready; its words are above."
        try:
            urllib.request.urlopen(f"{served.base_url}/sign-in/", timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    pytest.fail("The server was not ready within a minute.")


def _own_database(folder: Path) -> str:
    """Make a database beside the suite's own where that is PostgreSQL, once for each folder; "" means SQLite."""
    if os.environ.get("TOCSIN_TEST_DATABASE") != "postgresql":
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "database"
    if not note.exists():
        name = f"pages_{uuid.uuid4().hex}"
        with psycopg.connect(os.environ["TOCSIN_DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        note.write_text(name, encoding="utf-8")
    parts = conninfo_to_dict(os.environ["TOCSIN_DATABASE_URL"])
    return _as_address(make_conninfo(**{**parts, "dbname": note.read_text(encoding="utf-8")}))


def _as_address(conninfo: str) -> str:
    """Write a connection as the URL that the setting takes."""
    from urllib.parse import quote, urlencode

    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    name = parts.pop("dbname")
    user = quote(parts.pop("user", ""))
    return (
        f"postgresql://{user}@/{quote(name)}?{urlencode(parts)}"
        if user
        else f"postgresql:///{quote(name)}?{urlencode(parts)}"
    )
