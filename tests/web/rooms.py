"""Steps that the tests of the room share: declare, act, read the room."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client


def key() -> str:
    return str(uuid.uuid4())


def declare(client: Client, **words: Any) -> str:
    """Declare an incident as a browser without JavaScript would and return its reference."""
    answer = client.post("/declare/", {"key": key(), "title": "Nobody can sign in", **words})
    assert answer.status_code == 302, words_of(answer)
    return answer.headers["Location"].strip("/").split("/")[-1]


def act(client: Client, ref: str, verb: str, **words: Any) -> HttpResponse:
    """Send one form of the room."""
    return client.post(f"/incidents/{ref}/do/{verb}/", {"key": key(), **words})


def done(client: Client, ref: str, verb: str, **words: Any) -> None:
    """Send one form of the room, which must be taken."""
    answer = act(client, ref, verb, **words)
    assert answer.status_code == 302, words_of(answer)


def words_of(answer: HttpResponse) -> str:
    """Return what a page says, without its markup, on one line."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(unescape(text).split())


def room(client: Client, ref: str) -> str:
    answer = client.get(f"/incidents/{ref}/")
    assert answer.status_code == 200
    return words_of(answer)


def html(client: Client, ref: str) -> str:
    return client.get(f"/incidents/{ref}/").content.decode()
