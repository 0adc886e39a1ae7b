"""One call to GitHub: PyGithub without its own retries and pauses, and its failures as one kind of error.

It never retries, queues or decides. Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from github import Auth, Github, GithubException, GithubIntegration
from jwt import PyJWTError

from tocsin.delivery.ports import NotDeliveredError
from tocsin.integrations.github.config import GitHubConfig

PERMISSIONS = frozenset({"issues", "contents", "metadata"})
PER_PAGE = 100
_WAIT_UNTOLD = timedelta(seconds=60)
_MEND_KEY = "Give a new token or key (docs/github.md), start Tocsin again, then retry this."
_MEND_RIGHT = "Give the App or token write access to issues of this repository (docs/github.md), then retry this."
_MEND_GONE = "Check the repository's name and that the App or token may see it, then retry or cancel this."
_MEND_REFUSED = "Mend what GitHub names, then retry or cancel this."


class GitHubError(NotDeliveredError):
    """GitHub did not do what was asked. It is tried again; nothing is lost. `status` is 0 where the line failed."""

    def __init__(self, message: str, *, status: int = 0, **known: Any) -> None:
        super().__init__(message, **known)
        self.status = status


def utc_now() -> datetime:
    return datetime.now(UTC)


class GitHub:
    """This installation's GitHub. Threads share it and ask one after the other, as GitHub wants to be asked.

    No connection is kept open: one that closes under a request leaves it unclear whether GitHub has it.
    """

    def __init__(self, config: GitHubConfig, now: Callable[[], datetime] = utc_now) -> None:
        self._config = config
        self._now = now
        self._lock = threading.Lock()
        self._made: Github | None = None

    def call(self, verb: str, path: str, body: Mapping[str, object] | None = None, **parameters: object) -> Any:
        """Ask once and return the answer's JSON. *Raises* GitHubError, which says whether GitHub may have done it."""
        with self._lock:
            try:
                client = self._made = self._made or _make(self._config)
                try:
                    return client.requester.requestJsonAndCheck(verb, path, parameters or None, input=body)[1]
                finally:
                    client.close()
            except GithubException as error:
                raise self._refused(verb, path, error) from error
            except PyJWTError as error:
                text = f"The App's private key cannot be used: {error}"
                raise GitHubError(text, is_permanent=True, mend=_MEND_KEY) from error
            except (requests.RequestException, OSError, RuntimeError, AssertionError, ValueError) as error:
                raise _line_failed(verb, path, error) from error

    def pages(self, path: str, *, most: int = 10, **parameters: object) -> Iterator[Any]:
        """Yield the entries of a list, page by page, at most `most` pages."""
        for page in range(1, most + 1):
            entries = self.call("GET", path, body=None, **parameters, per_page=PER_PAGE, page=page)
            yield from entries
            if len(entries) < PER_PAGE:
                return

    def _refused(self, verb: str, path: str, error: GithubException) -> GitHubError:
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        status, said = error.status, _said(error)
        text = f"GitHub answered {status} to {verb} {path}: {said}"
        if status in {403, 429} and (wait := self._wait(headers, said, status)) is not None:
            return GitHubError(f"GitHub asks to wait: {said}", status=status, retry_at=self._now() + wait, scope="")
        if status >= 500 or status == 408:
            return GitHubError(text, status=status, is_unclear=verb != "GET")
        mend = {401: _MEND_KEY, 403: _MEND_RIGHT, 404: _MEND_GONE, 410: _MEND_GONE}.get(status, _MEND_REFUSED)
        return GitHubError(text, status=status, is_permanent=status not in {409, 425}, mend=mend)

    def _wait(self, headers: Mapping[str, str], said: str, status: int) -> timedelta | None:
        """Return how long a primary or secondary rate limit asks to wait, None where it is another refusal."""
        told = headers.get("retry-after", "")
        if told.isdigit():
            return timedelta(seconds=int(told))
        reset = headers.get("x-ratelimit-reset", "")
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            return max(datetime.fromtimestamp(int(reset), UTC) - self._now(), timedelta(seconds=1))
        is_limit = status == 429 or "rate limit" in said.lower() or "abuse detection" in said.lower()
        return _WAIT_UNTOLD if is_limit else None


def _make(config: GitHubConfig) -> Github:
    ways: dict[str, Any] = {
        "base_url": config.api_url.rstrip("/"),
        "timeout": config.timeout_seconds,
        "user_agent": "Tocsin",
        "retry": None,
        "seconds_between_requests": None,
        "seconds_between_writes": None,
    }
    if config.token:
        return Github(auth=Auth.Token(config.token), **ways)
    app = Auth.AppAuth(config.app_id, config.private_key)
    with GithubIntegration(auth=app, **ways) as integration:
        granted = integration.get_app_installation(config.installation).raw_data.get("permissions") or {}
    wanted = {name: level for name, level in granted.items() if name in PERMISSIONS}
    return Github(auth=app.get_installation_auth(config.installation, wanted), **ways)


def _said(error: GithubException) -> str:
    data = error.data if isinstance(error.data, dict) else {}
    said = str(data.get("message") or error.data or "nothing")
    details = [str(entry.get("message") or entry) for entry in data.get("errors") or [] if isinstance(entry, dict)]
    return " ".join([said, *details])[:500]


def _line_failed(verb: str, path: str, error: Exception) -> GitHubError:
    """The line failed. Where no connection was made at all, GitHub cannot have it; else it may."""
    is_unclear = verb != "GET" and not _never_connected(error)
    return GitHubError(
        f"GitHub could not be reached for {verb} {path} ({type(error).__name__}).", is_unclear=is_unclear
    )


def _never_connected(error: BaseException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    words = str(error)
    return any(sign in words for sign in ("Connection refused", "NewConnectionError", "NameResolutionError"))
