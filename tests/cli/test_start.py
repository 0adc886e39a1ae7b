"""The terminal is a client: it starts without the server's parts."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("django", "ninja", "uvicorn", "psycopg", "httpx", "markdown_it", "rich.table")


def test_the_program_starts_without_the_server() -> None:
    script = (
        f"import sys\nfrom tocsin.project import program\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
