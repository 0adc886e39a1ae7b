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
    watcher = None
    if subject != marks.ALL and request.GET.get("show") == "room":
        zone = find_zone(person.time_zone)
        watcher = Watcher(person, request.session.session_key or "", get_language() or "en", zone)
    events = _events(subject, Face(person.pk, str(person)), watcher)
    stream = StreamingHttpResponse(events, content_type="text/event-stream")
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"
    return stream


async def _events(subject: str, who: Face, watcher: Watcher | None) -> AsyncIterator[str]:
    """Write marks as they come, and who is in the room whenever that is not who was told of last."""
    pulse = pulse_here()
    told: tuple[Face, ...] = ()
    marks_of_it = pulse.follow(subject, None if subject == marks.ALL else who)
    async for event in _with_rooms(marks_of_it, subject, watcher) if watcher else _alone(marks_of_it):
        yield event
        if (here := pulse.here(subject)) != told:
            told = here
            yield f"event: here\ndata: {json.dumps([here[:FACES_AT_MOST], len(here)])}\n\n"


async def _alone(found: AsyncIterator[str]) -> AsyncIterator[str]:
    async for mark in found:
        yield _event(mark)


async def _with_rooms(found: AsyncIterator[str], ref: str, watcher: Watcher) -> AsyncIterator[str]:
    """Write the room before its mark for those who look on. The first mark comes alone: the page was just loaded."""
    shared, is_first = rooms_here(), True
    shared.enter(watcher)
    try:
        async for mark in found:
            drawing = await shared.drawing(ref, mark, watcher) if mark and not is_first else None
            is_first = False
            if drawing is not None:
                yield f"event: room\ndata: {drawing.data}\n\n"
                mark = drawing.mark
            yield _event(mark)
    finally:
        shared.leave(watcher)


def _event(mark: str) -> str:
    return f"event: mark\ndata: {mark}\n\n" if mark else ": still here\n\n"


def _may_follow(person: Person, ref: str) -> bool:
    try:
        return may_see(person, queries.load(ref).state)
    except IncidentNotFoundError:
        return False
