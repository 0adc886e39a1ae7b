"""The one clock that pages read. The project may hand in another one; a test hands in one that it moves by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _machine_time() -> datetime:
    return datetime.now(UTC)


class PageClock:
    """Holds the function that tells the time to this process's pages."""

    def __init__(self) -> None:
        self._read: Callable[[], datetime] = _machine_time

    def hand_in(self, read: Callable[[], datetime]) -> None:
        """Tell the time by `read` from now on; it must return aware UTC."""
        self._read = read

    def now(self) -> datetime:
        return self._read()


page_clock = PageClock()


def now() -> datetime:
    """Return the present moment, aware UTC."""
    return page_clock.now()
