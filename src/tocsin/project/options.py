"""Every setting of Tocsin, in one table; the only module that reads the environment.

A value comes from the environment (`TOCSIN_NAME`), a secret also from a file (`TOCSIN_NAME_FILE`), else from
`tocsin.toml` (never secrets), else the default. `doctor`, the settings page of the docs and the start-up check are made
from this table.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tocsin.errors import RefusedError

Kind = Literal["text", "number", "switch", "path", "map"]


class BadSettingError(RefusedError):
    """A setting cannot be read. Correct the one that is named and start again."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `name` is lower case without the prefix; `default` is as it would be written."""

    name: str
    kind: Kind
    default: str
    help: str
    is_secret: bool = False

    @property
    def variable(self) -> str:
        return f"TOCSIN_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Found:
    """A setting's text and where it came from ("environment", "file …", "tocsin.toml", "default")."""

    option: Option
    text: str
    origin: str


OPTIONS: tuple[Option, ...] = (
    Option("data", "path", "./data", "Folder that holds the database, the secret key and uploads."),
    Option("database_url", "text", "", "PostgreSQL address (postgresql://…). Empty: SQLite in the data folder.", True),
    Option("secret_key", "text", "", "Key that signs sessions. Empty: made once and kept in the data folder.", True),
    Option("base_url", "text", "", "Address people reach Tocsin at. Empty: http://localhost and the port."),
    Option("host", "text", "127.0.0.1", "Address to listen on."),
    Option("port", "number", "8000", "Port to listen on."),
    Option("allowed_hosts", "text", "", "Other host names to answer to, with commas."),
    Option("playbook", "path", "", "Playbook file to serve. Empty: Tocsin's own two."),
    Option("time_zone", "text", "UTC", "Time zone of people who have not chosen one."),
    Option("smtp_host", "text", "", "Mail server. Empty: no e-mail is sent."),
    Option("smtp_port", "number", "587", "Port of the mail server."),
    Option("smtp_user", "text", "", "User name at the mail server."),
    Option("smtp_password", "text", "", "Password at the mail server.", True),
    Option("smtp_security", "text", "starttls", "starttls, tls or none."),
    Option("mail_from", "text", "Tocsin <tocsin@localhost>", "Sender of e-mail."),
    Option(
        "pagers", "text", "", "Pagers by name, name=Apprise address, one a line; people name theirs secret:name.", True
    ),
    Option(
        "calls",
        "text",
        "jitsi",
        "Who opens calls, the next when one fails, with commas: jitsi, zoom, meet. Empty: nobody.",
    ),
    Option("jitsi_url", "text", "https://meet.jit.si", "Calls: the Jitsi server."),
    Option("zoom_account", "text", "", "Calls: account ID of the Zoom server-to-server app."),
    Option("zoom_client_id", "text", "", "Calls: client ID of the Zoom app."),
    Option("zoom_client_secret", "text", "", "Calls: client secret of the Zoom app.", True),
    Option("zoom_oauth_url", "text", "https://zoom.us/oauth/token", "Calls: where Zoom gives tokens."),
    Option("zoom_api_url", "text", "https://api.zoom.us/v2", "Calls: address of Zoom's API."),
    Option("meet_email", "text", "", "Calls: e-mail address of the Google service account."),
    Option("meet_private_key", "text", "", "Calls: private key of the Google service account (PEM).", True),
    Option("meet_subject", "text", "", "Calls: Google user in whose name calls are opened."),
    Option("meet_token_url", "text", "https://oauth2.googleapis.com/token", "Calls: where Google gives tokens."),
    Option("meet_api_url", "text", "https://meet.googleapis.com/v2", "Calls: address of Google Meet's API."),
    Option("webhook_url", "text", "", "Address that hears of every event, signed. Empty: none."),
    Option("webhook_secret", "text", "", "Key that signs webhooks (whsec_…).", True),
    Option("slack_bot_token", "text", "", "Slack: the app's bot token (xoxb-…). Empty: no Slack.", True),
    Option("slack_signing_secret", "text", "", "Slack: signs what Slack sends to /slack/events.", True),
    Option(
        "slack_app_token",
        "text",
        "",
        "Slack: app token (xapp-…); set, Socket Mode is used and no address is needed.",
        True,
    ),
    Option("slack_api_url", "text", "https://slack.com/api/", "Slack: address of the Web API."),
    Option(
        "slack_channel_map", "text", "", "Slack: channels for channels, #general=C0123456789; with commas; * is all."
    ),
    Option(
        "slack_drill_channel", "text", "", "Slack: ID of the channel that drills are told in. Empty: where others are."
    ),
    Option("slack_incident_channels", "switch", "no", "Slack: give each incident a channel of its own."),
    Option("slack_note_reaction", "text", "memo", "Slack: the emoji that puts a message into the timeline."),
    Option("github_repository", "text", "", "GitHub: owner/name that holds issues and playbooks. Empty: no GitHub."),
    Option("github_api_url", "text", "https://api.github.com", "GitHub: address of the API (https://HOST/api/v3)."),
    Option("github_app_id", "text", "", "GitHub: the App's ID, with its private key and installation."),
    Option("github_private_key", "text", "", "GitHub: the App's private key (PEM).", True),
    Option("github_installation", "number", "0", "GitHub: ID of the App's installation."),
    Option("github_token", "text", "", "GitHub: a fine-grained token, in place of an App.", True),
    Option("github_webhook_secret", "text", "", "GitHub: signs what it sends to /github/webhook.", True),
    Option(
        "github_playbook_paths", "text", ".github/ISSUE_TEMPLATE/*", "GitHub: files that are playbooks, with commas."
    ),
    Option("github_follow_up_repository", "text", "", "GitHub: where follow-ups are filed. Empty: with the incidents."),
    Option("follow_up_remind_days", "number", "14", "Days after which an open follow-up is reminded of, and again."),
    Option("github_closes_issue", "switch", "yes", "GitHub: close and reopen the issue with its incident."),
    Option("github_posts_updates", "switch", "yes", "GitHub: post updates as comments."),
    Option("github_note_reaction", "text", "rocket", "GitHub: the reaction that makes a comment a note."),
    Option("github_poll_seconds", "number", "60", "GitHub: how often to look for what no webhook brought."),
    Option("api_requests_per_minute", "number", "1200", "Most API requests of one person a minute. 0: no limit."),
    Option("debug", "switch", "no", "Show details of faults in the browser. Never on a real server."),
)
_BY_NAME = {option.name: option for option in OPTIONS}
_SWITCHES = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}


