"""Lengths of time in text: "30 minutes", "half an hour", "15-30 min", "72h", "5 business days", "twice a day"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tocsin.playbook.rules.hints import DIGITS, folded

NUMBER_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-four": 24, "thirty": 30, "forty-five": 45,
    "forty-eight": 48, "sixty": 60, "seventy-two": 72, "ninety": 90, "half": 0.5, "half a": 0.5, "half an": 0.5,
    "a couple": 2, "a couple of": 2, "couple of": 2, "ein": 1, "eine": 1, "einer": 1, "une": 1, "un": 1, "una": 1,
    "uma": 1, "um": 1, "een": 1, "zwei": 2, "deux": 2, "dos": 2, "duas": 2, "twee": 2,
}  # fmt: skip
UNIT_SECONDS = (
    (r"sec(?:ond)?s?|segundos?|sekunden?|secondes?|сек\w*", 1),
    (r"min(?:ute)?s?|minutos?|minuten?|минут\w*|мин|分钟", 60),
    (r"hours?|hrs?|horas?|stunden?|heures?|uren|uur|час\w*|小时", 3600),
    (r"days?|d[ií]as?|tage?n?|jours?|dagen|дн\w+|день|сут\w+|天", 86400),
    (r"weeks?|wks?|semanas?|wochen?|semaines?|недел\w+", 604800),
    (r"months?|meses|mes|monate?n?", 2592000),
)
_SHORT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = "|".join(pattern for pattern, _ in UNIT_SECONDS)
_WORD_NUMBER = "|".join(sorted((re.escape(word) for word in NUMBER_WORDS), key=len, reverse=True))
_BUSINESS = r"(?:business|working|work|week|bank|calendar|úteis|laborables|arbeits|werk|рабочих)"
DURATION = re.compile(
    rf"(?<![\w.:$€£/#])(?:(?P<low>\d{{1,4}}(?:[.,]\d{{1,2}})?)\s*(?:min(?:ute)?s?|h(?:ou)?rs?|h|m)?\s*(?:-|–|—|\bto\b|\bor\b)\s*)?"
    rf"(?P<high>\d{{1,4}}(?:[.,]\d{{1,2}})?|\b(?:{_WORD_NUMBER})\b)"
    rf"(?:(?P<short>[hmdsw]|\sh)(?![\w'])|\+?[\s\-]*(?P<business>{_BUSINESS}[\s\-]*)?(?P<unit>{_UNIT})(?!\w)"
    r"(?P<after>\s+(?:úteis|laborables|ouvrés|hábiles))?)",
)
_UNIT_SEEN = re.compile(
    r"\d\s?[hmdsw]\b|min|sec|seg|sek|hour|hr|hora|stund|heur|uren|uur|day|d[ií]a|tag|jour|dag|week|wk|seman|woche|semain|"
    r"mon|mes|час|мин|сек|дн|день|сут|недел|分钟|小时|天"
)
_HINTS = frozenset(
    [
        "min",
        "mins",
        "minu",
        "hour",
        "hr",
        "hrs",
        "half",
        "day",
        "days",
        "dail",
        "week",
        "wks",
        "seco",
        "sec",
        "secs",
        "mont",
        "twic",
        "once",
        "hora",
        "heur",
        "stun",
        "día",
        "dias",
        "dia",
        "días",
        "jour",
        "uur",
        "uren",
        "dag",
        "dage",
        "tag",
        "tage",
        "мин",
        "мину",
        "час",
        "часа",
        "часо",
        "дня",
        "дней",
        "день",
        "сут",
        "суто",
        "сек",
        "сема",
        "неде",
        "sema",
        "woch",
        "minú",
    ]
)


def may_hold_time(hints: frozenset[str]) -> bool:
    """Whether a text with these hints can name a length of time."""
    return not (DIGITS.isdisjoint(hints) and _HINTS.isdisjoint(hints))


@dataclass(slots=True)
class Span:
    """A length of time in a text. `low` and `high` are equal unless it is a range. Units: seconds."""

    start: int
    end: int
    low: int
    high: int
    is_business_days: bool = False


def find_durations(text: str) -> list[Span]:
    """Every length of time in a text, left to right."""
    lowered = folded(text)
    if _UNIT_SEEN.search(lowered) is None:
        return []
    return [span for match in DURATION.finditer(lowered) if (span := _span(match)) is not None]


def _span(match: re.Match[str]) -> Span | None:
    size = _size(match)
    high = _number(match.group("high"))
    low = _number(match.group("low")) if match.group("low") else high
    if low > high:
        low = high
    business = (match.group("business") or match.group("after") or "").strip(" -").lower()
    if round(high * size) < 1:
        return None
    return Span(
        match.start(),
        match.end(),
        max(1, round(low * size)),
        round(high * size),
        business not in ("", "calendar", "week"),
    )


def _size(match: re.Match[str]) -> int:
    if match.group("short"):
        return _SHORT[match.group("short").strip().lower()]
    return _unit_size(match.group("unit").lower())


@lru_cache(maxsize=128)
def _unit_size(unit: str) -> int:
    return next(size for pattern, size in UNIT_SECONDS if re.fullmatch(pattern, unit))


def _number(said: str) -> float:
    word = " ".join(said.lower().split())
    return float(NUMBER_WORDS[word]) if word in NUMBER_WORDS else float(said.replace(",", "."))
