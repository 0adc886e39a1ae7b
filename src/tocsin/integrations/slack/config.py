"""What the settings say about Slack, as a value. Reads no environment; the project's wiring fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import RefusedError

NAME = "slack"
API_URL = "https://slack.com/api/"


class BadChannelMapError(RefusedError):
    """The channel map cannot be read. Write pairs like `#general=C0123456789`, with commas between them."""


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """`app_token` set means Socket Mode; else Slack calls `/slack/events`, signed with `signing_secret`.

    `channel_map` sends a channel of the playbook (by ID, #name or audience name, lower case) to another channel's ID;
    its key "*" takes all others, as a staging workspace wants. `note_reaction` and `approve_reaction` are names of
    emoji without colons. `inbox` is the folder that keeps what Slack sent until it has been worked off.
    """

    inbox: Path
    bot_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = API_URL
    base_url: str = ""
    channel_map: Mapping[str, str] = field(default_factory=dict)
    drill_channel: str = ""
    has_incident_channels: bool = False
    note_reaction: str = "memo"
    approve_reaction: str = "+1"
    timeout_seconds: int = 10

    @property
    def is_set(self) -> bool:
        return bool(self.bot_token and (self.signing_secret or self.app_token))

    def mapped(self, channel_id: str | None, name: str) -> str | None:
        """Return the ID of the channel that stands for this one, or None where none is known."""
        for key in (channel_id, name, name.removeprefix("#"), "*"):
            if key and (found := self.channel_map.get(key.lower())):
                return found
        return channel_id


def read_channel_map(text: str) -> dict[str, str]:
    """Read `#general=C1, DevSecOps=C2, *=C3`. *Raises* BadChannelMapError, naming the pair."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        name, equals, channel = (part.strip() for part in pair.partition("="))
        if not (name and equals and channel.isalnum()):
            raise BadChannelMapError(f"The channel map has {pair!r}. Write pairs like `#general=C0123456789`.")
        found[name.lower()] = channel
    return found
