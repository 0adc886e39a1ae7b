"""Pages for what went wrong say what to do."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from tests.web.rooms import key, words_of
from tocsin.errors import RefusedError, UnavailableError
from tocsin.web.views import errors


def test_a_page_that_is_not_there(rosa: Client) -> None:
    answer = rosa.get("/nowhere/")
    assert answer.status_code == 404
    assert "Look for it in the list of incidents." in words_of(answer)


def test_a_form_that_has_grown_old(db: None, rosa: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = rosa.cookies
    answer = strict.post("/declare/", {"key": key(), "title": "x"})
    assert answer.status_code == 403
    assert "reload the page and press the button again" in words_of(answer)


@pytest.fixture
def request_(rf: RequestFactory, rosa: Client) -> HttpRequest:
    return rosa.get("/").wsgi_request


@pytest.mark.parametrize(
    ("error", "status"), [(RefusedError("Mend this."), 409), (UnavailableError("Wait a little."), 503)]
)
def test_what_a_view_lets_through_is_answered_by_its_root(request_: HttpRequest, error: Exception, status: int) -> None:
    answer = errors.Refusals(lambda _request: None).process_exception(request_, error)
    assert answer is not None
    assert answer.status_code == status
    assert str(error) in words_of(answer)


def test_a_bug_is_not_hidden_as_a_refusal(request_: HttpRequest) -> None:
    assert errors.Refusals(lambda _request: None).process_exception(request_, ValueError("a bug")) is None


def test_a_bug_answers_with_a_page_that_needs_nothing(rf: RequestFactory) -> None:
    answer = errors.failed(rf.get("/"))
    assert answer.status_code == 500
    assert "What was saved before is safe." in words_of(answer)


def test_every_answer_carries_the_strict_policy(rosa: Client) -> None:
    for path in ("/", "/nowhere/", "/sign-in/"):
        policy = rosa.get(path).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
