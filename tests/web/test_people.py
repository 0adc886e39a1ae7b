"""People: who is there, inviting, access, one's own settings."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.rooms import words_of
from tocsin.people.models import Person


def test_an_administrator_invites_and_sees_the_link_once(rosa: Client) -> None:
    answer = rosa.post("/people/", {"name": "Ada", "email": "ada@example.org", "access": "responder"})
    assert answer.status_code == 200
    link = re.search(r'value="http://testserver(/sign-in/[^"]+/)"', answer.content.decode())
    assert link is not None
    other = Client()
    other.post(link.group(1))
    assert "Ada" in words_of(other.get("/people/me/"))
    assert "/sign-in/" not in rosa.get("/people/").content.decode()


def test_an_address_is_invited_once(rosa: Client) -> None:
    answer = rosa.post("/people/", {"name": "Rosa two", "email": "rosa@example.org", "access": "observer"})
    assert answer.status_code == 422
    assert "already exists" in words_of(answer)
    assert 'value="Rosa two"' in answer.content.decode()


def test_a_new_link_for_somebody_who_lost_theirs(rosa: Client, sam: Client) -> None:
    person = Person.objects.get(name="Sam")
    assert "A link for Sam" in words_of(rosa.post(f"/people/{person.pk}/link/"))


def test_access_is_changed(rosa: Client, sam: Client) -> None:
    person = Person.objects.get(name="Sam")
    assert rosa.get(f"/people/{person.pk}/").status_code == 200
    assert rosa.post(f"/people/{person.pk}/", {"access": "observer", "is_active": "on"}).status_code == 302
    assert Person.objects.get(name="Sam").access == "observer"


def test_the_last_administrator_stays_one(rosa: Client) -> None:
    person = Person.objects.get(name="Rosa")
    answer = rosa.post(f"/people/{person.pk}/", {"access": "responder", "is_active": "on"})
    assert answer.status_code == 422
    assert "Make another person administrator first" in words_of(answer)
    assert Person.objects.get(name="Rosa").is_administrator


@pytest.mark.parametrize("path", ["/people/", "/people/{}/", "/people/{}/link/"])
def test_others_only_look(sam: Client, path: str) -> None:
    person = Person.objects.get(name="Sam")
    answer = sam.post(path.format(person.pk), {"name": "x", "email": "x@example.org", "access": "administrator"})
    assert answer.status_code == 403
    assert "Invite somebody" not in words_of(sam.get("/people/"))


def test_ones_own_settings(rosa: Client) -> None:
    answer = rosa.post("/people/me/", {"name": "Rosa A.", "time_zone": "Europe/Madrid", "language": "es"})
    assert answer.status_code == 302
    person = Person.objects.get(email="rosa@example.org")
    assert (person.name, person.time_zone, person.language) == ("Rosa A.", "Europe/Madrid", "es")


def test_a_time_zone_that_is_none_is_refused(rosa: Client) -> None:
    answer = rosa.post("/people/me/", {"name": "Rosa", "time_zone": "Mars/Olympus", "language": "en"})
    assert answer.status_code == 422


def test_everybody_has_a_picture_drawn_here(rosa: Client) -> None:
    """Initials on a colour of their own; a name cannot smuggle markup in."""
    odd = Person.objects.create_user("odd@example.org", name="<b> Ørsted & Söhne")
    picture = rosa.get(f"/people/{odd.pk}/face.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "ÖS" in picture.content.decode() or "ØS" in picture.content.decode()
    assert "<b>" not in picture.content.decode()
    assert f'src="/people/{odd.pk}/face.svg"' in rosa.get("/people/").content.decode()
    assert Client().get(f"/people/{odd.pk}/face.svg").status_code == 302
