"""The one clock that pages read. The project may hand in another one; a test hands in one that it moves by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
_shown: ContextVar[datetime | None] = ContextVar("shown", default=None)


def now() -> datetime:
    """Return the present moment, aware UTC; in a scripted drill's pages, the drill's own."""
    return _shown.get() or page_clock.now()


@contextmanager
def showing(moment: datetime) -> Iterator[None]:
    """Let it be `moment` for what is rendered in the block."""
    token = _shown.set(moment)
    try:
        yield
    finally:
        _shown.reset(token)
