"""Tocsin's own playbooks, used when a team has none yet. They are plain Markdown, to be copied and changed."""

from __future__ import annotations

from importlib.resources import files

_NAMES = ("general-incident", "security-incident")


def names() -> tuple[str, ...]:
    """The names of the playbooks, the one used by default first."""
    return _NAMES


def load(name: str) -> bytes:
    """The source of one playbook. Raises: KeyError when there is none of that name; `names()` lists them."""
    if name not in _NAMES:
        raise KeyError(name)
    return files(__package__).joinpath(f"{name}.md").read_bytes()
