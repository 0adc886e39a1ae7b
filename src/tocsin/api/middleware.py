"""Turn what Django itself refuses under /api/ (an unknown address, a method, a body too large) into problem documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tocsin.api import problems


class ProblemMiddleware:
    """Works for both kinds of server, so that it does not force one thread a request."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self._is_async:
            return self._later(request)
        response = self._get_response(request)
        assert isinstance(response, HttpResponseBase)
        return _mended(request, response)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        assert not isinstance(response, HttpResponseBase)
        return _mended(request, await response)


def _mended(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not request.path.startswith("/api/v1/"):
        return response
    if response.status_code >= 400 and not response.get("Content-Type", "").startswith(problems.MEDIA_TYPE):
        response = problems.from_response(response)
    response.setdefault("Cache-Control", "private, no-cache")
    return response
