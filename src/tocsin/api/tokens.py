"""Make, find and revoke personal tokens. The secret is shown once and only its hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from tocsin.api.models import Token
from tocsin.errors import ForbiddenError, NotFoundError, NotSignedInError, UnreadableError
from tocsin.people.models import Person

PREFIX = "toc_"
_ORDER = [scope.value for scope in Token.Scope]
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenRefusedError(NotSignedInError):
    """This token is unknown, revoked or too old. Make another on your account's page, or run `tocsin login`."""


class ScopeTooSmallError(ForbiddenError):
    """This token may not do this. Use one with a larger scope, or sign in."""


class TokenNotFoundError(NotFoundError):
    """You have no such token. List your tokens to see their numbers."""


class ExpiryPassedError(UnreadableError):
    """A token cannot expire before it is made. Give a later moment, or none."""


def make(person: Person, name: str, scope: str, now: datetime, expires_at: datetime | None = None) -> tuple[Token, str]:
    """Return a new token and its secret, which nobody can see again. *Raises* ExpiryPassedError."""
    if expires_at is not None and expires_at <= now:
        raise ExpiryPassedError
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        person=person,
        name=name,
        scope=scope,
        secret_hash=_hash(secret),
        hint=secret[-4:],
        made_at=now,
        expires_at=expires_at,
    )
    return token, secret


def find(secret: str, now: datetime) -> Token:
    """Return the token that is good now, and note its use. *Raises* TokenRefusedError."""
    token = live(now).select_related("person").filter(secret_hash=_hash(secret), person__is_active=True).first()
    if token is None:
        raise TokenRefusedError
    unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USE_IS_NOTED_EVERY:
        Token.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    return token


def live(now: datetime) -> QuerySet[Token]:
    """The tokens that are good at `now`."""
    return Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def revoke(person: Person, number: int, now: datetime) -> None:
    """End one of the person's tokens; ending it twice changes nothing. *Raises* TokenNotFoundError."""
    token = Token.objects.filter(person=person, pk=number).first()
    if token is None:
        raise TokenNotFoundError
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def covers(scope: str, least: str) -> bool:
    """True when `scope` allows all that `least` does."""
    return _ORDER.index(scope) >= _ORDER.index(least)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
