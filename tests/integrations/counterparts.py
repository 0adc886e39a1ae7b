"""One real counterpart for each connector, all with the same face, so that one suite runs over every connector.

A new connector adds a class here and its name to `OUTSIDE`; every promise of the suite then holds for it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import httpx

from tests.outside.fault_proxy import CUT_HTTP, CUT_SMTP, Fault, FaultProxy, http_answer, smtp_answer
from tests.outside.http_receiver import HttpReceiver
from tests.outside.smtp import SmtpServer
from tocsin.delivery.ports import Connector, Destination, NotDeliveredError, Outgoing, Receipt
from tocsin.integrations.email.render import message_id
from tocsin.integrations.email.send import EmailConnector, EmailSettings
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings, webhook_id

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Counterpart(Protocol):
    """A service outside, behind a fault proxy. `busy` and `cut` are the faults of its protocol."""

    proxy: FaultProxy
    busy: Fault
    cut: Fault
    can_be_asked: bool
    destination: Destination

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


class MailCounterpart:
    busy = smtp_answer("421 4.3.2 Too busy, come back later")
    cut = CUT_SMTP
    can_be_asked = False
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


class WebhookCounterpart:
    busy = http_answer(503)
    cut = CUT_HTTP
    can_be_asked = False

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


OUTSIDE: dict[str, Callable[[], Counterpart]] = {
    "email": MailCounterpart,
    "webhook": WebhookCounterpart,
    "askable": AskableCounterpart,
}


def closed_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
