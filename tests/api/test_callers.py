"""Who is let in: personal tokens of enough scope, and signed-in browsers whose changes have the CSRF token."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.api import scene
from tests.api.test_examples import OPERATIONS
from tocsin.api import tokens
from tocsin.api.models import Token
from tocsin.people import sign_in
from tocsin.people.models import Person

NEEDS_NOBODY = {"make_token_from_link"}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - NEEDS_NOBODY))
@pytest.mark.parametrize("secret", ["", "toc_nonsense"])
def test_nobody_is_let_in_without_a_good_token(name: str, secret: str, digest: str) -> None:
    method, path, _ = OPERATIONS[name]
    path = re.sub(r"{number}|{version}", "1", path.replace("{ref}", "INC-1").replace("{digest}", digest))
    answer = scene.Caller(secret).call(method, re.sub(r"{\w+}", "x", path), {})
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Tocsin"'
    assert answer.json["type"].startswith("/api/v1/problems/")


def test_a_revoked_token_is_refused(rosa: scene.Caller) -> None:
    assert rosa.post("/tokens/current/revoke").status == 200
    assert rosa.get("/me").json["type"] == "/api/v1/problems/token-refused"


def test_a_token_expires(rosa: scene.Caller, hands: scene.HandClock) -> None:
    until = (scene.T0 + timedelta(hours=1)).isoformat()
    made = scene.Caller(rosa.post("/tokens", {"name": "short", "expires_at": until}).json["secret"])
    assert made.get("/me").status == 200
    hands.forward(hours=1)
    assert made.get("/me").status == 401


def test_a_token_cannot_expire_before_it_is_made(rosa: scene.Caller) -> None:
    until = (scene.T0 - timedelta(hours=1)).isoformat()
    assert rosa.post("/tokens", {"name": "short", "expires_at": until}).status == 422


def test_a_person_who_left_is_refused(sam: scene.Caller) -> None:
    Person.objects.filter(name="Sam").update(is_active=False)
    assert sam.get("/me").status == 401


def test_only_the_hash_of_a_secret_is_stored(rosa: scene.Caller) -> None:
    secret = rosa.post("/tokens", {"name": "robot"}, Idempotency_Key="robot").json["secret"]
    row = Token.objects.values().get(name="robot")
    assert secret not in str(row)
    assert row["secret_hash"] == tokens.hash_of(secret)


def test_a_tokens_use_is_noted_once_a_minute(rosa: scene.Caller, hands: scene.HandClock) -> None:
    rosa.get("/me")
    hands.forward(seconds=30)
    rosa.get("/me")
    assert rosa.get("/tokens").json["tokens"][0]["last_used_at"] == "2026-03-02T09:00:00Z"
    hands.forward(seconds=31)
    assert rosa.get("/tokens").json["tokens"][0]["last_used_at"] == "2026-03-02T09:01:01Z"


def test_a_token_that_may_read_may_not_write(digest: str) -> None:
    reader = scene.caller("Rosa", scope="read")
    assert reader.get("/incidents").status == 200
    answer = reader.post("/incidents/INC-1/notes", {"text": "…"})
    assert (answer.status, answer.json["type"]) == (403, "/api/v1/problems/scope-too-small")


def test_a_token_that_may_write_may_not_make_tokens_nor_people(digest: str) -> None:
    writer = scene.caller("Rosa", scope="write")
    assert writer.post("/incidents/INC-1/notes", {"text": "…"}).status == 200
    assert writer.post("/tokens", {"name": "larger", "scope": "admin"}).status == 403
    assert writer.post("/people", {"name": "Ana", "email": "ana@example.org"}).status == 403


def test_the_same_key_gives_the_same_token_again(rosa: scene.Caller) -> None:
    first = rosa.post("/tokens", {"name": "robot"}, Idempotency_Key="k")
    again = rosa.post("/tokens", {"name": "robot"}, Idempotency_Key="k")
    assert (first.status, first.json) == (again.status, again.json)
    assert rosa.post("/tokens", {"name": "another"}, Idempotency_Key="k").status == 409


def test_tokens_are_seen_and_revoked_by_their_own_person_only(rosa: scene.Caller, sam: scene.Caller) -> None:
    number = rosa.get("/tokens").json["tokens"][0]["number"]
    assert number not in [token["number"] for token in sam.get("/tokens").json["tokens"]]
    assert sam.post(f"/tokens/{number}/revoke").status == 404


def test_a_sign_in_link_gives_a_token_once_and_survives_a_lost_answer(digest: str) -> None:
    secret = sign_in.make_secret(Person.objects.get(name="Sam"), scene.T0)
    nobody = scene.Caller("")
    first = nobody.post("/tokens/from-link", {"secret": secret}, Idempotency_Key="k")
    assert first.status == 201
    assert scene.Caller(first.json["secret"]).get("/me").json["name"] == "Sam"
    again = nobody.post("/tokens/from-link", {"secret": secret}, Idempotency_Key="k")
    assert again.json["secret"] == first.json["secret"]
    assert nobody.post("/tokens/from-link", {"secret": secret}, Idempotency_Key="other").status == 401


@pytest.fixture
def browser(digest: str) -> Client:
    """Rosa's browser, signed in, which checks CSRF as in production."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(name="Rosa"))
    return client


def test_a_signed_in_browser_may_read(browser: Client) -> None:
    assert browser.get("/api/v1/me").json()["scope"] == "admin"


def test_a_browsers_change_needs_the_csrf_token(browser: Client) -> None:
    answer = browser.post("/api/v1/incidents/INC-1/notes", {"text": "…"}, content_type="application/json")
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems/csrf-failed")
    browser.cookies["csrftoken"] = "a" * 32
    answer = browser.post(
        "/api/v1/incidents/INC-1/notes",
        {"text": "…"},
        content_type="application/json",
        headers={"X-CSRFToken": "a" * 32},
    )
    assert answer.status_code == 200


def test_a_bad_token_is_not_mended_by_a_session(browser: Client) -> None:
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer toc_bad"}).status_code == 401
    assert browser.get("/api/v1/me", headers={"Authorization": "Basic cm9zYTp4"}).status_code == 401
