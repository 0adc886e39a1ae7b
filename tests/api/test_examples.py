"""Every operation has an example, and the examples are what the server answers.

After a change on purpose, `TOCSIN_TEST_WRITE_EXAMPLES=1` writes the answers anew; look at the difference before keeping it.
"""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.api import scene
from tocsin.api import tokens
from tocsin.api.examples import DELIVERY_HERE, DIGEST_HERE, EXAMPLES, WEBHOOK_HERE, Example, answers
from tocsin.api.server import api
from tocsin.delivery.models import Delivery, WebhookEndpoint
from tocsin.people.models import Person, SignInLink

PATH = resources.files("tocsin.api").joinpath("examples.json")
WRITES = os.environ.get("TOCSIN_TEST_WRITE_EXAMPLES") == "1"


def _operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    found = api.get_openapi_schema(path_prefix="/api/v1/")
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    }


OPERATIONS = _operations()


def test_every_operation_has_an_example() -> None:
    assert sorted(OPERATIONS) == sorted(EXAMPLES)


def test_every_example_has_its_answer_in_the_description() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        success = next(answer for status, answer in operation["responses"].items() if int(status) < 300)
        shown = [content.get("example") for content in success.get("content", {}).values()]
        assert shown == [answers()[name]]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_what_the_server_answers(name: str, digest: str) -> None:
    SignInLink.objects.create(
        person=Person.objects.get(name="Rosa"),
        secret_hash=tokens.hash_of("one-time-secret"),
        expires_at=scene.T0.replace(year=2030),
    )
    for earlier in EXAMPLES[name].before:
        assert _run(EXAMPLES[earlier], digest).status < 300
    answer = _run(EXAMPLES[name], digest)
    assert answer.status < 300, answer.json
    if WRITES and answer.json is not None:
        _write(name, _steady(answer.json))
        return
    assert _steady(answer.json) == answers().get(name)


def _run(example: Example, digest: str) -> scene.Answer:
    caller = scene.caller(example.by)
    method, path, _ = OPERATIONS[example.operation]
    given = {name: digest if value == DIGEST_HERE else value for name, value in example.parameters.items()}
    if given.get("identity") == DELIVERY_HERE:
        given["identity"] = Delivery.objects.latest("position").identity
    if given.get("number") == WEBHOOK_HERE:
        given["number"] = WebhookEndpoint.objects.latest("pk").pk
    if example.operation == "revoke_token":
        given["number"] = tokens.find(caller.secret, scene.T0).pk
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{name}}}", quote(str(given.pop(name)), safe=""))
    address = f"{path}?{urlencode(given, doseq=True)}" if given else path
    once = {"Idempotency_Key": f"example-{example.operation}"} if method == "POST" else {}
    return caller.call(method, address, example.body, **once)


def _steady(value: Any) -> Any:
    """Put words in place of what differs between runs: secrets and the numbers that databases count."""
    text = json.dumps(value, ensure_ascii=False)
    text = re.sub(r"toc_[\w-]{43}", "toc_EXAMPLE", text)
    text = re.sub(r'"hint": "[^"]{4}"', '"hint": "MPLE"', text)
    text = re.sub(r'"(pk|number)": \d+, "name"', r'"\1": 1, "name"', text)
    text = re.sub(r"whsec_[\w+/=]{44}", "whsec_EXAMPLE", text)
    text = re.sub(r'"number": \d+, "url"', '"number": 1, "url"', text)
    text = re.sub(r"webhook-\d+\.test\.[0-9a-f]{16}", "webhook-1.test.0123456789abcdef", text)
    text = re.sub(r'"incident": "webhook-\d+"', '"incident": "webhook-1"', text)
    text = re.sub(r"/sign-in/[\w-]{20,}", "/sign-in/EXAMPLE", text)
    text = re.sub(r'"joined_at": "[^"]+"', '"joined_at": "2026-03-01T10:00:00Z"', text)
    text = re.sub(r'"contact:\d+"', '"contact:1"', text)
    return json.loads(re.sub(r'"ref": "person:\d{2,}"', '"ref": "person:5"', text))


def _write(name: str, answer: Any) -> None:
    path = Path(str(PATH))
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[name] = answer
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
