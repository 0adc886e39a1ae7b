"""A workspace for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integrations.slack.workspace import Workspace, workspace


@pytest.fixture
def slack(tmp_path: Path, transactional_db: None) -> Iterator[Workspace]:
    """A workspace with the app in it."""
    with workspace(tmp_path) as found:
        yield found
