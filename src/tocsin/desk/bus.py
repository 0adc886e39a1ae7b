"""Tell this process that an incident changed, once the change is committed. Carries no content: listeners read it.

Other processes' changes are found by `Watcher`, which looks at the newest rows of the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, Queue
from threading import Event as Flag
from threading import Lock

from tocsin.store.models import EventRow

log = logging.getLogger(__name__)
WAITING_AT_MOST = 100
LOOK_EVERY_SECONDS = 0.5
_LOOK_BACK_ROWS = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """An incident moved to `version`. `next_due_at` is known only for changes made in this process."""

    ref: str
    version: int
    next_due_at: datetime | None = None


Listener = Callable[[Changed], object]
_listeners: list[Listener] = []
_lock = Lock()


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` with each change, in the thread that made it, and return how to stop. It must be quick."""
    with _lock:
        _listeners.append(listener)
    return lambda: _forget(listener)


def publish(changed: Changed) -> None:
    """Tell every listener. One that fails is logged and harms neither the change nor the others."""
    with _lock:
        listeners = list(_listeners)
    for listener in listeners:
        try:
            listener(changed)
        except Exception:
            log.exception("A listener failed on %s", changed.ref)


class Subscription:
    """Changes as they come, for one page that stays open. Use as a context manager.

    A reader too slow for its queue loses the oldest changes, never the newest: it reads the incident anew anyway.
    """

    def __init__(self, ref: str | None = None) -> None:
        self._ref = ref
        self._queue: Queue[Changed] = Queue(WAITING_AT_MOST)
        self._putting = Lock()
        self._stop = listen(self._put)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def next(self, timeout_seconds: float) -> Changed | None:
        """Return the next change, or None when there is none for `timeout_seconds`."""
        try:
            return self._queue.get(timeout=timeout_seconds)
        except Empty:
            return None

    def _put(self, changed: Changed) -> None:
        if self._ref not in (None, changed.ref):
            return
        with self._putting:
            if self._queue.full():
                with suppress(Empty):
                    self._queue.get_nowait()
            self._queue.put_nowait(changed)


def subscribe(ref: str | None = None) -> Subscription:
    """Return a subscription to one incident's changes, or to all."""
    return Subscription(ref)


class Watcher:
    """Finds changes that other processes committed and publishes them here.

    On PostgreSQL a row may become visible after one with a higher number, so it looks back over the newest rows and
    remembers which it has seen.
    """

    def __init__(self) -> None:
        self._seen = {pk for pk, _, _ in _newest_rows()}

    def look(self) -> int:
        """Publish what is new since the last look and return the number of incidents that changed."""
        rows = _newest_rows()
        versions: dict[str, int] = {}
        for pk, ref, seq in rows:
            if pk not in self._seen:
                versions[ref] = max(seq, versions.get(ref, 0))
        self._seen = {pk for pk, _, _ in rows}
        for ref, version in versions.items():
            publish(Changed(ref, version))
        return len(versions)

    def run_forever(self, stop: Flag) -> None:
        """Look every half second until `stop` is set. A failing look is logged and tried again."""
        while not stop.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except Exception:
                log.exception("Could not look for changes of other processes")


def _newest_rows() -> list[tuple[int, str, int]]:
    rows = EventRow.objects.order_by("-pk").values_list("pk", "incident__ref", "seq")
    return list(rows[:_LOOK_BACK_ROWS])


def _forget(listener: Listener) -> None:
    with _lock, suppress(ValueError):
        _listeners.remove(listener)
