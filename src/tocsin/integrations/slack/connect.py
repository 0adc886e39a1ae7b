"""Put the parts of Slack together for the project's wiring: a connector, an announcer, a page, and what runs beside."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from slack_bolt import App
from slack_sdk.errors import SlackClientError

from tocsin.delivery.models import Delivery
from tocsin.desk import playbooks
from tocsin.integrations.slack import people, places
from tocsin.integrations.slack.acting import Acting
from tocsin.integrations.slack.announce import Announcer
from tocsin.integrations.slack.client import Slack
from tocsin.integrations.slack.config import SlackConfig
from tocsin.integrations.slack.ground import Ground
from tocsin.integrations.slack.inbox import Inbox
from tocsin.integrations.slack.listen import SlackEvents, make_app, open_socket
from tocsin.integrations.slack.people import People
from tocsin.integrations.slack.probe import Check
from tocsin.integrations.slack.send import SlackConnector
from tocsin.integrations.slack.view import nobody
from tocsin.integrations.slack.work import Clerk
from tocsin.store import queries

log = logging.getLogger(__name__)
_REST_SECONDS = 15.0
_STOP_WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SlackParts:
    """Slack, connected. `run_forever` is to run on a thread of its own, and `page` to stand at /slack/events."""

    config: SlackConfig
    connector: SlackConnector
    announcer: Announcer
    inbox: Inbox
    acting: Acting
    app: App
    page: SlackEvents

    def run_forever(self, stop: threading.Event) -> None:
        """Work off what was left, act on changes, and keep the socket open, until `stop` is set and `wake` called."""
        beside = [threading.Thread(target=self.inbox.run_forever, args=[stop], name="slack-inbox", daemon=True)]
        if self.config.app_token:
            beside.append(threading.Thread(target=self.hear_by_socket, args=[stop], name="slack-socket", daemon=True))
        for thread in beside:
            thread.start()
        try:
            self.acting.run_forever(stop)
        finally:
            self.acting.close()
            for thread in beside:
                thread.join(_STOP_WITHIN_SECONDS)
            self.inbox.stop()

    def hear_by_socket(self, stop: threading.Event) -> None:
        """Connect by Socket Mode as soon as Slack lets it, and stay connected until `stop` is set."""
        socket = None
        while socket is None and not stop.is_set():
            try:
                socket = open_socket(self.app, self.config)
            except (SlackClientError, OSError) as error:
                log.warning("Slack's socket cannot be opened yet; trying again in %s s: %s", _REST_SECONDS, error)
                stop.wait(_REST_SECONDS)
        stop.wait()
        if socket is not None:
            socket.close()  # type: ignore[no-untyped-call]

    def wake(self) -> None:
        self.acting.wake()


def connect(config: SlackConfig, now: Callable[[], datetime], *, has_email: bool = False) -> SlackParts:
    """Return Slack's parts. Opens no connection. `has_email`: e-mail stands in for a direct message that fails."""
    slack = Slack(config, now)
    known = People(slack)
    ground = Ground(config, slack, known, now)
    clerk = Clerk(ground)
    inbox = Inbox(config.inbox, clerk.open_form, clerk.work, now=now)
    app = make_app(config, inbox, now)
    announcer = Announcer(config, people.mention, people.email_of if has_email else nobody, is_queued)
    return SlackParts(
        config=config,
        connector=SlackConnector(slack, known.user_of, Check(config, slack, lambda: declared_channels(config)), now),
        announcer=announcer,
        inbox=inbox,
        acting=Acting(config, now, announcer),
        app=app,
        page=SlackEvents(app),
    )


def is_queued(identity: str) -> bool:
    """Return whether the outbox knows a delivery, whatever became of it."""
    return Delivery.objects.filter(identity=identity).exists()


def declared_channels(config: SlackConfig) -> list[str]:
    """Return the IDs of the channels that the current playbooks declare incidents in."""
    found = (places.declared_in(queries.playbook(row.digest)) for row in playbooks.current())
    mapped = (config.mapped(channel.id, channel.name) for channel in found if channel)
    return [channel for channel in mapped if channel]
