"""Keep the terminal's tokens: one file that only its owner can read, in the folder of the system's settings.

`TOCSIN_SERVER` and `TOCSIN_TOKEN` go before the file, for scripts. A token is only ever sent to the server it is for.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tocsin.errors import NotSignedInError, RefusedError, UnreadableError

SERVER_VARIABLE, TOKEN_VARIABLE = "TOCSIN_SERVER", "TOCSIN_TOKEN"
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


class NotLoggedInError(NotSignedInError):
    """This terminal is not signed in. Run `tocsin login https://your-server`, or set TOCSIN_SERVER and TOCSIN_TOKEN."""


class BadServerAddressError(UnreadableError):
    """A server's address begins with https:// (or http:// on this machine), as your browser shows it."""


class CredentialsFileError(RefusedError):
    """The file that keeps this terminal's tokens cannot be used. Delete it and run `tocsin login` again."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where to go and with what. `is_kept` is False where it came from the environment."""

    server: str
    token: str
    is_kept: bool = True


def find(server: str = "") -> Credentials:
    """Return what to use for `server`, or for the one signed in to last. *Raises* NotLoggedInError."""
    kept = _read()
    address = normalised(server or os.environ.get(SERVER_VARIABLE, "") or kept.get("current", ""))
    if given := os.environ.get(TOKEN_VARIABLE, "").strip():
        return Credentials(address, given, is_kept=False)
    token = kept.get("servers", {}).get(address)
    if not token:
        raise NotLoggedInError(f"This terminal is not signed in to {address}. Run `tocsin login {address}`.")
    return Credentials(address, token)


def keep(server: str, token: str) -> Path:
    """Store a token and use its server from now on; return the file."""
    kept = _read()
    servers = {**kept.get("servers", {}), server: token}
    return _write({"current": server, "servers": servers})


def forget(server: str) -> bool:
    """Delete the token of `server`; return whether there was one."""
    kept = _read()
    servers = dict(kept.get("servers", {}))
    had = servers.pop(server, None) is not None
    current = kept.get("current", "")
    _write({"current": next(iter(servers), "") if current == server else current, "servers": servers})
    return had


def normalised(address: str) -> str:
    """Return a server's address without path or slash. *Raises* NotLoggedInError for none, BadServerAddressError."""
    if not address:
        raise NotLoggedInError
    text = address.strip() if "://" in address else f"https://{address.strip()}"
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise BadServerAddressError from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise BadServerAddressError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def is_open_to_others(server: str) -> bool:
    """True when a token sent to `server` could be read on its way."""
    parts = urlsplit(server)
    return parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS


def path() -> Path:
    """Return the file's place; it may not exist."""
    from platformdirs import user_config_path

    return user_config_path("tocsin", appauthor=False) / "credentials.json"


def _read() -> dict[str, Any]:
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CredentialsFileError(f"{path()} cannot be read. Delete it and run `tocsin login` again.") from error
    if not isinstance(found, dict) or not isinstance(found.get("servers", {}), dict):
        raise CredentialsFileError(f"{path()} is damaged. Delete it and run `tocsin login` again.")
    return found


def _write(content: dict[str, Any]) -> Path:
    """Write a new file beside the old one and put it in its place, so that neither is ever half or open to others."""
    target = path()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        draft.replace(target)
    except OSError as error:
        raise CredentialsFileError(f"{target} cannot be written: {error.strerror}.") from error
    return target
