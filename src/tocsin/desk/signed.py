"""Links that speak for their holder without signing in: to acknowledge, to answer a page, to unsubscribe. The key of the
installation signs them; nothing is stored, and the same link is made for the same thing every time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.core import signing

from tocsin.errors import NotFoundError

Purpose = Literal["message", "page", "unsubscribe"]


class BadLinkError(NotFoundError):
    """This link is not one that Tocsin made, or a part of it is missing. Open it again from the message."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for: a message or a page of an incident, or the directory (`ref` and `id` "")."""

    purpose: Purpose
    who: str
    ref: str = ""
    id: str = ""


def token(link: Link) -> str:
    """Return a link's secret part, safe in an address."""
    return signing.Signer(salt="tocsin.link").sign_object([link.purpose, link.who, link.ref, link.id])


def read(text: str) -> Link:
    """Return what a link is for. *Raises* BadLinkError."""
    try:
        return Link(*signing.Signer(salt="tocsin.link").unsign_object(text))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLinkError from error
