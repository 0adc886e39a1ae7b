"""Tells open pages that what they show has changed. One reader for all pages of the process, however many are open.

It looks at once when this process changed something, and twice a second for what other processes changed. It says only
that something is new; pages fetch what it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from tocsin.desk import bus
from tocsin.web import marks

LOOK_EVERY_SECONDS = 0.5
ALIVE_EVERY_SECONDS = 15.0
GATHER_SECONDS = 0.3
log = logging.getLogger(__name__)


class Face(NamedTuple):
    """A person who looks: the number of their account, and their name."""

    number: int
    name: str


class Pulse:
    """The pages open in one event loop, by what they follow: an incident's ref, or "*" for the list."""

    def __init__(self) -> None:
        self._pages: dict[str, set[asyncio.Queue[str | None]]] = {}
        self._marks: dict[str, str] = {}
        self._looker: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._is_ending = False
        self._faces: dict[str, Counter[Face]] = {}
        self._shown: dict[str, tuple[Face, ...]] = {}
        self._telling: set[str] = set()

    async def follow(self, subject: str, who: Face | None = None) -> AsyncIterator[str]:
        """Yield the mark of `subject` now and whenever it changes; "" when somebody came or went, and after a while.

        `who` looks at it as long as this goes on.
        """
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.setdefault(subject, set()).add(page)
        self._came(subject, who)
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
            self._went(subject, who)

    def here(self, subject: str) -> tuple[Face, ...]:
        """Return who has a page of `subject` open, by name."""
        return self._shown.get(subject, ())

    def _came(self, subject: str, who: Face | None) -> None:
        if who is not None:
            self._faces.setdefault(subject, Counter())[who] += 1
            self._tell_soon(subject)

    def _went(self, subject: str, who: Face | None) -> None:
        faces = self._faces.get(subject)
        if who is None or faces is None:
            return
        faces[who] -= 1
        if not +faces:
            self._faces.pop(subject, None)
        self._tell_soon(subject)

    def _tell_soon(self, subject: str) -> None:
        """Tell once for all who come and go within a second, however many they are."""
        if subject not in self._telling:
            self._telling.add(subject)
            self._loop.call_later(GATHER_SECONDS, self._tell_here, subject)

    def _tell_here(self, subject: str) -> None:
        self._telling.discard(subject)
        faces = sorted(+self._faces.get(subject, Counter()), key=lambda face: (face.name.casefold(), face.number))
        if faces:
            self._shown[subject] = tuple(faces)
        else:
            self._shown.pop(subject, None)
        for page in self._pages.get(subject, ()):
            page.put_nowait("")

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
        newer = page.get_nowait()
        mark = newer if newer is None else newer or mark
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
