"""The starts of the words of a text: a cheap way to see that a rule has nothing to find there."""

from __future__ import annotations

import re
from functools import lru_cache

DIGITS = frozenset("0123456789")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8)
def hints_of(text: str) -> frozenset[str]:
    """The first four letters of every word of a text, in lower case; a digit alone for words that start with one."""
    return frozenset([word[:4] if word[0] not in DIGITS else word[0] for word in _WORD.findall(text.lower())])
