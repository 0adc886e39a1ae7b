"""One-time links that sign a person in. The secret is shown once and only its hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from tocsin.errors import NotSignedInError
from tocsin.people.models import Person, SignInLink

LINK_LIFETIME = timedelta(hours=24)


class SignInLinkRefusedError(NotSignedInError):
    """This sign-in link was used or is too old. Ask an administrator for another, or run `tocsin sign-in-link`."""


def make_secret(person: Person, now: datetime, lifetime: timedelta = LINK_LIFETIME) -> str:
    """Return the secret of a new link for `person`; it works once until `now` + `lifetime`."""
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(person=person, secret_hash=_hash(secret), expires_at=now + lifetime)
    return secret


def redeem(secret: str, now: datetime) -> Person:
    """Use a link up and return whose it is. *Raises* SignInLinkRefusedError when used, expired or unknown."""
    with transaction.atomic():
        taken = SignInLink.objects.filter(
            secret_hash=_hash(secret), used_at=None, expires_at__gt=now, person__is_active=True
        ).update(used_at=now)
        if not taken:
            raise SignInLinkRefusedError
        return SignInLink.objects.select_related("person").get(secret_hash=_hash(secret)).person


def first_administrator() -> Person:
    """Return an administrator, made now if the installation has none yet."""
    found = Person.objects.filter(access=Person.Access.ADMINISTRATOR, is_active=True).order_by("pk").first()
    return found or Person.objects.create_superuser("admin@tocsin.invalid", name="Administrator")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
