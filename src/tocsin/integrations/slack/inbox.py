"""Keeps what Slack sent, in a file each, from before it is acknowledged until it has been worked off.

So acknowledging waits for no database, and a crash between the two loses nothing: what is left is worked off at the next
start, or a minute later. What comes from one place is worked off in order. Knows nothing of what it holds.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import close_old_connections, connections

from tocsin.errors import UnavailableError

log = logging.getLogger(__name__)
LANES = 6
OPENERS = 4
TRIES = 4
REMEMBERS = 10_000
SWEEP_EVERY_SECONDS = 60.0
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Letter:
    """One request of Slack's. `key` is the same when Slack sends it again; `lane` names the place it came from; `at` is
    when it came (aware UTC, ISO); `view` is the form that was opened for it, "" for none."""

    key: str
    kind: str
    lane: str
    at: str
    body: dict[str, Any] = field(default_factory=dict)
    view: str = ""

    @property
    def came_at(self) -> datetime:
        return datetime.fromisoformat(self.at)


Open = Callable[[Letter], Letter]
Work = Callable[[Letter], None]


class Inbox:
    """Works letters off on threads of its own. `open_form` is quick, touches no database, and goes first, since Slack
    lets a form be opened only within three seconds; `work` may take its time."""

    def __init__(self, folder: Path, open_form: Open, work: Work, *, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._open_form = open_form
        self._work = work
        self._now = now
        self._openers = ThreadPoolExecutor(OPENERS, thread_name_prefix="slack-open")
        self._lanes = [ThreadPoolExecutor(1, thread_name_prefix=f"slack-work-{number}") for number in range(LANES)]
        self._known: OrderedDict[str, None] = OrderedDict()
        self._pending: set[Future[None]] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, letter: Letter) -> bool:
        """Keep a letter for good and start on it. Return False where it had come before."""
        if not self._is_new(letter.key):
            return False
        self._write(letter)
        self._submit(self._openers, self._begin, letter)
        return True

    def take_up(self, older_than: timedelta = timedelta()) -> int:
        """Start on what an earlier run, or an earlier failure, left. Return how many."""
        count = 0
        for path in sorted(self._folder.glob("*.json")):
            letter = self._read(path)
            if letter is None or self._now() - letter.came_at < older_than:
                continue
            if self._now() - letter.came_at > GIVE_UP_AFTER:
                log.error("Slack's %s of %s could not be worked off in a day and is dropped", letter.kind, letter.at)
                path.unlink(missing_ok=True)
                continue
            self._is_new(letter.key)
            self._submit(self._lane(letter), self._finish, letter)
            count += 1
        return count

    def run_forever(self, stop: threading.Event) -> None:
        """Take up what is left, now and every minute, until `stop` is set."""
        self.take_up()
        while not stop.wait(SWEEP_EVERY_SECONDS):
            self.take_up(older_than=timedelta(seconds=SWEEP_EVERY_SECONDS))

    def settle(self, within_seconds: float = 30.0) -> bool:
        """Wait until nothing is being worked off. Return whether that came in time."""
        ends_at = time.monotonic() + within_seconds
        while pending := self._snapshot():
            if time.monotonic() > ends_at:
                return False
            wait(pending, timeout=max(0.0, ends_at - time.monotonic()))
        return True

    def stop(self) -> None:
        """Stop after what is being worked off; the rest stays in its files."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        self._openers.shutdown(wait=True, cancel_futures=True)
        for lane in self._lanes:
            lane.submit(connections.close_all)
            lane.shutdown(wait=True)

    # --- threads ------------------------------------------------------------------------------------------------

    def _submit(self, pool: ThreadPoolExecutor, work: Callable[[Letter], None], letter: Letter) -> None:
        try:
            future = pool.submit(work, letter)
        except RuntimeError:
            return  # The process is stopping: the letter waits in its file for the next one.
        with self._lock:
            self._pending.add(future)
        future.add_done_callback(self._forget)

    def _forget(self, future: Future[None]) -> None:
        with self._lock:
            self._pending.discard(future)

    def _snapshot(self) -> set[Future[None]]:
        with self._lock:
            return set(self._pending)

    def _lane(self, letter: Letter) -> ThreadPoolExecutor:
        return self._lanes[zlib.crc32(letter.lane.encode()) % LANES]

    def _begin(self, letter: Letter) -> None:
        try:
            letter = self._open_form(letter)
        except Exception:
            log.exception("A form could not be opened for Slack's %s", letter.kind)
        self._submit(self._lane(letter), self._finish, letter)

    def _finish(self, letter: Letter) -> None:
        """Work a letter off, a few times if need be, and only then forget it."""
        for tries in range(TRIES):
            if self._stopped.is_set():
                return
            close_old_connections()
            try:
                self._work(letter)
            except UnavailableError as error:
                log.warning("Slack's %s waits: %s", letter.kind, error.message)
                self._stopped.wait(0.5 * 2**tries)
            except Exception:
                log.exception("Slack's %s could not be worked off", letter.kind)
                self._stopped.wait(0.5 * 2**tries)
            else:
                self._path(letter.key).unlink(missing_ok=True)
                return
            finally:
                close_old_connections()

    # --- files --------------------------------------------------------------------------------------------------

    def _is_new(self, key: str) -> bool:
        with self._lock:
            if key in self._known:
                return False
            self._known[key] = None
            if len(self._known) > REMEMBERS:
                self._known.popitem(last=False)
            return True

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"

    def _write(self, letter: Letter) -> None:
        path = self._path(letter.key)
        draft = path.with_suffix(f".{threading.get_ident()}.new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(letter), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _read(self, path: Path) -> Letter | None:
        try:
            return Letter(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            log.exception("A kept request of Slack's cannot be read and is set aside: %s", path.name)
            path.rename(path.with_suffix(".unreadable"))
            return None
