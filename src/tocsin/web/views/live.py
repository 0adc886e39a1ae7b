"""The stream of server-sent events that tells a page that it is no longer up to date."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tocsin.people.access import may_see
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.store.queries import IncidentNotFoundError
from tocsin.web import marks
from tocsin.web.middleware import find_zone
from tocsin.web.pulse import Face, pulse_here
from tocsin.web.sentences import refusal
from tocsin.web.views.shared_room import Watcher, rooms_here

FACES_AT_MOST = 8


async def changes(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream the mark of what `?follow=` names, an incident's ref or "*", at once and after each change.

    With `&show=room` the room itself comes before its mark, for those who would all see the same.
    """
    person = await request.auser()
    if not person.is_authenticated:
        return HttpResponse(_("Sign in first."), status=401, content_type="text/plain")
    subject = request.GET.get("follow", marks.ALL)
    if subject != marks.ALL and not await sync_to_async(_may_follow)(person, subject):
        return HttpResponse(refusal(IncidentNotFoundError()), status=404, content_type="text/plain")
    who = None if subject == marks.ALL else Face(person.pk, str(person))
    events = _marks(subject, who)
    if who is not None and request.GET.get("show") == "room":
        zone = find_zone(person.time_zone)
        watcher = Watcher(person, request.session.session_key or "", get_language() or "en", zone)
        events = _rooms(subject, watcher, who)
    stream = StreamingHttpResponse(events, content_type="text/event-stream")
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"
    return stream


async def _marks(subject: str, who: Face | None) -> AsyncIterator[str]:
    told = _Told(subject)
    async for mark in pulse_here().follow(subject, who):
        yield _event(mark) + told.news()


async def _rooms(ref: str, watcher: Watcher, who: Face) -> AsyncIterator[str]:
    """The first mark comes alone: the page has just been loaded."""
    shared, is_first, told = rooms_here(), True, _Told(ref)
    shared.enter(watcher)
    try:
        async for mark in pulse_here().follow(ref, who):
            drawing = await shared.drawing(ref, mark, watcher) if mark and not is_first else None
            is_first = False
            if drawing is not None:
                yield f"event: room\ndata: {drawing.data}\n\n"
                mark = drawing.mark
            yield _event(mark) + told.news()
    finally:
        shared.leave(watcher)


def _event(mark: str) -> str:
    return f"event: mark\ndata: {mark}\n\n" if mark else ": still here\n\n"


class _Told:
    """Remembers of whom a page was told last that they are in the room."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._last: tuple[Face, ...] = ()

    def news(self) -> str:
        """Return the event that says who is in the room now, "" where the page knows."""
        here = pulse_here().here(self._subject)
        if here == self._last:
            return ""
        self._last = here
        return f"event: here\ndata: {json.dumps([here[:FACES_AT_MOST], len(here)])}\n\n"


def _may_follow(person: Person, ref: str) -> bool:
    try:
        return may_see(person, queries.load(ref).state)
    except IncidentNotFoundError:
        return False
