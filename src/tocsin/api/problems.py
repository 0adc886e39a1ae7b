"""Answer every error as a problem document (RFC 9457), whoever raised it: us, Django or the request's own form.

`type` is the address, on this server, of a page about that kind of problem; the last part of it never changes.
"""

from __future__ import annotations

import http
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import Field

from tocsin.api import clock, words
from tocsin.errors import (
    MEANINGS,
    CorruptError,
    NotFoundError,
    NotSignedInError,
    RefusedError,
    TocsinError,
    TooManyError,
    UnavailableError,
    UnreadableError,
    meaning_of,
    slug_of,
)

MEDIA_TYPE = "application/problem+json"
ADDRESS = "/api/v1/problems/"
_log = logging.getLogger("tocsin.api")


class Fault(Schema):
    """One part of a request that cannot be used. `at` is a path into it: "body/title"."""

    at: str
    detail: str


class Problem(Schema):
    """What went wrong, and what to do about it."""

    type: str = Field(description="Stable address of this kind of problem.", examples=["/api/v1/problems/not-found"])
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What happened here, and what to do next.")
    errors: list[Fault] = Field(default=[], description="Which parts of the request cannot be used, and why.")


class NoSuchAddressError(NotFoundError):
    """The API has nothing at this address. The document at /api/v1/openapi.json lists all there is."""


class MethodNotAllowedError(RefusedError):
    """This address does not take this method. The Allow header says which it takes."""


class MalformedError(UnreadableError):
    """The request is not well-formed. Send JSON in UTF-8 with the header Content-Type: application/json."""


class TooLargeError(RefusedError):
    """The request is too large. Send less at once."""


class DatabaseBusyError(UnavailableError):
    """The database does not answer just now. Nothing was changed; try again in a few seconds."""


# What HTTP itself says, not one of our roots: these go before the table of meanings.
_OWN_STATUS: dict[type[TocsinError], int] = {MethodNotAllowedError: 405, MalformedError: 400, TooLargeError: 413}


def status_of(kind: type[TocsinError]) -> int:
    """Return the HTTP status that answers this kind of error."""
    return _OWN_STATUS.get(kind, meaning_of(kind).http_status)


def title_of(kind: type[TocsinError]) -> str:
    return slug_of(kind).replace("-", " ").capitalize()


def kinds(root: type[TocsinError] = TocsinError) -> Iterator[type[TocsinError]]:
    """Every kind of error that any part can raise, roots first."""
    yield root
    for child in root.__subclasses__():
        yield from kinds(child)


def answer(error: TocsinError, errors: Sequence[Fault] = ()) -> JsonResponse:
    """Return the problem document for `error`."""
    kind, status = type(error), status_of(type(error))
    problem = Problem(
        type=ADDRESS + slug_of(kind), title=title_of(kind), status=status, detail=error.message, errors=list(errors)
    )
    response = JsonResponse(problem.model_dump(exclude_defaults=True), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Tocsin"'
    if isinstance(error, UnavailableError):
        response["Retry-After"] = str(_wait_seconds(error))
    return response


def register(api: NinjaAPI) -> None:
    """Have `api` answer every error as a problem."""
    api.add_exception_handler(TocsinError, _answer_known)
    api.add_exception_handler(ValidationError, _answer_invalid)
    api.add_exception_handler(HttpError, lambda request, error: answer(_from_status(error.status_code, str(error))))
    api.add_exception_handler(AuthenticationError, lambda request, error: answer(NotSignedInError()))
    api.add_exception_handler(Throttled, lambda request, error: answer(TooManyError()))
    api.add_exception_handler(Http404, lambda request, error: answer(NoSuchAddressError()))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: answer(TooLargeError()))
    api.add_exception_handler(OperationalError, lambda request, error: answer(_busy(error)))
    api.add_exception_handler(DataError, lambda request, error: answer(_busy(error)))
    api.add_exception_handler(Exception, _answer_bug)


def from_response(response: HttpResponseBase) -> HttpResponse:
    """Return a problem in place of an error page that Django made, with the headers that matter kept."""
    problem = answer(_from_status(response.status_code, ""))
    for name in ("Allow", "Retry-After"):
        if name in response:
            problem[name] = response[name]
    return problem


def _answer_known(request: HttpRequest, error: TocsinError) -> HttpResponse:
    if meaning_of(type(error)).is_fault:
        _log.error("%s %s: %s", request.method, request.path, error.message, exc_info=error)
    return answer(error)


def _answer_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [Fault(at=_place(found["loc"]), detail=_reason(found)) for found in error.errors]
    named = "; ".join(f"{fault.at}: {fault.detail}" for fault in faults[:5])
    return answer(UnreadableError(f"What was sent cannot be used. {named}"), faults)


def _place(location: Sequence[str | int]) -> str:
    """Return the path of a fault; ninja names a body twice."""
    parts = [str(part) for part in location]
    return "/".join(parts[1:] if parts[:2] == ["body", "body"] else parts)


def _reason(found: dict[str, Any]) -> str:
    is_unclean = found.get("ctx", {}).get("pattern") == words.CLEAN
    return "This holds characters that cannot be stored or shown; remove them." if is_unclean else str(found["msg"])


def _answer_bug(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(TocsinError())


def _busy(error: Exception) -> DatabaseBusyError:
    _log.error("the database refused", exc_info=error)
    return DatabaseBusyError()


def _from_status(status: int, message: str) -> TocsinError:
    """Return the error that stands for a bare HTTP status."""
    own = {code: kind for kind, code in _OWN_STATUS.items()}
    kind = own.get(status) or next(
        (root for root, meaning in MEANINGS.items() if meaning.http_status == status and root is not RefusedError), None
    )
    if kind is NotFoundError:
        return NoSuchAddressError()
    if kind is not None and not issubclass(kind, CorruptError):
        return kind()
    if 400 <= status < 500:
        return RefusedError(f"{http.HTTPStatus(status).phrase}. {message}".strip())
    return TocsinError()


def _wait_seconds(error: UnavailableError) -> int:
    if error.retry_at is None:
        return 5
    return max(1, round((error.retry_at - clock.now()).total_seconds()))


def example(kind: type[TocsinError]) -> dict[str, Any]:
    """Return a problem document as the documentation shows it."""
    return {
        "type": ADDRESS + slug_of(kind),
        "title": title_of(kind),
        "status": status_of(kind),
        "detail": kind().message,
    }
