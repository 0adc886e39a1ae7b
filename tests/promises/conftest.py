"""What the tests with real processes can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.installation import Installation, installation


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    """An installation of its own."""
    with installation(tmp_path / "data") as made:
        yield made
