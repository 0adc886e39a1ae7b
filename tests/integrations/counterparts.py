"""One real counterpart for each connector, all with the same face, so that one suite runs over every connector.

A new connector adds a class here and its name to `OUTSIDE`; every promise of the suite then holds for it.
"""

from __future__ import annotations

import atexit
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
from django.db.models import F

from tests.integrations.github.harbour import Harbour, fresh_name, harbour
from tests.outside.fault_proxy import CUT_HTTP, CUT_SMTP, Fault, FaultProxy, http_answer, smtp_answer
from tests.outside.http_receiver import HttpReceiver
from tests.outside.smtp import SmtpServer
from tocsin.delivery.ports import Connector, Destination, NotDeliveredError, Outgoing, Receipt
from tocsin.integrations.email.render import message_id
from tocsin.integrations.email.send import EmailConnector, EmailSettings
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.known import Known
from tocsin.integrations.github.ledger import remember
from tocsin.integrations.github.marks import mark
from tocsin.integrations.github.models import IncidentIssue
from tocsin.integrations.github.send import GitHubConnector
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings, webhook_id

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Counterpart(Protocol):
    """A service outside, behind a fault proxy. `busy` and `cut` are the faults of its protocol; `kind` is what a message
    to it may be."""

    proxy: FaultProxy
    busy: Fault
    cut: Fault
    can_be_asked: bool
    destination: Destination
    kind: str

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def connector(self, port: int | None = None) -> Connector:
        """Return the real connector, set up to reach the proxy, or another port."""
        ...

    def refuse_for_good(self) -> None:
        """From now on refuse every message, with no hope."""
        ...

    def mark(self, outgoing: Outgoing) -> str:
        """Return what carries the message's identity there."""
        ...

    def arrived(self) -> list[str]:
        """Return the marks of what was accepted, in order."""
        ...

    def mark_of(self, external_id: str) -> str:
        """Return the mark of what the service itself knows by this name."""
        ...


class MailCounterpart:
    busy = smtp_answer("421 4.3.2 Too busy, come back later")
    cut = CUT_SMTP
    can_be_asked = False
    kind = "update"
    destination = Destination("email", "rosa@example.org")

    def __enter__(self) -> Self:
        self.server = SmtpServer().__enter__()
        self.proxy = FaultProxy(self.server.port).__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.proxy.__exit__(*exc_info)
        self.server.__exit__(*exc_info)

    def connector(self, port: int | None = None) -> Connector:
        return EmailConnector(
            EmailSettings(
                "127.0.0.1",
                port or self.proxy.port,
                security="none",
                sender="Tocsin <tocsin@tocsin.example>",
                timeout_seconds=2,
            ),
            lambda: NOW,
        )

    def refuse_for_good(self) -> None:
        self.server.replies["RCPT"] = "550 5.1.1 No such user here"

    def mark(self, outgoing: Outgoing) -> str:
        return message_id(outgoing.identity, "tocsin.example")

    def arrived(self) -> list[str]:
        return [mail.id for mail in self.server.accepted]

    def mark_of(self, external_id: str) -> str:
        return external_id


class WebhookCounterpart:
    busy = http_answer(503)
    cut = CUT_HTTP
    can_be_asked = False
    kind = "update"

    def __enter__(self) -> Self:
        self.server = HttpReceiver().__enter__()
        self.proxy = FaultProxy(self.server.port).__enter__()
        self.destination = Destination("webhook", f"http://127.0.0.1:{self.proxy.port}/hook")
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.proxy.__exit__(*exc_info)
        self.server.__exit__(*exc_info)

    def connector(self, port: int | None = None) -> Connector:
        return self._make(WebhookSettings(SIGNING_KEY, f"http://127.0.0.1:{port or self.proxy.port}/hook", 2))

    def _make(self, settings: WebhookSettings) -> Connector:
        return WebhookConnector(settings, lambda: NOW)

    def refuse_for_good(self) -> None:
        self.server.answers.extend([(410, {})] * 10)

    def mark(self, outgoing: Outgoing) -> str:
        return webhook_id(outgoing.identity)

    def arrived(self) -> list[str]:
        return [posted.id for posted in self.server.accepted]

    def mark_of(self, external_id: str) -> str:
        return external_id


class AskableWebhookConnector(WebhookConnector):
    """A webhook to a service that can be asked what it has, as Slack and GitHub can."""

    def find(self, outgoing: Outgoing) -> Receipt | None:
        mark = webhook_id(outgoing.identity)
        url = httpx.URL(outgoing.destination.address).copy_with(path=f"/messages/{mark}")
        try:
            answer = httpx.get(url, timeout=2, trust_env=False)
        except httpx.HTTPError as error:
            raise NotDeliveredError(f"It cannot be asked: {error}") from error
        if answer.status_code not in {200, 404}:
            raise NotDeliveredError(f"It answered {answer.status_code}.")
        return Receipt(external_id=mark) if answer.status_code == 200 else None


class AskableCounterpart(WebhookCounterpart):
    can_be_asked = True

    def _make(self, settings: WebhookSettings) -> Connector:
        return AskableWebhookConnector(settings, lambda: NOW)


class GitHubCounterpart:
    """Comments on the issues of two incidents, asked for with a token: one request is one connection."""

    busy = http_answer(429, {"Retry-After": "1"})
    cut = CUT_HTTP
    can_be_asked = True
    kind = "issue-comment"

    def __enter__(self) -> Self:
        there = _harbour()
        self._root = f"{there.url}/repos/harbour/{(name := fresh_name())}"
        self.destination = Destination("github", f"harbour/{name}")
        for thread in ("INC-1", "INC-2"):
            issue = self._ask("POST", "/issues", {"title": thread, "body": "Dark"})
            remember(thread, self.destination.address, issue, Known(), is_linked=True)
        self.proxy = FaultProxy(there.emulator.ports["github"]).__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.proxy.__exit__(*exc_info)

    def connector(self, port: int | None = None) -> Connector:
        url = f"http://localhost:{port or self.proxy.port}"
        address, token = self.destination.address, "token-of-ada"
        config = GitHubConfig(repository=address, api_url=url, token=token, timeout_seconds=2)
        return GitHubConnector(config, now=lambda: NOW)

    def refuse_for_good(self) -> None:
        IncidentIssue.objects.update(number=F("number") + 1000)

    def mark(self, outgoing: Outgoing) -> str:
        return mark(outgoing.identity)

    def arrived(self) -> list[str]:
        numbers = [issue["number"] for issue in self._ask("GET", "/issues?sort=created&direction=asc")]
        found = [self._ask("GET", f"/issues/{number}/comments") for number in numbers]
        return [_mark_in(comment) for comments in found for comment in comments]

    def mark_of(self, external_id: str) -> str:
        return _mark_in(self._ask("GET", f"/issues/comments/{external_id}"))

    def _ask(self, verb: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": "token token-of-ada"}
        answer = httpx.request(verb, self._root + path, json=body, headers=headers, timeout=10, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()


def _mark_in(comment: Mapping[str, Any]) -> str:
    return str(comment["body"]).rstrip().rpartition("\n")[2]


@cache
def _harbour() -> Harbour:
    """Return the emulator, started once for this process."""
    rest = ExitStack()
    atexit.register(rest.close)
    return rest.enter_context(harbour())


OUTSIDE: dict[str, Callable[[], Counterpart]] = {
    "email": MailCounterpart,
    "webhook": WebhookCounterpart,
    "askable": AskableCounterpart,
    "github": GitHubCounterpart,
}


def closed_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
