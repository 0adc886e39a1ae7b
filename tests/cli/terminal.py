"""The real program: in this process, in one of its own, or with a terminal around it."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import subprocess
import sys
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tocsin.cli import exits
from tocsin.errors import TocsinError
from tocsin.project.program import app

WAIT_AT_MOST_SECONDS = 60


@dataclass(frozen=True)
class Said:
    """What a command printed and its exit code."""

    out: str
    err: str
    code: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Terminal:
    """Somebody's terminal: `home` is where it keeps its settings."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str = "", **settings: str) -> Said:
        """Run a command in a script, where nobody is there to be asked; in this process, which is quicker."""
        environment = {
            **dict.fromkeys(name for name in os.environ if name.startswith("TOCSIN_")),
            **self._ours(settings),
        }
        done = CliRunner().invoke(app, list(arguments), input=stdin, env=environment)
        if isinstance(done.exception, TocsinError):
            told = io.StringIO()
            with redirect_stderr(told):
                code = exits.tell(done.exception, arguments)
            return Said(done.stdout, done.stderr + told.getvalue(), code)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.stdout, done.stderr, done.exit_code)

    def start(self, *arguments: str, **settings: str) -> Said:
        """Run a command in a process of its own, as a shell does."""
        done = subprocess.run(
            self._command(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self._environment(settings),
            timeout=WAIT_AT_MOST_SECONDS,
            check=False,
        )
        return Said(done.stdout, done.stderr, done.returncode)

    def type(self, *arguments: str, keys: str = "", after: str = "", **settings: str) -> Said:
        """Run a command on a terminal, with `keys` typed in once it says `after`; what it printed is all in `out`."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self._command(arguments),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self._environment(settings),
            close_fds=True,
            start_new_session=True,
        )
        os.close(theirs)
        shown = _read(ours, until=after)
        if keys:
            os.write(ours, keys.encode())
        shown += _read(ours)
        os.close(ours)
        return Said(shown, "", process.wait(WAIT_AT_MOST_SECONDS))

    def follow(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that goes on, and return it with its output to be read."""
        environment = self._environment({})
        return subprocess.Popen(self._command(arguments), stdout=subprocess.PIPE, text=True, env=environment)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "tocsin", *arguments]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
        return {**kept, **self._ours(more), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def _ours(self, more: dict[str, str]) -> dict[str, str]:
        fixed = {"XDG_CONFIG_HOME": str(self.home), "COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "TZ": "UTC"}
        return {**fixed, **self.settings, **more}


def _read(source: int, until: str | None = None) -> str:
    """Return what comes, up to the words `until`, or to the end where none are given."""
    read = b""
    while until is None or until.encode() not in read:
        if not select.select([source], [], [], WAIT_AT_MOST_SECONDS)[0]:
            break
        try:
            part = os.read(source, 65536)
        except OSError:  # Linux says so when the other side of a terminal is closed.
            break
        if not part:
            break
        read += part
    return read.decode()
