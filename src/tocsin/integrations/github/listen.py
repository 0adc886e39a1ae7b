"""Hear GitHub: check that it is GitHub, keep what it sent, answer. What it means is worked off by `reading`.

Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.integrations.github.models import Arrival

EVENTS = frozenset({"issues", "issue_comment", "push"})
LARGEST_BYTES = 25 * 1024 * 1024


class GitHubWebhook:
    """The page at /github/webhook. `wake` tells the reader that something arrived."""

    def __init__(self, secret: str, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._secret = secret.encode()
        self._now = now
        self._wake = wake

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._secret:
            return _answer(404, "GitHub webhooks are not set up here: set TOCSIN_GITHUB_WEBHOOK_SECRET.")
        if request.method != "POST":
            return _answer(405, "Webhooks are sent with POST.")
        if int(request.headers.get("content-length") or 0) > LARGEST_BYTES:
            return _answer(413, "This delivery is larger than GitHub sends.")
        body = request.body
        if not self._is_signed(body, request.headers.get("x-hub-signature-256", "")):
            return _answer(401, "The signature is missing or wrong. Give both sides the same secret.")
        return self._keep(request, body)

    def _is_signed(self, body: bytes, signature: str) -> bool:
        wanted = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted.encode(), signature.encode())

    def _keep(self, request: HttpRequest, body: bytes) -> HttpResponse:
        event, guid = request.headers.get("x-github-event", ""), request.headers.get("x-github-delivery", "")
        if not guid or len(guid) > 60:
            return _answer(400, "The delivery has no usable X-GitHub-Delivery.")
        if event not in EVENTS:
            return _answer(202, "Not needed.")
        try:
            payload = _payload(request, body)
        except ValueError:
            return _answer(400, "The delivery is no JSON.")
        # An id that two different deliveries share, as some senders make them from the time, is still told apart.
        name = f"{guid}:{hashlib.sha256(body).hexdigest()[:16]}"
        _, is_new = Arrival.objects.get_or_create(
            guid=name, defaults={"event": event, "payload": payload, "received_at": self._now()}
        )
        self._wake()
        return _answer(202, "Kept." if is_new else "Known already.")


_handed_in: GitHubWebhook | None = None


def hand_in(page: GitHubWebhook | None) -> None:
    """Answer with `page` from now on, in this process."""
    global _handed_in
    _handed_in = page


@csrf_exempt
def github_webhook(request: HttpRequest) -> HttpResponse:
    """The page at /github/webhook. GitHub's signature stands in for the token that forms of our own carry."""
    return _handed_in(request) if _handed_in else _answer(404, "GitHub is not set up here.")


def _payload(request: HttpRequest, body: bytes) -> dict[str, object]:
    """Return the payload, which GitHub sends as JSON or as a form. *Raises* ValueError."""
    text = str(request.POST["payload"]) if "payload" in request.POST else body.decode()
    # PostgreSQL's JSON holds no zero character, and GitHub shows none.
    payload = json.loads(text.replace("\\u0000", "\\ufffd"))
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    return payload


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
