"""The stream of server-sent events that tells a page that it is no longer up to date."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from tocsin.people.access import may_see
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.store.queries import IncidentNotFoundError
from tocsin.web import marks
from tocsin.web.pulse import Face, pulse_here
from tocsin.web.sentences import refusal

FACES_AT_MOST = 8


async def changes(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream the mark of what `?follow=` names, an incident's ref or "*", at once and after each change."""
    person = await request.auser()
    if not person.is_authenticated:
        return HttpResponse(_("Sign in first."), status=401, content_type="text/plain")
    subject = request.GET.get("follow", marks.ALL)
    if subject != marks.ALL and not await sync_to_async(_may_follow)(person, subject):
        return HttpResponse(refusal(IncidentNotFoundError()), status=404, content_type="text/plain")
    stream = StreamingHttpResponse(_events(subject, Face(person.pk, str(person))), content_type="text/event-stream")
    stream.headers["Cache-Control"] = "no-store"
    stream.headers["X-Accel-Buffering"] = "no"
    return stream


async def _events(subject: str, who: Face) -> AsyncIterator[str]:
    """Write marks as they come, and who is in the room whenever that is not who was told of last."""
    pulse = pulse_here()
    told: tuple[Face, ...] = ()
    async for mark in pulse.follow(subject, None if subject == marks.ALL else who):
        yield f"event: mark\ndata: {mark}\n\n" if mark else ": still here\n\n"
        if (here := pulse.here(subject)) != told:
            told = here
            yield f"event: here\ndata: {json.dumps([here[:FACES_AT_MOST], len(here)])}\n\n"


def _may_follow(person: Person, ref: str) -> bool:
    try:
        return may_see(person, queries.load(ref).state)
    except IncidentNotFoundError:
        return False
