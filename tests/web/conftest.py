"""A browser, a server for it, and people and a playbook for the tests of single views."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from tests.outside.browser import Served, start_browser, start_server
from tocsin.desk import playbooks
from tocsin.people.models import Person
from tocsin.web.clock import page_clock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).parent / "documents" / "harbour.md"
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser() as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the harbour playbook, whose clock begins on Monday 2 March 2026 at 9:00 UTC."""
    with start_server(tmp_path_factory.mktemp("served")) as running:
        running.ask("playbook", path=str(DOCUMENT))
        yield running


@pytest.fixture
def rosa_page(served: Served, browser: Browser) -> Iterator[Page]:
    """Rosa's browser. She is administrator."""
    page = served.sign_in(browser, "Rosa", "administrator")
    yield page
    page.context.close()


@pytest.fixture
def steady() -> Iterator[datetime]:
    """Pages of this process that tell one time: NOW."""
    page_clock.hand_in(lambda: NOW)
    yield NOW
    page_clock.hand_in(lambda: datetime.now(UTC))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page's language stays with its thread; each test begins in English."""
    with translation.override("en"):
        yield


def _client(name: str, access: str) -> Client:
    person = Person.objects.create_user(f"{name.lower()}@example.org", name=name, access=access)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def rosa(db: None, steady: datetime) -> Client:
    """An administrator, signed in."""
    return _client("Rosa", "administrator")


@pytest.fixture
def sam(db: None, steady: datetime) -> Client:
    """A responder, signed in."""
    return _client("Sam", "responder")


@pytest.fixture
def noor(db: None, steady: datetime) -> Client:
    """An observer, signed in."""
    return _client("Noor", "observer")


@pytest.fixture
def digest(db: None) -> str:
    """The harbour playbook, kept and current."""
    return playbooks.add(DOCUMENT.read_bytes(), DOCUMENT.name, now=NOW)
