"""The listing in the package's docstring is the architecture, and the folders agree with it."""

from __future__ import annotations

import re
from pathlib import Path

import tocsin

PACKAGE = Path(tocsin.__file__).parent


def test_the_docstring_lists_each_part_once() -> None:
    listed = re.findall(r"^([a-z]+)(?:/|\.py) ", tocsin.__doc__ or "", re.MULTILINE)
    found = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert sorted(listed) == sorted(found)


def test_module_names_say_what_is_inside() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "service", "misc"}
    assert [path for path in PACKAGE.rglob("*.py") if path.stem in vague] == []


def test_every_module_says_what_it_does() -> None:
    silent = [
        path
        for path in PACKAGE.rglob("*.py")
        if path.stat().st_size and "migrations" not in path.parts and not path.read_text().startswith('"""')
    ]
    assert silent == []
