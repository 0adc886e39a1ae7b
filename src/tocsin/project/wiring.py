"""Put the parts together: settings become connectors, routes, a clock and a worker. The one place that knows every part."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar, cast

from tocsin.api import clock as api_clock
from tocsin.delivery import endpoints
from tocsin.delivery.ports import Connector
from tocsin.delivery.worker import Worker
from tocsin.desk import calls, routes, steady_clock
from tocsin.desk.clock import ClockLoop
from tocsin.desk.drills import DrillLoop
from tocsin.desk.routes import Routes
from tocsin.desk.steady_clock import SteadyClock
from tocsin.integrations.calls.send import Jitsi, Meet, Zoom
from tocsin.integrations.email.send import EmailConnector, EmailSettings, Security
from tocsin.integrations.github import listen as github_listen
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.connect import GitHubParts
from tocsin.integrations.github.connect import connect as connect_github
from tocsin.integrations.paging.send import PagingConnector
from tocsin.integrations.room.send import RoomConnector
from tocsin.integrations.slack import listen as slack_listen
from tocsin.integrations.slack.config import SlackConfig, read_channel_map
from tocsin.integrations.slack.connect import SlackParts
from tocsin.integrations.slack.connect import connect as connect_slack
from tocsin.integrations.webhook.send import WebhookConnector, WebhookSettings
from tocsin.people.pagers import pager_of
from tocsin.project.options import BadSettingError, Settings, read_settings
from tocsin.web.clock import page_clock

T = TypeVar("T")


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
    github = github_from(settings, clock.now)
    connectors = connectors_from(settings, slack, github)
    routes.hand_in(routes_from(settings, connectors, slack, github))
    slack_listen.hand_in(slack.app if slack else None)
    github_listen.hand_in(github.webhook if github else None)
    calls.hand_in(call_providers(settings))
    page_clock.hand_in(clock.now)
    api_clock.hand_in(clock.now)
    beside = (DrillLoop(clock), *_there(slack, github and github.reader))
    return Parts(clock, ClockLoop(clock), Worker(connectors, clock.now), beside)


def connectors_from(
    settings: Settings, slack: SlackParts | None = None, github: GitHubParts | None = None
) -> Mapping[str, Connector]:
    """Return every connector that the settings ask for, by name. The room needs none. *Raises* BadSettingError."""
    slack = slack or slack_from(settings, utc_now)
    github = github or github_from(settings, utc_now)
    connectors: list[Connector] = [RoomConnector(), PagingConnector(pager_of, _pagers(settings))]
    if settings.text("smtp_host"):
        connectors.append(EmailConnector(_email(settings)))
    connectors.append(WebhookConnector(_webhook(settings), secret_for=endpoints.secret_for))
    if slack is not None:
        connectors.append(slack.connector)
    if github is not None:
        connectors.append(github.connector)
    return {connector.name: connector for connector in connectors}


def routes_from(
    settings: Settings,
    connectors: Mapping[str, Connector],
    slack: SlackParts | None = None,
    github: GitHubParts | None = None,
) -> Routes:
    return Routes(
        connectors=frozenset(connectors),
        webhook_url=settings.text("webhook_url"),
        base_url=base_url(settings),
        announcers=_there(slack and slack.announcer, github and github.announcer),
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
    return connect_slack(config, now, has_email=bool(settings.text("smtp_host")))


def github_from(settings: Settings, now: Callable[[], datetime]) -> GitHubParts | None:
    """Return GitHub's parts, or None where it is not set up. *Raises* BadSettingError."""
    config = GitHubConfig(
        repository=settings.text("github_repository"),
        api_url=settings.text("github_api_url"),
        base_url=base_url(settings),
        app_id=settings.text("github_app_id"),
        private_key=settings.text("github_private_key"),
        installation=settings.number("github_installation"),
        token=settings.text("github_token"),
        webhook_secret=settings.text("github_webhook_secret"),
        playbook_paths=tuple(
            path.strip() for path in settings.text("github_playbook_paths").split(",") if path.strip()
        ),
        follow_up_repository=settings.text("github_follow_up_repository"),
        follow_up_remind_days=settings.number("follow_up_remind_days"),
        closes_issue=settings.switch("github_closes_issue"),
        posts_updates=settings.switch("github_posts_updates"),
        note_reaction=settings.text("github_note_reaction"),
        polls_every_seconds=settings.number("github_poll_seconds"),
    )
    if config.repository and not config.is_set:
        raise BadSettingError(
            "TOCSIN_GITHUB_REPOSITORY is set, so TOCSIN_GITHUB_TOKEN, or TOCSIN_GITHUB_APP_ID, TOCSIN_GITHUB_PRIVATE_KEY"
            " and TOCSIN_GITHUB_INSTALLATION are needed."
        )
    return connect_github(config, now)


def call_providers(settings: Settings) -> list[calls.Provider]:
    """Return who opens calls, in order. *Raises* BadSettingError."""
    text = settings.text
    known: dict[str, calls.Provider] = {
        "jitsi": Jitsi(text("jitsi_url")),
        "zoom": Zoom(
            text("zoom_account"),
            text("zoom_client_id"),
            text("zoom_client_secret"),
            text("zoom_oauth_url"),
            text("zoom_api_url").rstrip("/"),
        ),
        "meet": Meet(
            text("meet_email"),
            text("meet_private_key"),
            text("meet_subject"),
            text("meet_token_url"),
            text("meet_api_url").rstrip("/"),
        ),
    }
    wanted = [name.strip().lower() for name in text("calls").split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise BadSettingError(f"TOCSIN_CALLS names {name!r}. Write some of jitsi, zoom and meet, with commas.")
    return [known[name] for name in wanted]


def _pagers(settings: Settings) -> dict[str, str]:
    """Read `name=address` lines. *Raises* BadSettingError, which never shows an address."""
    found = {}
    for number, line in enumerate(settings.text("pagers").splitlines(), 1):
        name, equals, address = line.strip().partition("=")
        if line.strip() and not (name and equals and address):
            raise BadSettingError(f"TOCSIN_PAGERS, line {number}: write name=address.")
        if line.strip():
            found[name.strip()] = address.strip()
    return found


def _there(*parts: T | None) -> tuple[T, ...]:
    return tuple(part for part in parts if part is not None)


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
    if settings.text("webhook_url") and not secret:
        raise BadSettingError("TOCSIN_WEBHOOK_URL is set, so TOCSIN_WEBHOOK_SECRET is needed to sign what is sent.")
    return WebhookSettings(secret=secret, url=settings.text("webhook_url"))
