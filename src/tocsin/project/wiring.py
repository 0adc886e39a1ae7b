"""Put the parts together: settings become connectors, routes, a clock and a worker. The one place that knows every part."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast

from tocsin.api import clock as api_clock
from tocsin.delivery.ports import Connector
from tocsin.delivery.worker import Worker
from tocsin.desk import routes, steady_clock
from tocsin.desk.clock import ClockLoop
from tocsin.desk.routes import Routes
from tocsin.desk.steady_clock import SteadyClock
from tocsin.integrations.email.send import EmailConnector, EmailSettings, Security
from tocsin.integrations.room.send import RoomConnector
from tocsin.integrations.slack import listen as slack_listen
from tocsin.integrations.slack.config import SlackConfig, read_channel_map
from tocsin.integrations.slack.connect import SlackParts
from tocsin.integrations.slack.connect import connect as connect_slack
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings
from tocsin.project.options import BadSettingError, Settings, read_settings
from tocsin.web.clock import page_clock


class Beside(Protocol):
    """What an integration runs on a thread of its own."""

    def run_forever(self, stop: threading.Event) -> None:
        """Run until `stop` is set and `wake` called."""
        ...

    def wake(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs beside the pages."""

    clock: SteadyClock
    clock_loop: ClockLoop
    worker: Worker
    beside: tuple[Beside, ...] = ()

    def wake(self) -> None:
        """Make every loop look at once, at new work or at being stopped."""
        self.clock_loop.wake()
        self.worker.wake()
        for part in self.beside:
            part.wake()


def wire(settings: Settings | None = None) -> Parts:
    """Hand every part what it needs and return what is to be run. *Raises* BadSettingError."""
    settings = settings or read_settings()
    clock = steady_clock.start()
    slack = slack_from(settings, clock.now)
    connectors = connectors_from(settings, slack)
    routes.hand_in(routes_from(settings, connectors, slack))
    slack_listen.hand_in(slack.app if slack else None)
    page_clock.hand_in(clock.now)
    api_clock.hand_in(clock.now)
    return Parts(clock, ClockLoop(clock), Worker(connectors, clock.now), (slack,) if slack else ())


def connectors_from(settings: Settings, slack: SlackParts | None = None) -> Mapping[str, Connector]:
    """Return every connector that the settings ask for, by name. The room needs none. *Raises* BadSettingError."""
    slack = slack or slack_from(settings, utc_now)
    connectors: list[Connector] = [RoomConnector()]
    if settings.text("smtp_host"):
        connectors.append(EmailConnector(_email(settings)))
    if settings.text("webhook_url"):
        connectors.append(WebhookConnector(_webhook(settings)))
    if slack is not None:
        connectors.append(slack.connector)
    return {connector.name: connector for connector in connectors}


def routes_from(settings: Settings, connectors: Mapping[str, Connector], slack: SlackParts | None = None) -> Routes:
    return Routes(
        connectors=frozenset(connectors),
        webhook_url=settings.text("webhook_url"),
        base_url=base_url(settings),
        announcers=(slack.announcer,) if slack else (),
    )


def slack_from(settings: Settings, now: Callable[[], datetime]) -> SlackParts | None:
    """Return Slack's parts, or None where no bot token is set. *Raises* BadSettingError, BadChannelMapError."""
    if not settings.text("slack_bot_token"):
        return None
    data = settings.path("data")
    assert data is not None
    config = SlackConfig(
        inbox=data / "slack-inbox",
        bot_token=settings.text("slack_bot_token"),
        signing_secret=settings.text("slack_signing_secret"),
        app_token=settings.text("slack_app_token"),
        api_url=settings.text("slack_api_url"),
        base_url=base_url(settings),
        channel_map=read_channel_map(settings.text("slack_channel_map")),
        drill_channel=settings.text("slack_drill_channel"),
        has_incident_channels=settings.switch("slack_incident_channels"),
        note_reaction=settings.text("slack_note_reaction").strip(":"),
    )
    return connect_slack(config, now)


def utc_now() -> datetime:
    return datetime.now(UTC)


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
    if not secret:
        raise BadSettingError("TOCSIN_WEBHOOK_URL is set, so TOCSIN_WEBHOOK_SECRET is needed to sign what is sent.")
    return WebhookSettings(secret=secret)
