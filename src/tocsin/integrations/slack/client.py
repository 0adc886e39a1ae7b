"""One call to Slack: the vendor's client without its own retries, and its failures as one kind of error.

Arguments go as a form with JSON inside, which every method takes. It never retries, queues or decides.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from tocsin.delivery.ports import NotDeliveredError
from tocsin.integrations.slack import faults
from tocsin.integrations.slack.config import SlackConfig

_quiet = logging.getLogger(__name__)
_quiet.setLevel(logging.CRITICAL)
_WAIT_UNTOLD = timedelta(seconds=30)


class SlackError(NotDeliveredError):
    """Slack did not do what was asked. It is tried again; nothing is lost.

    `code` is Slack's own word ("channel_not_found"), "" where the line failed.
    """

    def __init__(self, message: str, *, code: str = "", **known: Any) -> None:
        super().__init__(message, **known)
        self.code = code


def utc_now() -> datetime:
    return datetime.now(UTC)


def web_client(config: SlackConfig, *, token: str | None = "") -> WebClient:
    """Return the vendor's client for this installation's Slack. `token` "" is the bot's; None is no token."""
    return WebClient(
        token=config.bot_token if token == "" else token,
        base_url=config.api_url.rstrip("/") + "/",
        timeout=config.timeout_seconds,
        retry_handlers=[],
        logger=_quiet,
    )


class Slack:
    """This installation's Slack. Threads may share one."""

    def __init__(self, config: SlackConfig, now: Callable[[], datetime] = utc_now) -> None:
        self._client = web_client(config)
        self._now = now

    def call(self, method: str, **arguments: object) -> Mapping[str, Any]:
        """Call a method of the Web API and return its answer. Arguments that are None are left out.

        *Raises* SlackError, which says whether to try again, when, and whether Slack may have done it.
        """
        form = {name: _form(value) for name, value in arguments.items() if value is not None}
        try:
            answer = self._client.api_call(method, params=form)
        except SlackApiError as error:
            raise self._refused(method, error, str(arguments.get("channel") or "")) from error
        except (URLError, OSError, HTTPException, SlackClientError, ValueError) as error:
            raise _line_failed(method, error) from error
        return answer.data if isinstance(answer.data, dict) else {}

    def _refused(self, method: str, error: SlackApiError, channel: str) -> SlackError:
        status = error.response.status_code
        data = error.response.data
        code = str(data.get("error", "")) if isinstance(data, dict) else ""
        if status == 429 or code in {"ratelimited", "rate_limited"}:
            return self._told_to_wait(method, error.response.headers, channel)
        if status >= 500 or code in faults.UNCLEAR:
            fault = code if code in faults.UNCLEAR else str(status)
            return SlackError(f"Slack had a fault ({fault}) in {method}.", code=code, is_unclear=True)
        if code in faults.PASSING:
            return SlackError(f"Slack could not answer {method} just now: {code}.", code=code)
        if not code or " " in code:
            return SlackError(f"Slack's answer to {method} could not be read.", is_unclear=True)
        needed = f" (needs {data['needed']})" if isinstance(data, dict) and data.get("needed") else ""
        return SlackError(
            f"Slack refused {method}: {code}{needed}.", code=code, is_permanent=True, mend=faults.mend_of(code)
        )

    def _told_to_wait(self, method: str, headers: Mapping[str, str], channel: str) -> SlackError:
        named = {name.lower(): value for name, value in headers.items()}
        told = str(named.get("retry-after", ""))
        wait = timedelta(seconds=int(told)) if told.isdigit() else _WAIT_UNTOLD
        return SlackError(
            f"Slack asks {method} to wait {int(wait.total_seconds())} seconds.",
            code="ratelimited",
            retry_at=self._now() + wait,
            scope=scope_of(method, channel),
        )


def scope_of(method: str, channel: str) -> str:
    """Name the limit that a call falls under: Slack counts per method, and posting per channel.

    Source: https://docs.slack.dev/apis/web-api/rate-limits
    """
    return f"{method} {channel}".strip()


def _line_failed(method: str, error: Exception) -> SlackError:
    """The line failed. Where no connection was made at all, Slack cannot have it; else it may."""
    reason = getattr(error, "reason", error)
    is_unclear = not isinstance(reason, ConnectionRefusedError) and "Name or service" not in str(reason)
    return SlackError(f"Slack could not be reached for {method} ({type(reason).__name__}).", is_unclear=is_unclear)


def _form(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
