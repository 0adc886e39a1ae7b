"""Wakes the workers of this process when there is something to send. Knows nothing of what that is."""

from __future__ import annotations

import threading
import weakref


class Bell:
    """One worker's bell. A ring before the wait is not lost."""

    def __init__(self) -> None:
        self._event = threading.Event()
        _bells.add(self)

    def ring(self) -> None:
        self._event.set()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for a ring, and return whether there was one."""
        rang = self._event.wait(timeout_seconds)
        self._event.clear()
        return rang


_bells: weakref.WeakSet[Bell] = weakref.WeakSet()


def ring_all() -> None:
    """Wake every worker of this process now."""
    for bell in list(_bells):
        bell.ring()
