"""What holds for every answer: a strict Content-Security-Policy, and each person's own time zone and language."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import sync_and_async_middleware

from tocsin.people.models import Person

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
Answer = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def content_security_policy(get_response: Answer) -> Answer:
    """Let pages load nothing from elsewhere and run no inline script."""

    def guarded(response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    async def answer_later(request: HttpRequest) -> HttpResponse:
        return guarded(await get_response(request))

    def answer(request: HttpRequest) -> HttpResponse:
        return guarded(get_response(request))

    return answer_later if iscoroutinefunction(get_response) else answer


@sync_and_async_middleware
def personal_settings(get_response: Answer) -> Answer:
    """Show times in the signed-in person's zone and texts in their language, for this request only."""

    async def answer_later(request: HttpRequest) -> HttpResponse:
        with _as_they_like_it(request, await request.auser()):
            return await get_response(request)

    def answer(request: HttpRequest) -> HttpResponse:
        with _as_they_like_it(request, request.user):
            return get_response(request)

    return answer_later if iscoroutinefunction(get_response) else answer


@contextmanager
def _as_they_like_it(request: HttpRequest, person: AbstractBaseUser | AnonymousUser) -> Iterator[None]:
    if not isinstance(person, Person):
        yield
        return
    with timezone.override(find_zone(person.time_zone)):
        if person.language in dict(settings.LANGUAGES):
            translation.activate(person.language)
            request.LANGUAGE_CODE = person.language
        yield


def find_zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of that name, UTC where the machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
