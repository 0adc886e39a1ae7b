"""Give a POST that is sent twice with one `Idempotency-Key` one effect and one answer.

The effect and the answer are kept in one transaction, so that a crash between them cannot be seen. A request that was
refused had no effect and is not kept: the same key may be used again once its cause is mended.
*Source*: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from tocsin.api import clock
from tocsin.api.callers import caller_of
from tocsin.api.models import KeptAnswer
from tocsin.desk.writer import KeyReusedError
from tocsin.errors import UnreadableError

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=7)
PATTERN = r"^[!-~]{1,200}$"
_KEPT_HEADERS = ("ETag", "Location", "Content-Type")

View = Callable[..., Any]


class BadKeyError(UnreadableError):
    """An Idempotency-Key is 1 to 200 visible ASCII characters. A random UUID does well."""


def key_of(request: HttpRequest) -> str | None:
    """Return the request's key, or None. *Raises* BadKeyError."""
    key = request.headers.get(HEADER)
    if key is not None and not re.match(PATTERN, key):
        raise BadKeyError
    return key


def with_good_key(view: View) -> View:
    """Wrap an operation's function: a key that is none is refused before anything else is looked at."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST":
            key_of(request)
        return view(request, *args, **kwargs)

    return wrapped


def gives_a_secret(view: View) -> View:
    """Mark an operation whose answer holds a secret and so is never kept; it makes sure of one effect by itself."""
    view.gives_a_secret = True  # type: ignore[attr-defined]
    return view


def answer_once(view: View) -> View:
    """Wrap an operation's function, which runs once the caller was let in and the request was understood."""
    if getattr(view, "gives_a_secret", False):
        return view

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = key_of(request) if request.method == "POST" else None
        if key is None:
            return view(request, *args, **kwargs)
        return _once(request, key, lambda: view(request, *args, **kwargs))

    return wrapped


def forget(now: datetime) -> int:
    """Delete the answers that were kept long enough; return how many."""
    return KeptAnswer.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


def _once(request: HttpRequest, key: str, run: Callable[[], HttpResponse]) -> HttpResponse:
    now = clock.now()
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        kept, is_new = KeptAnswer.objects.get_or_create(
            person=caller_of(request).person, key=key, defaults={"fingerprint": fingerprint, "at": now}
        )
        if not is_new:
            return _again(kept, fingerprint)
        forget(now)
        response = run()
        _keep(kept, response)
    return response


def _again(kept: KeptAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise KeyReusedError
    response = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        response[name] = value
    response["Idempotent-Replay"] = "true"
    return response


def _keep(kept: KeptAnswer, response: HttpResponse) -> None:
    kept.status = response.status_code
    kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    kept.body = response.content.decode()
    kept.save()


def _fingerprint(request: HttpRequest) -> str:
    parts = (request.method or "", request.get_full_path(), request.headers.get("If-Match", ""))
    return hashlib.sha256("\0".join(parts).encode() + b"\0" + request.body).hexdigest()
