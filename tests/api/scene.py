"""The people, the playbook and the incident that the API's tests share: those of the documentation's examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.test import Client

from tocsin.api import clock, tokens
from tocsin.api.examples import PLAYBOOK, PLAYBOOK_NAME
from tocsin.desk import playbooks, writer
from tocsin.incident.commands import DeclareIncident
from tocsin.people.models import Audience, Contact, Membership, Person, Team

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CAST = (
    (1, "Rosa", Person.Access.ADMINISTRATOR),
    (2, "Sam", Person.Access.RESPONDER),
    (3, "Kim", Person.Access.COMMANDER),
    (4, "Lee", Person.Access.OBSERVER),
)


@dataclass
class HandClock:
    """A clock that a test moves by hand."""

    at: datetime = T0

    def now(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@contextmanager
def standing_clock() -> Iterator[HandClock]:
    """Have the API tell the time by hand."""
    hands = HandClock()
    clock.hand_in(hands.now)
    try:
        yield hands
    finally:
        clock.hand_in(lambda: datetime.now(UTC))


@dataclass
class Answer:
    """What came back: status, the JSON or else the text if there was any, and the headers."""

    status: int
    json: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Caller:
    """Calls the API with one person's token."""

    secret: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=True))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send JSON; `headers` are named with underscores: Idempotency_Key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret and "Authorization" not in named:
            named["Authorization"] = f"Bearer {self.secret}"
        address = path if path.startswith("/api/") else f"/api/v1{path}"
        data = b"" if body is None else json.dumps(body).encode()
        found = self.client.generic(method, address, data, "application/json", headers=named)
        is_json = "json" in found.headers.get("Content-Type", "")
        said = json.loads(found.content) if is_json else found.content.decode() or None
        return Answer(found.status_code, said, dict(found.headers))

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)


def caller(name: str, scope: str = "admin") -> Caller:
    """Return somebody of the cast, with a new token."""
    person = Person.objects.get(name=name)
    return Caller(tokens.make(tokens.Wish(person, "test", scope), T0)[1])


def set_up() -> str:
    """Store the cast, the playbook and INC-1, which Rosa declared at T0; return the playbook's digest."""
    audience = Audience.objects.create(name="transit agencies")
    Contact.objects.create(audience=audience, name="Desk", organisation="North Line", email="desk@north.example")
    for pk, name, access in CAST:
        Person.objects.create_user(f"{name.lower()}@example.org", pk=pk, name=name, access=access)
    for sql in connection.ops.sequence_reset_sql(no_style(), [Person]):
        with connection.cursor() as cursor:
            cursor.execute(sql)
    operators = Team.objects.create(name="operators")
    Membership.objects.create(team=operators, person=Person.objects.get(pk=1))
    digest = playbooks.add(PLAYBOOK.encode(), PLAYBOOK_NAME, now=T0)
    command = DeclareIncident(by="person:1", by_name="Rosa", title="Sign-in fails")
    writer.declare(command, digest, key="scene", now=T0)
    return digest
