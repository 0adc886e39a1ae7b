"""What every test of the terminal can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.outside.api_server import RunningServer, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A real server in a process of its own."""
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal that is signed in nowhere."""
    return Terminal(tmp_path)


@pytest.fixture
def rosa(terminal: Terminal, server: RunningServer) -> Terminal:
    """A terminal with a token of an administrator in its environment."""
    terminal.settings = {"TOCSIN_SERVER": server.address, "TOCSIN_TOKEN": server.tokens["Rosa"]}
    return terminal
