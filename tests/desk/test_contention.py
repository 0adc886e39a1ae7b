"""Who comes second waits and goes again; a person is never told of a lock, and nobody waits for ever."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection

from tocsin.desk.contention import BusyError, settled
from tocsin.errors import UnavailableError
from tocsin.store.log import VersionConflictError

pytestmark = pytest.mark.django_db


class Work:
    """Fails with the given errors in turn, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self._errors:
            raise self._errors.pop(0)
        return "done"


def from_postgresql(state: str) -> OperationalError:
    """Return an error as Django raises it from one of PostgreSQL's with this state."""

    class CauseError(Exception):
        sqlstate = state

    error = OperationalError("could not")
    error.__cause__ = CauseError()
    return error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database is locked"),
        OperationalError("database table is locked"),
        from_postgresql("40001"),
        from_postgresql("40P01"),
        from_postgresql("57P01"),
        IntegrityError("UNIQUE constraint failed"),
        VersionConflictError(),
    ],
    ids=str,
)
def test_what_passes_by_itself_is_tried_again(error: Exception) -> None:
    work = Work(error, error)
    assert settled(work) == "done"
    assert work.calls == 3


@pytest.mark.parametrize("error", [ProgrammingError("no such table"), OperationalError("disk I/O error"), ValueError()])
def test_what_waiting_cannot_mend_is_raised_at_once(error: Exception) -> None:
    work = Work(error)
    with pytest.raises(type(error)):
        settled(work)
    assert work.calls == 1


def test_a_collision_that_never_ends_is_a_bug_and_is_raised() -> None:
    work = Work(*[IntegrityError("UNIQUE constraint failed")] * 100)
    with pytest.raises(IntegrityError):
        settled(work)


def test_whoever_waits_too_long_is_told_to_try_again() -> None:
    work = Work(*[OperationalError("database is locked")] * 100)
    with pytest.raises(BusyError) as raised:
        settled(work, patience_seconds=0)
    assert isinstance(raised.value, UnavailableError)
    assert "locked" not in raised.value.message
    assert connection.vendor not in raised.value.message
