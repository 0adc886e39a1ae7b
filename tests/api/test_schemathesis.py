"""Whatever is sent to the API, it answers as its description says it may, and never with a fault of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from tests.api import scene
from tocsin.api.examples import EXAMPLES

MOMENTS = {"at", "began_at", "expires_at", "since", "starts_at", "until"}
MOST = int(os.environ.get("TOCSIN_TEST_SCHEMATHESIS_EXAMPLES", "4"))


@pytest.fixture
def described(rosa: scene.Caller, settings: Any) -> Iterator[BaseSchema]:
    """The API as it describes itself, called by an administrator with no limit on the number of requests.

    As Django's own test client does, a request's end does not close the database, since the test's transaction is open.
    """
    settings.API_REQUESTS_PER_MINUTE = 0
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = _read_description()
    schema.config.update(headers={"Authorization": f"Bearer {rosa.secret}"})
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def _read_description() -> BaseSchema:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    schema.config.checks.positive_data_acceptance.expected_statuses += ["304", "412"]
    schema.config.checks.negative_data_rejection.expected_statuses += ["412", "413"]
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_answer_is_one_that_is_documented(name: str, mode: GenerationMode, described: BaseSchema) -> None:
    """`positive`: requests that keep to the description; `negative`: those that break it somewhere."""
    operation = described.find_operation_by_id(name)
    if mode.is_negative and not _can_be_wrong(operation):
        return

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=MOST,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        if mode.is_positive:
            _keep_moments_near(case)
        # The header with the token goes with every request, so taking it away is tried in test_callers.
        case.call_and_validate(excluded_checks=[ignored_auth])

    ask()


def _keep_moments_near(case: Case) -> None:
    """Put a moment of our time for one in the year 4913: JSON Schema cannot say which years are meant."""
    for part in (case.body, case.query):
        for name in MOMENTS & set(part if isinstance(part, dict) else ()):
            if isinstance(part[name], str):
                part[name] = "2026-03-02T08:00:00Z"


def _can_be_wrong(operation: Any) -> bool:
    """False for an operation without anything to send: no request can break its description."""
    return bool(operation.body) or any(len(list(part)) for part in (operation.path_parameters, operation.query))
