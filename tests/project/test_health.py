"""A supervisor learns whether Tocsin answers and keeps up, and nothing of any incident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.desk.cast import T0, declare
from tocsin.web.clock import page_clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock_given_back() -> Iterator[None]:
    yield
    page_clock.hand_in(lambda: datetime.now(UTC))


def test_a_living_process_answers(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_an_empty_installation_is_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["clock_late_seconds"] == 0.0
    assert answer.json()["outbox"]["failed"] == 0


def test_a_clock_that_does_not_keep_up_is_not_ready(client: Client) -> None:
    """The hand-made playbook asks for an update after 30 minutes and reminds 5 minutes ahead; nobody ticked the clock."""
    declare()
    page_clock.hand_in(lambda: T0 + timedelta(minutes=27))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["clock_late_seconds"] == 120.0


def test_nothing_of_an_incident_is_told(client: Client) -> None:
    declare(title="The secret outage")
    assert b"secret" not in client.get("/readyz").content
