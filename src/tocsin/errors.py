"""The roots of every error that Tocsin raises on purpose, and the one table of what each means outside.

A class's docstring is its default message and says what to do next. Anything that is not one of these three is a bug.
`meaning_of` gives an error's HTTP status, exit code and how a chat answers; every face uses it.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


class TocsinError(Exception):
    """Something went wrong in Tocsin. Try again; if it happens again, report it with the steps that led here."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        return str(self.args[0])


class RefusedError(TocsinError):
    """This was refused. Read the reason, mend what it names and try again."""


class NotFoundError(RefusedError):
    """There is nothing here by that name. Look it up in its list and try again."""


class NotSignedInError(RefusedError):
    """You are not signed in. Sign in, or send a token that is still good."""


class ForbiddenError(RefusedError):
    """You may not do this. Ask an administrator for more access."""


class UnreadableError(RefusedError):
    """What was sent cannot be used. Mend the parts that are named and send it again."""


class OutdatedError(RefusedError):
    """It has changed since you looked. Look at it as it is now and try again."""


class TooManyError(RefusedError):
    """That was too much in too short a time. Wait a moment and try again."""


class UnavailableError(TocsinError):
    """A service outside Tocsin failed. It is tried again; nothing is lost.

    `is_permanent` says that trying again cannot help; `retry_at` (aware UTC) is when the service asked to be tried
    again; `is_unclear` says that the service may have accepted what was sent, so look before sending again.
    """

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_at: datetime | None = None,
        is_permanent: bool = False,
        is_unclear: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        self.is_permanent = is_permanent
        self.is_unclear = is_unclear


class CorruptError(TocsinError):
    """Stored data does not match what was written. Stop, keep the data as it is, and restore from a backup."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means outside. `chat` is who hears of it there: the person alone, or nobody until it is over.

    `is_fault` says that operators should see it in their log.
    """

    http_status: int
    exit_code: int
    chat: Literal["person", "operator"]
    is_fault: bool = False


MEANINGS: dict[type[TocsinError], Meaning] = {
    RefusedError: Meaning(409, 1, "person"),
    NotFoundError: Meaning(404, 1, "person"),
    ForbiddenError: Meaning(403, 1, "person"),
    UnreadableError: Meaning(422, 1, "person"),
    OutdatedError: Meaning(412, 1, "person"),
    NotSignedInError: Meaning(401, 4, "person"),
    TooManyError: Meaning(429, 3, "person"),
    UnavailableError: Meaning(503, 3, "person"),
    CorruptError: Meaning(500, 5, "operator", is_fault=True),
    TocsinError: Meaning(500, 5, "operator", is_fault=True),
}


def meaning_of(error: type[TocsinError]) -> Meaning:
    """Return the row of the nearest root of `error`."""
    return next(MEANINGS[parent] for parent in error.__mro__ if parent in MEANINGS)


def slug_of(error: type[TocsinError]) -> str:
    """Return an error's stable name outside: IncidentNotFoundError is "incident-not-found"."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", error.__name__.removesuffix("Error"))
    return "-".join(words).lower() or "error"
