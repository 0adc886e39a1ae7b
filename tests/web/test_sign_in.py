"""Signing in by a one-time link, and what those who are not signed in see."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from tocsin.people.models import Person
from tocsin.people.sign_in import make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(steady: datetime) -> str:
    return make_secret(Person.objects.create_user("rosa@example.org", name="Rosa"), steady)


def test_looking_at_a_link_does_not_use_it_up(client: Client, secret: str) -> None:
    for _ in range(2):
        page = client.get(f"/sign-in/{secret}/")
        assert page.status_code == 200
        assert "This link works once." in page.content.decode()
    assert client.get("/").status_code == 302


def test_pressing_the_button_signs_in_once(client: Client, secret: str) -> None:
    assert client.post(f"/sign-in/{secret}/").headers["Location"] == "/"
    assert client.get("/").status_code == 200
    again = Client().post(f"/sign-in/{secret}/")
    assert again.status_code == 422
    assert "Ask an administrator for another" in again.content.decode()


def test_after_signing_in_the_person_is_where_they_wanted_to_be(client: Client, secret: str) -> None:
    asked = client.get("/playbooks/")
    assert asked.headers["Location"] == "/sign-in/?next=%2Fplaybooks%2F"
    client.get(asked.headers["Location"])
    assert client.post(f"/sign-in/{secret}/").headers["Location"] == "/playbooks/"


def test_nobody_is_sent_to_another_server_after_signing_in(client: Client, secret: str) -> None:
    client.get("/sign-in/?next=https://elsewhere.example.com/")
    assert client.post(f"/sign-in/{secret}/").headers["Location"] == "/"


@pytest.mark.parametrize(
    "path",
    ["/", "/declare/", "/incidents/INC-1/", "/playbooks/", "/people/", "/people/me/", "/incidents/INC-1/promises/"],
)
def test_every_page_asks_for_signing_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/sign-in/?next=")


def test_a_form_sent_while_signed_out_changes_nothing_and_says_what_to_do(client: Client) -> None:
    page = client.post("/incidents/INC-1/do/note/", {"text": "long thought"})
    assert page.status_code == 401
    assert "what you typed is still in the form" in page.content.decode()


def test_signing_out_ends_the_session(rosa: Client) -> None:
    assert rosa.get("/").status_code == 200
    assert rosa.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert rosa.get("/").status_code == 302


def test_somebody_signed_in_is_not_asked_to_sign_in(rosa: Client) -> None:
    assert rosa.get("/sign-in/").headers["Location"] == "/"
