"""Check Slack without posting anything: the token, its scopes, the channels. Says what to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from tocsin.delivery.ports import Probe
from tocsin.integrations.slack import faults
from tocsin.integrations.slack.client import Slack, SlackError, web_client
from tocsin.integrations.slack.config import SlackConfig

SCOPES = (
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:write",
    "reactions:read",
    "users:read",
    "users:read.email",
)
"""What the manifest asks for; a test holds the two together."""


@dataclass(frozen=True, slots=True)
class Check:
    """The self-check. `channels` gives the IDs that messages will go to."""

    config: SlackConfig
    slack: Slack
    channels: Callable[[], Iterable[str]] = tuple

    def __call__(self) -> Probe:
        if not self.config.bot_token:
            return Probe(False, "No bot token is set.", "Set TOCSIN_SLACK_BOT_TOKEN; docs/slack.md says where it is.")
        if not (self.config.signing_secret or self.config.app_token):
            mend = "Set TOCSIN_SLACK_SIGNING_SECRET, or TOCSIN_SLACK_APP_TOKEN for Socket Mode."
            return Probe(False, "Nothing says how Slack reaches Tocsin.", mend)
        try:
            return self._reach()
        except SlackError as error:
            return Probe(False, error.message, error.mend)

    def _reach(self) -> Probe:
        try:
            answer = web_client(self.config).api_call("auth.test")
        except SlackApiError as error:
            code = str(error.response.get("error", ""))
            return Probe(False, f"Slack refuses the token: {code}.", faults.mend_of(code))
        except OSError as error:
            return Probe(False, f"Slack cannot be reached: {error}.", "Check TOCSIN_SLACK_API_URL and the network.")
        if missing := self._missing(str(dict(answer.headers or {}).get("x-oauth-scopes", ""))):
            mend = "Install the app again from the manifest in docs/slack.md."
            return Probe(False, f"The token lacks {', '.join(missing)}.", mend)
        for channel in dict.fromkeys((*self.config.channel_map.values(), *self.channels())):
            self._see(channel)
        return Probe(True, f"{answer.get('team')} as {answer.get('user')}, {self._way()}.")

    def _missing(self, granted: str) -> list[str]:
        """Return the scopes that are asked for and not granted; Slack says in a header what it granted."""
        has = {scope.strip() for scope in granted.split(",") if scope.strip()}
        return [scope for scope in SCOPES if scope not in has] if has else []

    def _see(self, channel: str) -> None:
        info = self.slack.call("conversations.info", channel=channel)["channel"]
        if info.get("is_archived"):
            raise SlackError(f"The channel {channel} is archived.", mend=faults.mend_of("is_archived"))
        if info.get("is_private") and not info.get("is_member"):
            raise SlackError(f"The app is not in the channel {channel}.", mend=faults.mend_of("not_in_channel"))

    def _way(self) -> str:
        return "by Socket Mode" if self.config.app_token else "by HTTP"
