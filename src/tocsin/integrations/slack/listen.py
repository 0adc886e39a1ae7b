"""Hear Slack: check that it is Slack, keep what it sent, acknowledge. Nothing else happens before the acknowledgement.

HTTP comes through `slack_events`, Socket Mode through `open_socket`; both go through the vendor's framework, which checks
signatures and their age.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from slack_bolt import Ack, App
from slack_bolt.adapter.django import SlackRequestHandler
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult

from tocsin.integrations.slack import modals
from tocsin.integrations.slack.client import web_client
from tocsin.integrations.slack.config import SlackConfig
from tocsin.integrations.slack.inbox import Inbox, Letter

EVENTS = ("message", "reaction_added", "reaction_removed", "app_home_opened")
_ANY = re.compile(".*")
_Accept = Callable[[str, Mapping[str, Any]], None]


def make_app(config: SlackConfig, inbox: Inbox, now: Callable[[], datetime]) -> App:
    """Return the framework's app. It asks Slack nothing by itself, so that it answers while Slack's API is down."""

    def accept(kind: str, body: Mapping[str, Any]) -> None:
        inbox.put(letter_of(kind, body, now()))

    app = App(
        name="tocsin",
        client=web_client(config, token=None),
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=config.bot_token
        ),
        signing_secret=config.signing_secret or "unused",
        request_verification_enabled=bool(config.signing_secret),
        process_before_response=True,
        ignoring_self_events_enabled=False,
    )
    _listen(app, accept)
    return app


def _listen(app: App, accept: _Accept) -> None:
    def keep(kind: str) -> Callable[..., None]:
        def listener(ack: Ack, body: dict[str, Any]) -> None:
            accept(kind, body)
            ack()

        return listener

    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        accept("submitted", body)
        # The form of a declaration stays, says that it works, and then what came of it; others close at once.
        if body["view"].get("callback_id") == modals.DECLARE:
            ack(response_action="update", view=modals.working())
        else:
            ack()

    app.command(_ANY)(keep("command"))
    app.shortcut(_ANY)(keep("shortcut"))
    app.action(_ANY)(keep("pressed"))
    app.view(_ANY)(submitted)
    for event in EVENTS:
        app.event(event)(keep("event"))


def letter_of(kind: str, body: Mapping[str, Any], at: datetime) -> Letter:
    """Name a request so that the same one, sent again, has the same key, and say which place it comes from."""
    event = body.get("event") or {}
    if kind == "event":
        key = str(body.get("event_id") or "")
        lane = str((event.get("item") or {}).get("channel") or event.get("channel") or event.get("user") or "")
    elif kind == "submitted":
        # A form is sent once: two presses of its button have the same form and are one effect.
        key, lane = str(body["view"]["id"]), _user(body)
    else:
        key = str(body.get("trigger_id") or "")
        lane = str((body.get("channel") or {}).get("id", "") if kind == "pressed" else "") or _user(body)
    return Letter(key=f"slack:{kind}:{key}", kind=kind, lane=lane, at=at.isoformat(), body=dict(body))


def _user(body: Mapping[str, Any]) -> str:
    user = body.get("user")
    return str(user.get("id", "")) if isinstance(user, dict) else str(body.get("user_id", ""))


class SlackEvents:
    """Answers Slack's requests with the framework's app, or says that there is none. Touches no database."""

    def __init__(self, app: App | None = None) -> None:
        self._handler = SlackRequestHandler(app) if app else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._handler is None or request.method != "POST":
            return HttpResponse("Slack is not set up here.", status=404, content_type="text/plain")
        return self._handler.handle(request)


_handed_in = SlackEvents()


def hand_in(app: App | None) -> None:
    """Answer with `app` from now on, in this process."""
    global _handed_in
    _handed_in = SlackEvents(app)


@csrf_exempt
def slack_events(request: HttpRequest) -> HttpResponse:
    """The page at /slack/events. Slack's signature stands in for the token that forms of our own carry."""
    return _handed_in(request)


def open_socket(app: App, config: SlackConfig) -> SocketModeHandler:
    """Connect by Socket Mode, which needs no address that Slack can reach. The caller closes it."""
    handler = SocketModeHandler(app, config.app_token, web_client=web_client(config))
    handler.connect()
    return handler
