"""Open a room for a call: Jitsi (no account), Zoom or Google Meet. Knows nothing of incidents.

*Source*: https://developers.zoom.us/docs/internal-apps/s2s-oauth/ and
https://developers.google.com/workspace/meet/api/reference/rest/v2/spaces/create
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from tocsin.errors import UnavailableError

TIMEOUT_SECONDS = 8.0
MEET_SCOPE = "https://www.googleapis.com/auth/meetings.space.created"


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A room with a name nobody guesses: 128 bits of chance. Nothing is asked of the server, so this cannot fail."""

    base_url: str = "https://meet.jit.si"
    name: str = "jitsi"
    chance: Callable[[], str] = lambda: secrets.token_urlsafe(16)

    def open(self, title: str) -> str:
        return f"{self.base_url.rstrip('/')}/tocsin-{self.chance()}"


@dataclass(frozen=True, slots=True)
class Zoom:
    """A meeting by a server-to-server app of the account."""

    account: str
    client_id: str
    client_secret: str = field(repr=False)
    oauth_url: str = "https://zoom.us/oauth/token"
    api_url: str = "https://api.zoom.us/v2"
    name: str = "zoom"

    def open(self, title: str) -> str:
        """Return the address to join at. *Raises* UnavailableError."""
        with _Session("Zoom") as session:
            given = {"grant_type": "account_credentials", "account_id": self.account}
            token = _asked(session.post(self.oauth_url, data=given, auth=(self.client_id, self.client_secret)), "Zoom")
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            # Type 1 is an instant meeting; whoever comes first need not wait for its owner.
            body = {"topic": title[:200], "type": 1, "settings": {"join_before_host": True, "waiting_room": False}}
            made = _asked(session.post(f"{self.api_url}/users/me/meetings", json=body, headers=bearer), "Zoom")
            return str(made["join_url"])


@dataclass(frozen=True, slots=True)
class Meet:
    """A Google Meet space, made by a service account for `subject`, a user of the organisation."""

    email: str
    private_key: str = field(repr=False)
    subject: str
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    api_url: str = "https://meet.googleapis.com/v2"
    name: str = "meet"
    seconds: Callable[[], float] = time.time

    def open(self, title: str) -> str:
        """Return the address to join at. *Raises* UnavailableError."""
        with _Session("Google Meet") as session:
            grant = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}
            token = _asked(session.post(self.token_url, data=grant), "Google Meet")
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            made = _asked(session.post(f"{self.api_url}/spaces", json={}, headers=bearer), "Google Meet")
            return str(made["meetingUri"])

    def _assertion(self) -> str:
        now = int(self.seconds())
        claims = {"iss": self.email, "sub": self.subject, "scope": MEET_SCOPE, "aud": self.token_url}
        return jwt.encode({**claims, "iat": now, "exp": now + 600}, self.private_key, algorithm="RS256")


class _Session:
    """An HTTP client whose every failure, a strange answer included, is UnavailableError in the provider's name."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> httpx.Client:
        return self._client

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._client.close()
        if isinstance(error, httpx.HTTPError):
            raise UnavailableError(f"{self._provider} cannot be reached: {type(error).__name__}") from error
        if isinstance(error, KeyError | ValueError | TypeError | jwt.PyJWTError):
            raise UnavailableError(
                f"{self._provider} answered in a way that is not known.", is_permanent=True
            ) from error


def _asked(answer: httpx.Response, provider: str) -> dict[str, Any]:
    if answer.status_code >= 400:
        is_permanent = answer.status_code < 500 and answer.status_code != 429
        raise UnavailableError(f"{provider} refused: {answer.status_code}", is_permanent=is_permanent)
    return dict(answer.json())
