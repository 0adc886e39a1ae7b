"""The starts of the words of a text: a cheap way to see that a rule has nothing to find there."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def hints_of(text: str) -> set[str]:
    """The first four letters of every word of a text, in lower case; a digit alone for words that start with one."""
    return {word[:4] if not word[0].isdigit() else word[0] for word in _WORD.findall(text.lower())}


DIGITS = frozenset("0123456789")
