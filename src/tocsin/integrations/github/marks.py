"""The hidden mark that every issue and comment of Tocsin carries: the identity of its delivery, looked for first. Pure.

It is an HTML comment, which GitHub keeps and does not show.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"<!-- tocsin:delivery ([^\s>]+) -->")


def marked(text: str, identity: str) -> str:
    """Return the text with the mark below it."""
    return f"{text.rstrip()}\n\n{mark(identity)}\n" if text.strip() else f"{mark(identity)}\n"


def mark(identity: str) -> str:
    """Return the mark. A comment may not hold `--`, so hyphens are written apart."""
    return f"<!-- tocsin:delivery {_spelt(identity)} -->"


def has_mark(text: str | None, identity: str) -> bool:
    return any(found[1] == _spelt(identity) for found in _MARK.finditer(text or ""))


def is_ours(text: str | None) -> bool:
    """Return whether Tocsin wrote this text."""
    return bool(_MARK.search(text or ""))


def _spelt(identity: str) -> str:
    return re.sub(r"[^A-Za-z0-9._:~-]", "_", identity).replace("--", "-~-")
