"""Keep one caller from taking the server from the others: so many requests a minute each, counted in this process."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from tocsin.api.callers import Caller

_WINDOW_SECONDS = 60


class PerMinute(BaseThrottle):
    """Counts each person's requests, and those without a token by address. `API_REQUESTS_PER_MINUTE` 0: no limit."""

    def allow_request(self, request: HttpRequest) -> bool:
        most: int = settings.API_REQUESTS_PER_MINUTE
        caller = getattr(request, "auth", None)
        who = caller.person.ref if isinstance(caller, Caller) else f"address {request.META.get('REMOTE_ADDR', '')}"
        key = f"api-pace {who} {int(time.time()) // _WINDOW_SECONDS}".replace(" ", "-")
        cache.add(key, 0, timeout=2 * _WINDOW_SECONDS)
        return most == 0 or cache.incr(key) <= most

    def wait(self) -> float:
        """Return the seconds until the count begins again."""
        return _WINDOW_SECONDS - time.time() % _WINDOW_SECONDS
