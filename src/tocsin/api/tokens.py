"""Make, find and revoke personal tokens. The secret is shown once and only its hash is stored."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from tocsin.api.models import Token
from tocsin.desk.writer import KeyReusedError
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


@dataclass(frozen=True, slots=True)
class Wish:
    """The token that is asked for. `expires_at` None: good until revoked."""

    person: Person
    name: str
    scope: str
    expires_at: datetime | None = None


def make(wish: Wish, now: datetime, secret: str | None = None) -> tuple[Token, str]:
    """Return a new token and its secret, which nobody can see again; with a `secret` of before, the token made then.

    *Raises* ExpiryPassedError, KeyReusedError when that token was another.
    """
    if secret is not None and (made := Token.objects.filter(secret_hash=hash_of(secret)).first()) is not None:
        if (made.person, made.name, made.scope, made.expires_at) != (*_parts(wish),):
            raise KeyReusedError
        return made, secret
    if wish.expires_at is not None and wish.expires_at <= now:
        raise ExpiryPassedError
    secret = secret or PREFIX + secrets.token_urlsafe(32)
    person, name, scope, expires_at = _parts(wish)
    token = Token.objects.create(
        person=person,
        name=name,
        scope=scope,
        expires_at=expires_at,
        secret_hash=hash_of(secret),
        hint=secret[-4:],
        made_at=now,
    )
    return token, secret


def secret_for(key: str | None, whose: str) -> str | None:
    """Return the secret that an Idempotency-Key always gives, so that no answer with a secret in it has to be kept.

    It cannot be guessed from the key: it is made with this installation's own key.
    """
    return None if key is None else PREFIX + base64.urlsafe_b64encode(_bytes_for(key, whose)).decode().rstrip("=")


def secret_for_webhook(key: str | None, whose: str) -> str | None:
    """Return the webhook's key that an Idempotency-Key always gives."""
    return None if key is None else "whsec_" + base64.b64encode(_bytes_for(key, f"webhook {whose}")).decode()


def _bytes_for(key: str, whose: str) -> bytes:
    return salted_hmac("tocsin.api.tokens", f"{whose}\0{key}", algorithm="sha256").digest()


def _parts(wish: Wish) -> tuple[Person, str, str, datetime | None]:
    return wish.person, wish.name, wish.scope, wish.expires_at


def find(secret: str, now: datetime) -> Token:
    """Return the token that is good now, and note its use. *Raises* TokenRefusedError."""
    token = live(now).select_related("person").filter(secret_hash=hash_of(secret), person__is_active=True).first()
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


def hash_of(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
