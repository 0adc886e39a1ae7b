"""Call the API of a server, near or far. Turns what it refuses into our errors, and a silent server into plain words.

A POST carries an Idempotency-Key and is sent again, with the same key, when the connection broke: it has one effect.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from tocsin.cli import credentials
from tocsin.cli.credentials import Credentials
from tocsin.errors import (
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    OutdatedError,
    RefusedError,
    TocsinError,
    TooManyError,
    UnavailableError,
    UnreadableError,
)

if TYPE_CHECKING:
    import httpx

_TRIES = 3
_TIMEOUT_SECONDS = 15.0
_OF_STATUS: dict[int, type[TocsinError]] = {
    401: NotSignedInError,
    403: ForbiddenError,
    404: NotFoundError,
    412: OutdatedError,
    422: UnreadableError,
    429: TooManyError,
}


class ServerSilentError(UnavailableError):
    """The server does not answer. Is it running? Check its address, or start it with `tocsin serve`."""


class NoTocsinError(UnavailableError):
    """What answers at this address is no Tocsin server. Check the address."""


class ServerFailedError(UnavailableError):
    """The server failed. Try again; if it goes on, tell whoever runs it to look at its log."""


class Client:
    """A connection to one server. An error it raises has the server's own document about it as a note."""

    def __init__(self, used: Credentials, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        import httpx

        self.server = used.server
        headers = {"Accept": "application/json", "User-Agent": "tocsin-terminal"}
        if used.token:
            headers["Authorization"] = f"Bearer {used.token}"
        try:
            self._http = httpx.Client(base_url=f"{used.server}/api/v1", headers=headers, timeout=timeout_seconds)
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError) as error:
            raise credentials.BadServerAddressError from error

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON at `path`; queries that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return _json(self._send("GET", path, params=given))

    def changed(self, path: str, version: int | None) -> Any:
        """Return the JSON at `path`, or None when it is still at `version`."""
        headers = {"If-None-Match": f'"{version}"'} if version is not None else {}
        answer = self._send("GET", path, headers=headers)
        return None if answer.status_code == 304 else _json(answer)

    def post(self, path: str, body: Any = None) -> Any:
        """Send `body`, once whatever happens on the way, and return the JSON of the answer."""
        return _json(self._send("POST", path, json=body or {}, headers={"Idempotency-Key": str(uuid.uuid4())}))

    def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        import httpx

        for tries_left in reversed(range(_TRIES)):
            try:
                answer = self._http.request(method, path, **parts)
            except httpx.HTTPError as error:
                if tries_left and not isinstance(error, httpx.ConnectError):
                    continue
                raise self._silent(error) from error
            if answer.status_code >= 400:
                raise _refusal(answer)
            return answer
        raise ServerSilentError

    def _silent(self, error: Exception) -> ServerSilentError:
        reason = str(error) or type(error).__name__
        return ServerSilentError(
            f"{self.server} does not answer ({reason}). Is it running, and is the address right?"
            " Start it with `tocsin serve`, or sign in elsewhere with `tocsin login`."
        )


def connect(server: str = "", timeout_seconds: float = _TIMEOUT_SECONDS) -> Client:
    """Return a connection with the token of `server`, or of the server signed in to last. *Raises* NotLoggedInError."""
    return Client(credentials.find(server), timeout_seconds)


def _refusal(answer: httpx.Response) -> TocsinError:
    """Return the error that an answer stands for, with the server's words."""
    problem = _problem(answer)
    if problem is None:
        return ServerFailedError() if answer.status_code >= 500 else NoTocsinError()
    kind = _OF_STATUS.get(answer.status_code, ServerFailedError if answer.status_code >= 500 else RefusedError)
    error = kind(str(problem.get("detail") or answer.reason_phrase))
    error.add_note(json.dumps(problem))
    return error


def _problem(answer: httpx.Response) -> dict[str, Any] | None:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return None
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise NoTocsinError(f"What answers at {answer.url.host} is no Tocsin server. Check the address.") from error
