"""Start an incident's call: ask each provider in turn until one gives a room, and say which failed. Once per incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tocsin.desk import writer
from tocsin.desk.writer import Outcome, StaleVersionError
from tocsin.errors import RefusedError, UnavailableError
from tocsin.incident.commands import StartCall
from tocsin.store import queries


class NoCallError(RefusedError):
    """No provider could open a call. Open one yourself and give its address."""


class Provider(Protocol):
    """Opens rooms. `open` returns the address to join at and *raises* UnavailableError."""

    @property
    def name(self) -> str: ...

    def open(self, title: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A room, who gave it, and a sentence for each provider that failed before."""

    url: str
    provider: str
    tried: tuple[str, ...] = ()


_providers: tuple[Provider, ...] = ()


def hand_in(providers: Sequence[Provider]) -> None:
    """Use these providers from now on, in this order."""
    global _providers
    _providers = tuple(providers)


def are_set_up() -> bool:
    return bool(_providers)


def opened(title: str) -> Opened:
    """Open a room with the first provider that can. It waits for them, so never call it inside a transaction.

    *Raises* NoCallError.
    """
    tried: list[str] = []
    for provider in _providers:
        try:
            return Opened(provider.open(title), provider.name, tuple(tried))
        except UnavailableError as error:
            tried.append(f"{error.message.rstrip('.')}, so the next one was used.")
    raise NoCallError(" ".join([*tried, NoCallError().message]) if tried else None)


def start(ref: str, *, by: str, step: str | None = None, key: str, now: datetime) -> Outcome | None:
    """Start the incident's call unless it has one. None: there is one already, which stays.

    *Raises* NoCallError, or a refusal of the core.
    """
    loaded = queries.load(ref)
    if loaded.state.call_url:
        return None
    # The title stays here: a provider outside need not know what is wrong.
    found = opened(ref)
    command = StartCall(by=by, url=found.url, provider=found.provider, tried=found.tried, step=step)
    try:
        return writer.run(ref, command, key=key, now=now, expected_version=loaded.version)
    except StaleVersionError:
        if queries.load(ref).state.call_url:
            return None
        return writer.run(ref, command, key=key, now=now)
