"""Copy a frozen dataclass with some parts changed, as `dataclasses.replace` does and several times as fast.

Every event of every incident passes through here; `bench/simulate.py` shows what it is worth. Only for dataclasses whose
fields are all set by their `__init__`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def changed(value: T, changes: Mapping[str, Any]) -> T:
    """Copy `value` with the fields named in `changes` set to what is given there."""
    kind: Any = type(value)
    positions, read = _layout(kind)
    parts = list(read(value))
    for name, part in changes.items():
        parts[positions[name]] = part
    copy: T = kind(*parts)
    return copy


@cache
def _layout(kind: Any) -> tuple[dict[str, int], Callable[[Any], tuple[Any, ...]]]:
    names = [field.name for field in fields(kind)]
    return {name: place for place, name in enumerate(names)}, attrgetter(*names)
