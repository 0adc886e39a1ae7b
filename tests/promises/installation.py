"""An installation of its own for tests that need real processes: a data folder, or a database on the test server.

Child processes run `tests.promises.child`; the test talks to them over their standard input and output, line by line.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 120


class Child:
    """A process of the installation. What it prints is read by line, each a JSON value."""

    def __init__(self, environment: dict[str, str], arguments: list[str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.child", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> Any:
        """Return the next value it prints. Fails when it ended without printing one."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the process ended with {self.process.wait(LONGEST_SECONDS)} and printed nothing more"
        return json.loads(line)

    def read_all(self) -> list[Any]:
        """Return all the values it prints until its output ends."""
        assert self.process.stdout is not None
        return [json.loads(line) for line in self.process.stdout if line.endswith("\n")]

    def say(self, word: str) -> None:
        """Send it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """Close its input and wait for it to end well."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(LONGEST_SECONDS) == 0

    def kill(self) -> None:
        """End it as a power cut would, with no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LONGEST_SECONDS)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


class Installation:
    """A database with all tables, and the processes started on it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._children: list[Child] = []

    def start(self, *arguments: object) -> Child:
        """Start a child with one of the child's commands."""
        child = Child(self.environment, [str(argument) for argument in arguments])
        self._children.append(child)
        return child

    def ask(self, *arguments: object) -> Any:
        """Run a child to its end and return the one value it prints."""
        child = self.start(*arguments)
        answer = child.read()
        assert child.process.wait(LONGEST_SECONDS) == 0
        return answer

    def close(self) -> None:
        for child in self._children:
            child.close()


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """Make an installation that ends with the block, on the kind of database that the tests run on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tocsin.project.settings",
        "TOCSIN_DATA": str(folder),
        "TOCSIN_SECRET_KEY": "only-for-tests",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PYTHONWARNINGS": "error",
    }
    folder.mkdir(parents=True)
    with _database(environment):
        made = Installation(environment)
        try:
            assert made.ask("migrate") == "migrated"
            yield made
        finally:
            made.close()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(environment: dict[str, str]) -> Iterator[None]:
    server = os.environ.get("TOCSIN_DATABASE_URL")
    if not server:
        yield
        return
    name = f"tocsin_{secrets.token_hex(6)}"
    environment["TOCSIN_DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
