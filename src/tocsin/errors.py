"""The roots of every error that Tocsin raises on purpose.

A class's docstring is its default message and says what to do next. Anything that is not one of these three is a bug.
"""

from __future__ import annotations

import inspect
from datetime import datetime


class TocsinError(Exception):
    """Something went wrong in Tocsin. Try again; if it happens again, report it with the steps that led here."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        return str(self.args[0])


class RefusedError(TocsinError):
    """This was refused. Read the reason, mend what it names and try again."""


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
