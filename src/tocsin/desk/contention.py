"""Settle who goes first when several write at once. A person never sees that a database was locked.

Only for whole transactions: the work is run again from its beginning, so it must read everything itself.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import RLock
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, connection

from tocsin.errors import UnavailableError
from tocsin.store.log import VersionConflictError

PATIENCE_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 0.25
# Serialization failure, deadlock, lock not available, and the ways a connection is lost: PostgreSQL, appendix A.
_PASSING_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "08000", "08003", "08006"})
_PASSING_WORDS = ("locked", "busy", "connection", "schema has changed")
_MOST_COLLISIONS = 20

Result = TypeVar("Result")
_gate = RLock()
log = logging.getLogger(__name__)


class BusyError(UnavailableError):
    """The database is too busy, so nothing was changed. Try again; if it goes on, run `tocsin doctor`."""


def settled(work: Callable[[], Result], *, patience_seconds: float = PATIENCE_SECONDS) -> Result:
    """Run `work`, a whole transaction, again until it is not in another's way, and return its result.

    *Raises* BusyError after `patience_seconds`; whatever `work` raises that waiting cannot mend.
    """
    began, attempt = time.monotonic(), 0
    while True:
        try:
            with _turn():
                return work()
        except (DatabaseError, VersionConflictError) as error:
            attempt += 1
            if not _is_passing(error, attempt):
                raise
            if time.monotonic() - began > patience_seconds:
                raise BusyError from error
            log.info("Trying again after %s: %s", type(error).__name__, error)
            connection.close_if_unusable_or_obsolete()
            _pause(attempt)


def _turn() -> AbstractContextManager[object]:
    """Let this process's writers go one by one on SQLite, which has one lock for all and is not fair in giving it:
    in a crowd that doubles what gets done and cuts the longest wait to a third."""
    return _gate if connection.vendor == "sqlite" else nullcontext()


def _is_passing(error: Exception, attempt: int) -> bool:
    """Return whether the same work may succeed a moment later. A caller who expects an old version never will."""
    if isinstance(error, IntegrityError) or type(error) is VersionConflictError:
        return attempt <= _MOST_COLLISIONS
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state in _PASSING_STATES or any(word in str(error).lower() for word in _PASSING_WORDS)


def _pause(attempt: int) -> None:
    """Wait a random time that grows with the attempts, so that those in each other's way part."""
    ceiling = min(LONGEST_PAUSE_SECONDS, 0.002 * 2 ** min(attempt, 10))
    time.sleep(ceiling * secrets.randbelow(1000) / 1000)
