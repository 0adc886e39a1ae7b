"""GitHub for tests: an organisation whose people and App act on real repositories of the emulator.

What the emulator sends as webhooks is kept here first, so that a test can deliver it, lose it or send it twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from tests.outside import emulate
from tests.outside.emulate import Emulator
from tests.outside.fault_proxy import FaultProxy
from tests.outside.http_receiver import HttpReceiver, Posted
from tocsin.delivery.retry import RetryPolicy
from tocsin.delivery.worker import Worker
from tocsin.desk import routes
from tocsin.desk.routes import Routes
from tocsin.integrations.github import listen
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.connect import GitHubParts, connect
from tocsin.integrations.room.send import RoomConnector

SECRET = "between-harbour-and-tocsin"
PEOPLE = ("ada", "grace", "stranger")
BASE_URL = "https://tocsin.example"
_REPOSITORIES = 150
_numbers = count(1)


@dataclass
class Harbour:
    """The emulator with its App. One a test run; each test takes a repository of its own."""

    emulator: Emulator
    hooks: HttpReceiver
    private_key: str

    @property
    def url(self) -> str:
        return self.emulator.url("github")


@contextmanager
def harbour() -> Iterator[Harbour]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    with HttpReceiver() as hooks:
        emulator = emulate.start(_seed(pem, hooks.url), "github")
        try:
            yield Harbour(emulator, hooks, pem)
        finally:
            emulator.stop()


def _seed(private_key: str, hook: str) -> Mapping[str, object]:
    repositories = [f"town-{number}" for number in range(1, _REPOSITORIES + 1)]
    return {
        "tokens": {f"token-of-{login}": {"login": login, "scopes": ["repo", "user"]} for login in PEOPLE},
        "github": {
            "users": [{"login": login, "name": login.title(), "email": f"{login}@harbour.example"} for login in PEOPLE],
            "orgs": [
                {
                    "login": "harbour",
                    "members": [{"login": "ada", "role": "admin"}, {"login": "grace", "role": "admin"}],
                }
            ],
            "repos": [{"owner": "harbour", "name": name, "auto_init": True} for name in repositories],
            "apps": [
                {
                    "app_id": 4711,
                    "slug": "tocsin",
                    "name": "Tocsin",
                    "private_key": private_key,
                    "permissions": {"issues": "write", "contents": "write", "metadata": "read"},
                    "events": ["issues", "issue_comment", "push"],
                    "webhook_url": hook,
                    "webhook_secret": SECRET,
                    "installations": [
                        {"installation_id": 99, "account": "harbour", "repository_selection": "all"},
                    ],
                }
            ],
        },
    }


@dataclass
class Clock:
    """Time for a test: it moves when told."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def now(self) -> datetime:
        return self.at

    def pass_(self, **length: float) -> datetime:
        self.at += timedelta(**length)
        return self.at


