"""What every test of the API can ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.api import scene


@pytest.fixture
def hands() -> Iterator[scene.HandClock]:
    """The API's clock, standing at T0 until moved."""
    with scene.standing_clock() as found:
        yield found


@pytest.fixture
def digest(db: None, hands: scene.HandClock) -> str:
    """The cast, the playbook and INC-1 are stored."""
    cache.clear()
    return scene.set_up()


@pytest.fixture
def rosa(digest: str) -> scene.Caller:
    """An administrator."""
    return scene.caller("Rosa")


@pytest.fixture
def sam(digest: str) -> scene.Caller:
    """A responder."""
    return scene.caller("Sam")
