"""A harbour for the whole run, a town for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integrations.github.harbour import Harbour, Town, harbour
from tests.integrations.github.harbour import town as town_in


@pytest.fixture(scope="session")
def the_harbour() -> Iterator[Harbour]:
    with harbour() as found:
        yield found


@pytest.fixture
def town(the_harbour: Harbour, transactional_db: None) -> Iterator[Town]:
    with town_in(the_harbour) as found:
        yield found
