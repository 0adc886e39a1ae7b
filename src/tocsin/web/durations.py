"""Lengths of time in words, in the reader's language."""

from __future__ import annotations

import math

from django.utils.translation import ngettext

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: float, parts: int = 2) -> str:
    """Return "1 hour 5 minutes": the `parts` largest units in a row; seconds only for less than two minutes.

    *Units*: whole seconds; a negative length reads as its size.
    """
    rest = abs(int(seconds))
    smallest = 1 if rest < 120 else 60
    words: list[str] = []
    for size, name in _UNITS:
        count, rest = divmod(rest, size)
        if count and size >= smallest:
            words.append(counted(name, count))
        elif words:
            break
        if len(words) == parts:
            break
    return " ".join(words) or counted("second", 0)


def until_in_words(seconds: float) -> str:
    """Return how long is left: from two minutes on the minute that has begun counts, so that 30 minutes read so."""
    return in_words(seconds if abs(seconds) < 120 else math.ceil(seconds / 60) * 60)


def counted(unit: str, count: int) -> str:
    if unit == "day":
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if unit == "hour":
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    if unit == "minute":
        return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
    return ngettext("%(count)d second", "%(count)d seconds", count) % {"count": count}
