"""Put the parts together: settings become connectors, routes, a clock and a worker. The one place that knows every part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tocsin.api import clock as api_clock
from tocsin.delivery import endpoints
from tocsin.delivery.ports import Connector
from tocsin.delivery.worker import Worker
from tocsin.desk import routes, steady_clock
from tocsin.desk.clock import ClockLoop
from tocsin.desk.routes import Routes
from tocsin.desk.steady_clock import SteadyClock
from tocsin.integrations.email.send import EmailConnector, EmailSettings, Security
from tocsin.integrations.room.send import RoomConnector
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings
from tocsin.project.options import BadSettingError, Settings, read_settings
from tocsin.web.clock import page_clock


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs beside the pages."""

    clock: SteadyClock
    clock_loop: ClockLoop
    worker: Worker

    def wake(self) -> None:
        """Make both loops look at once, at new work or at being stopped."""
        self.clock_loop.wake()
        self.worker.wake()


def wire(settings: Settings | None = None) -> Parts:
    """Hand every part what it needs and return what is to be run. *Raises* BadSettingError."""
    settings = settings or read_settings()
    clock = steady_clock.start()
    connectors = connectors_from(settings)
    routes.hand_in(routes_from(settings, connectors))
    page_clock.hand_in(clock.now)
    api_clock.hand_in(clock.now)
    return Parts(clock, ClockLoop(clock), Worker(connectors, clock.now))


def connectors_from(settings: Settings) -> Mapping[str, Connector]:
    """Return every connector that the settings ask for, by name. The room needs none. *Raises* BadSettingError."""
    connectors: list[Connector] = [RoomConnector()]
    if settings.text("smtp_host"):
        connectors.append(EmailConnector(_email(settings)))
    connectors.append(WebhookConnector(_webhook(settings), secret_for=endpoints.secret_for))
    return {connector.name: connector for connector in connectors}


def routes_from(settings: Settings, connectors: Mapping[str, Connector]) -> Routes:
    return Routes(
        connectors=frozenset(connectors),
        webhook_url=settings.text("webhook_url"),
        base_url=base_url(settings),
    )


def base_url(settings: Settings) -> str:
    """Return the address people reach this installation at, without a slash at its end."""
    return (settings.text("base_url") or f"http://localhost:{settings.number('port')}").rstrip("/")


def _email(settings: Settings) -> EmailSettings:
    security = settings.text("smtp_security")
    if security not in {"starttls", "tls", "none"}:
        raise BadSettingError(f"TOCSIN_SMTP_SECURITY must be starttls, tls or none, not {security!r}.")
    return EmailSettings(
        host=settings.text("smtp_host"),
        port=settings.number("smtp_port"),
        user=settings.text("smtp_user"),
        password=settings.text("smtp_password"),
        security=cast(Security, security),
        sender=settings.text("mail_from"),
    )


def _webhook(settings: Settings) -> WebhookSettings:
    secret = settings.text("webhook_secret")
    if settings.text("webhook_url") and not secret:
        raise BadSettingError("TOCSIN_WEBHOOK_URL is set, so TOCSIN_WEBHOOK_SECRET is needed to sign what is sent.")
    return WebhookSettings(secret=secret)
