"""One-time links sign one person in, once, for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.people.models import Person, SignInLink
from tocsin.people.sign_in import LINK_LIFETIME, SignInLinkRefusedError, first_administrator, make_secret, redeem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_a_link_signs_its_person_in_once() -> None:
    person = Person.objects.create_user("rosa@example.org", name="Rosa")
    secret = make_secret(person, NOW)
    assert redeem(secret, NOW + timedelta(minutes=1)) == person
    with pytest.raises(SignInLinkRefusedError):
        redeem(secret, NOW + timedelta(minutes=2))


def test_a_link_expires() -> None:
    secret = make_secret(first_administrator(), NOW)
    with pytest.raises(SignInLinkRefusedError):
        redeem(secret, NOW + LINK_LIFETIME)


def test_an_unknown_secret_is_refused() -> None:
    with pytest.raises(SignInLinkRefusedError):
        redeem("nonsense", NOW)


def test_a_person_who_left_cannot_use_their_link() -> None:
    person = Person.objects.create_user("sam@example.org", name="Sam", is_active=False)
    with pytest.raises(SignInLinkRefusedError):
        redeem(make_secret(person, NOW), NOW)


def test_the_secret_itself_is_not_stored() -> None:
    secret = make_secret(first_administrator(), NOW)
    assert not SignInLink.objects.filter(secret_hash__contains=secret).exists()


def test_the_first_administrator_is_made_once() -> None:
    assert first_administrator() == first_administrator()
    assert first_administrator().is_administrator
