"""The one clock that the API reads. The project hands in its steady one; a test hands in one that it moves by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

_read: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def hand_in(read: Callable[[], datetime]) -> None:
    """Tell the time by `read` from now on, in this process; it must return aware UTC."""
    global _read
    _read = read


def now() -> datetime:
    """Return the present moment, aware UTC."""
    return _read()