@dataclass
class Town:
    """One repository with Tocsin beside it, and the people who work in both."""

    harbour: Harbour
    name: str
    clock: Clock
    config: GitHubConfig
    parts: GitHubParts
    worker: Worker
    seen: set[int] = field(default_factory=set)
    awaited: list[Callable[[Mapping[str, Any]], bool]] = field(default_factory=list)

    @property
    def repository(self) -> str:
        return f"harbour/{self.name}"

    # --- people on GitHub ---------------------------------------------------------------------------------------

    def ask(self, who: str, verb: str, path: str, body: object = None) -> Any:
        """A person uses GitHub's API with a token of their own."""
        headers = {"Authorization": f"token token-of-{who}"}
        url = f"{self.harbour.url}/repos/{self.repository}{path}"
        answer = httpx.request(verb, url, json=body, headers=headers, timeout=10)
        assert answer.is_success, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def open_issue(self, who: str, title: str, body: str) -> int:
        self.awaited.append(lambda sent: sent.get("action") == "opened" and sent["issue"]["title"] == title)
        return int(self.ask(who, "POST", "/issues", {"title": title, "body": body})["number"])

    def set_state(self, who: str, number: int, state: str) -> None:
        action = {"closed": "closed", "open": "reopened"}[state]
        self.awaited.append(lambda sent: sent.get("action") == action)
        self.ask(who, "PATCH", f"/issues/{number}", {"state": state})

    def comment(self, who: str, number: int, words: str) -> None:
        self.awaited.append(lambda sent: "comment" in sent and sent["comment"]["body"] == words)
        self.ask(who, "POST", f"/issues/{number}/comments", {"body": words})

    def body(self, number: int) -> str:
        return str(self.ask("ada", "GET", f"/issues/{number}")["body"])

    def edit(self, who: str, number: int, change: Callable[[str], str]) -> str:
        before = self.body(number)
        after = change(before)
        assert after != before, "the edit changes nothing"
        self.awaited.append(lambda sent: sent.get("action") == "edited" and sent["issue"]["body"] == after)
        self.ask(who, "PATCH", f"/issues/{number}", {"body": after})
        return after

    def issues(self) -> list[dict[str, Any]]:
        found = self.ask("ada", "GET", "/issues?state=all&per_page=100")
        return sorted(found, key=lambda issue: issue["number"])

    def comments(self, number: int) -> list[str]:
        return [comment["body"] for comment in self.ask("ada", "GET", f"/issues/{number}/comments?per_page=100")]

    def put_file(self, who: str, path: str, text: str) -> str:
        """Commit a file to the default branch and return the commit."""
        there = httpx.get(
            f"{self.harbour.url}/repos/{self.repository}/contents/{path}",
            headers={"Authorization": f"token token-of-{who}"},
        )
        body = {"message": f"Write {path}", "content": base64.b64encode(text.encode()).decode()}
        if there.is_success:
            body["sha"] = there.json()["sha"]
        self.awaited.append(lambda sent: "pusher" in sent or "ref" in sent)
        return str(self.ask(who, "PUT", f"/contents/{path}", body)["commit"]["sha"])

    # --- what GitHub sends --------------------------------------------------------------------------------------

    def sent(self) -> list[Posted]:
        """Return the webhooks of this repository since last asked, once those of what people did are among them."""
        deadline = time.monotonic() + 10
        while True:
            fresh = [
                (number, posted, payload)
                for number, posted in enumerate(list(self.harbour.hooks.accepted))
                if number not in self.seen
                and (payload := json.loads(posted.body))["repository"]["full_name"] == self.repository
            ]
            missing = [want for want in self.awaited if not any(want(payload) for _, _, payload in fresh)]
            if not missing:
                break
            assert time.monotonic() < deadline, f"{len(missing)} webhooks never came"
            threading.Event().wait(0.02)
        self.awaited.clear()
        self.seen |= {number for number, _, _ in fresh}
        return [posted for _, posted, _ in fresh]

    def deliver(self, posted: Posted, client: Client | None = None) -> int:
        """Hand a webhook to Tocsin as it came, and return Tocsin's answer."""
        headers = {name: value for name, value in posted.headers.items() if name.startswith("x-")}
        answer = (client or Client()).post(
            "/github/webhook", data=posted.body, content_type=posted.headers["content-type"], headers=headers
        )
        return answer.status_code

    def hear(self) -> None:
        """Deliver what GitHub sent and let Tocsin work it off."""
        for posted in self.sent():
            assert self.deliver(posted) == 202
        self.parts.reader.work_off(self.clock.now())

    # --- Tocsin -------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Let the worker send all that is due, and Tocsin learn what came of it."""
        self.worker.run_due(self.clock.now())
        self.parts.reader.tell_incidents(self.clock.now())
        self.worker.run_due(self.clock.now())

    def meet(self) -> None:
        """Let both sides do all they have to do, without webhooks: look, act, send, until nothing is left."""
        self.sent()
        for _ in range(6):
            self.parts.reader.work_off(self.clock.now())
            self.parts.reader.tell_incidents(self.clock.now())
            self.parts.reader.look(self.clock.now())
            self.worker.run_due(self.clock.pass_(seconds=90))


def fresh_name() -> str:
    """Return the name of a repository nobody has used."""
    return f"town-{next(_numbers)}"


@contextmanager
def town(there: Harbour, proxy: FaultProxy | None = None, **settings: Any) -> Iterator[Town]:
    """A repository nobody has used, with Tocsin connected to it."""
    name = fresh_name()
    clock = Clock()
    config = GitHubConfig(
        repository=f"harbour/{name}",
        api_url=f"http://localhost:{proxy.port}" if proxy else there.url,
        base_url=BASE_URL,
        app_id="4711",
        private_key=there.private_key,
        installation=99,
        webhook_secret=SECRET,
        timeout_seconds=5,
    )
    config = replace(config, **settings)
    parts = connect(config, clock.now)
    assert parts is not None
    policy = RetryPolicy(first=timedelta(seconds=1), cap=timedelta(seconds=30))
    worker = Worker({"github": parts.connector, "room": RoomConnector()}, clock.now, policy=policy, chance=lambda: 0.5)
    before = routes.current()
    routes.hand_in(Routes(connectors=frozenset({"room", "github"}), base_url=BASE_URL, announcers=(parts.announcer,)))
    listen.hand_in(parts.webhook)
    try:
        found = Town(there, name, clock, config, parts, worker)
        parts.reader._take_turn(clock.now())
        parts.reader.look(clock.now())
        yield found
    finally:
        routes.hand_in(before)
        listen.hand_in(None)


def signed(event: str, payload: Mapping[str, Any], guid: str) -> Posted:
    """Return a webhook as GitHub signs it."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": guid,
        "x-hub-signature-256": signature,
    }
    return Posted("/hook", headers, body)