class Settings:
    """The settings as found. Values are read by kind, and a bad one says which it is and what it should be."""

    def __init__(self, environment: Mapping[str, str], file_values: Mapping[str, object]) -> None:
        self._environment = environment
        self._file_values = file_values

    def find(self, name: str) -> Found:
        option = _BY_NAME[name]
        variable = option.variable
        if variable in self._environment:
            return Found(option, self._environment[variable], "environment")
        if option.is_secret and (path := self._environment.get(f"{variable}_FILE")):
            return Found(option, _read_secret(variable, path), f"file {path}")
        if not option.is_secret and name in self._file_values:
            return Found(option, str(self._file_values[name]), "tocsin.toml")
        return Found(option, option.default, "default")

    def text(self, name: str) -> str:
        return self.find(name).text.strip()

    def number(self, name: str) -> int:
        found = self.find(name)
        if not found.text.strip().isdigit():
            raise BadSettingError(f"{found.option.variable} must be a whole number, not {found.text!r}.")
        return int(found.text)

    def switch(self, name: str) -> bool:
        found = self.find(name)
        value = _SWITCHES.get(found.text.strip().lower())
        if value is None:
            raise BadSettingError(f"{found.option.variable} must be yes or no, not {found.text!r}.")
        return value

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text).expanduser().resolve() if text else None


def read_settings() -> Settings:
    """Read `tocsin.toml` (or the file `TOCSIN_CONFIG` names) and the environment as it is now."""
    return Settings(os.environ, _read_toml(Path(os.environ.get("TOCSIN_CONFIG", "tocsin.toml"))))


def _read_toml(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettingError(f"{path.name} cannot be read: {error}. Correct that line and start again.") from error
    for name in values:
        if name not in _BY_NAME:
            raise BadSettingError(f"{path.name} has {name!r}, which is no setting. `tocsin doctor` lists them all.")
        if _BY_NAME[name].is_secret:
            raise BadSettingError(f"{name!r} is a secret: give it as {_BY_NAME[name].variable}, not in {path.name}.")
    return values


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSettingError(f"{variable}_FILE names {path}, which cannot be read: {error.strerror}.") from error
