"""The Slack emulator with a workspace in it, started once for each process. Needs no Django."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.outside import emulate
from tocsin.integrations.slack.probe import SCOPES

SECRET = "signed-by-slack"
BOT_TOKEN = "xoxb-tocsin"
CAST = {
    "ana": "Ana Ruiz",
    "ben": "Ben Okafor",
    "chi": "Chi Nguyen",
    "dora": "Dora Lind",
}
PERSON_SCOPES = [
    "chat:write",
    "channels:history",
    "groups:history",
    "im:history",
    "channels:read",
    "groups:read",
    "im:read",
]
CHANNELS = ["general-ops", "staging", "security-team", "drills"]


@cache
def emulator() -> emulate.Emulator:
    """Start the emulator once for each test process; each workspace has channels and tokens of its own."""
    users = [{"name": name, "real_name": real, "email": f"{name}@example.org"} for name, real in CAST.items()]
    tokens: list[dict[str, Any]] = [
        {"token": f"xoxp-{name}", "type": "user", "user": name, "scopes": PERSON_SCOPES} for name in CAST
    ]
    bot = {"token": BOT_TOKEN, "type": "bot", "user": "tocsin", "scopes": list(SCOPES), "bot_id": "B0TOCSIN1"}
    weak = {"token": "xoxb-weak", "type": "bot", "user": "tocsin", "scopes": ["channels:read"]}
    slack = {
        "team": {"name": "Harbour", "domain": "harbour"},
        "users": [*users, {"name": "tocsin", "real_name": "Tocsin", "email": "tocsin@example.org"}],
        "channels": [{"name": name} for name in CHANNELS],
        "strict_scopes": True,
        "signing_secret": SECRET,
        "tokens": [*tokens, bot, weak],
    }
    return emulate.start({"slack": slack}, "slack")
