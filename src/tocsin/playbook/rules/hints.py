"""The starts of the words of a text, and the text in lower case: cheap ways to see that a rule has nothing to find."""

from __future__ import annotations

import re
from functools import lru_cache

DIGITS = frozenset("0123456789")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8)
def hints_of(text: str) -> frozenset[str]:
    """The first four letters of every word of a text, in lower case; a digit alone for words that start with one."""
    return frozenset([word[:4] if word[0] not in DIGITS else word[0] for word in _WORD.findall(text.lower())])


@lru_cache(maxsize=8)
def folded(text: str) -> str:
    """The text in lower case with every character at its place; as it is where lower case has another length.

    A pattern that needs not ignore case looks only where its first letter stands, which is several times faster.
    """
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text
