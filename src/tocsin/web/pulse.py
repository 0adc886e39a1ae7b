"""Tells open pages that what they show has changed. One reader for all pages of the process, however many are open.

It looks at once when this process changed something, and twice a second for what other processes changed. It says only
that something is new; pages fetch what it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from tocsin.desk import bus
from tocsin.web import marks

LOOK_EVERY_SECONDS = 0.5
ALIVE_EVERY_SECONDS = 15.0
log = logging.getLogger(__name__)


class Pulse:
    """The pages open in one event loop, by what they follow: an incident's ref, or "*" for the list."""

    def __init__(self) -> None:
        self._pages: dict[str, set[asyncio.Queue[str | None]]] = {}
        self._marks: dict[str, str] = {}
        self._looker: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._is_ending = False

    async def follow(self, subject: str) -> AsyncIterator[str]:
        """Yield the mark of `subject` now and whenever it changes; "" when nothing did for a while."""
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.setdefault(subject, set()).add(page)
        self._start()
        try:
            last = await sync_to_async(_read_one)(subject)
            yield last
            while (mark := await _next(page)) is not None and not self._is_ending:
                if mark != last:
                    last = mark or last
                    yield mark
        finally:
            self._leave(subject, page)

    def end(self) -> None:
        """End the streams of this loop; from any thread, and from a signal handler."""
        self._is_ending = True
        self._loop.call_soon_threadsafe(self._tell_end)

    def _tell_end(self) -> None:
        for pages in self._pages.values():
            for page in pages:
                page.put_nowait(None)

    def _start(self) -> None:
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look_on())

    def _leave(self, subject: str, page: asyncio.Queue[str | None]) -> None:
        pages = self._pages.get(subject, set())
        pages.discard(page)
        if not pages:
            self._pages.pop(subject, None)
            self._marks.pop(subject, None)

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        stop = bus.listen(lambda _changed: loop.call_soon_threadsafe(self._wake.set))
        try:
            while self._pages:
                await self._look()
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_SECONDS)
        finally:
            stop()

    async def _look(self) -> None:
        try:
            found = await sync_to_async(_read)(frozenset(self._pages))
        except Exception:
            log.exception("Could not look for changes; trying again")
            return
        for subject, mark in found.items():
            if self._marks.get(subject) != mark:
                self._marks[subject] = mark
                for page in self._pages.get(subject, ()):
                    page.put_nowait(mark)


async def _next(page: asyncio.Queue[str | None]) -> str | None:
    """Return the newest mark that waits, "" when none comes, None when the stream is to end."""
    try:
        mark = await asyncio.wait_for(page.get(), ALIVE_EVERY_SECONDS)
    except TimeoutError:
        return ""
    while mark is not None and not page.empty():
        mark = page.get_nowait()
    return mark


def _read(subjects: frozenset[str]) -> dict[str, str]:
    close_old_connections()
    found = marks.of_each(subjects - {marks.ALL})
    if marks.ALL in subjects:
        found[marks.ALL] = marks.of_all()
    return found


def _read_one(subject: str) -> str:
    return _read(frozenset({subject})).get(subject, "")


_pulses: dict[int, Pulse] = {}


def end_all() -> None:
    """End every open stream, from any thread, so that a server that stops does not wait for them. Pages come back."""
    for pulse in list(_pulses.values()):
        pulse.end()


def pulse_here() -> Pulse:
    """Return the pulse of the running event loop."""
    key = id(asyncio.get_running_loop())
    if key not in _pulses:
        _pulses[key] = Pulse()
    return _pulses[key]
