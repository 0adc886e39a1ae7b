"""Every error has one meaning outside: an HTTP status, an exit code, and who hears of it in a chat."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import tocsin
from tocsin.errors import (
    MEANINGS,
    CorruptError,
    RefusedError,
    TocsinError,
    UnavailableError,
    meaning_of,
    slug_of,
)


def _all_errors(root: type[TocsinError] = TocsinError) -> Iterator[type[TocsinError]]:
    for child in root.__subclasses__():
        yield child
        yield from _all_errors(child)


def _load_every_part() -> None:
    for module in pkgutil.walk_packages(tocsin.__path__, "tocsin."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_every_error_says_what_it_means_and_what_to_do() -> None:
    _load_every_part()
    for error in _all_errors():
        assert error.__doc__, f"{error.__name__} has no message"
        assert meaning_of(error) in MEANINGS.values()
        assert issubclass(error, (RefusedError, UnavailableError, CorruptError))


def test_names_outside_are_unique() -> None:
    _load_every_part()
    slugs = [slug_of(error) for error in set(_all_errors())]
    assert sorted(slugs) == sorted(set(slugs))


@pytest.mark.parametrize(
    ("root", "statuses", "exit_codes"),
    [(RefusedError, range(400, 500), {1, 3, 4}), (UnavailableError, range(503, 504), {3}), (CorruptError, [500], {5})],
)
def test_the_roots_keep_apart(root: type[TocsinError], statuses: range, exit_codes: set[int]) -> None:
    _load_every_part()
    for error in [root, *_all_errors(root)]:
        assert meaning_of(error).http_status in statuses
        assert meaning_of(error).exit_code in exit_codes


def test_only_a_broken_promise_is_logged_as_a_fault() -> None:
    assert {error for error in MEANINGS if MEANINGS[error].is_fault} == {CorruptError, TocsinError}


def test_a_name_outside_follows_from_the_class() -> None:
    class IncidentIsGoneError(RefusedError):
        """Gone."""

    assert slug_of(IncidentIsGoneError) == "incident-is-gone"
