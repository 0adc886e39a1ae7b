"""Say the core's sentences in the reader's language.

The core is pure, knows no catalogue and keeps its reasons in the log as English sentences. Here each of its sentences
stands once as a pattern; a sentence that fits one is said by the pattern's translation, with its moments, lengths and
reasons translated in turn and everybody's own words left as they are. What fits none stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, ngettext

from tocsin.errors import TocsinError
from tocsin.web.durations import counted
from tocsin.web.sentence_patterns import CLAUSES, JOINTS, SENTENCES

_HOLE = re.compile(r"%\((\w+)\)s")
_KINDS = {
    "moment": r"(?:[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} )?\d\d:\d\d(?::\d\d)? UTC",
    "length": r"\d+ (?:working )?[a-z]+(?: \d+ [a-z]+)?",
    "line": r"(?: \(line \d+\))?",
    "number": r"\d+",
    "question": r"[^”]*",
    "levels": r"[^(“]+?",
}
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_END = r"(?=$|, | and | or )"


def refusal(error: TocsinError) -> str:
    """Return what an error says to people: the first paragraph of its message, in the reader's language."""
    return say(error.message.partition("\n\n")[0])


def say(sentence: str) -> str:
    """Return a sentence of the core in the reader's language; as it stands where it is not one of them."""
    if not sentence or (get_language() or "en").startswith("en"):
        return sentence
    known = gettext(sentence)
    return known if known != sentence else _by_pattern(sentence)


def _by_pattern(sentence: str) -> str:
    for pattern in SENTENCES:
        if found := _compiled(pattern, r"\Z").match(sentence):
            return _filled(pattern, found)
    return sentence


@cache
def _compiled(pattern: str, end: str, *, has_line: bool = False) -> re.Pattern[str]:
    """Turn a pattern with holes into an expression that finds what fills them."""
    kinds = {**_KINDS, "line": r" \(line \d+\)"} if has_line else _KINDS
    parts = _HOLE.split(pattern)
    holes = (f"(?P<{name}>{kinds.get(name, '.+?')})" for name in parts[1::2])
    texts = map(re.escape, parts[0::2])
    return re.compile("".join(_woven(texts, holes)) + end, re.S)


def _woven(texts: Iterator[str], holes: Iterator[str]) -> Iterator[str]:
    for text in texts:
        yield text
        yield next(holes, "")


def _filled(pattern: str, found: re.Match[str]) -> str:
    words = {name: _SAY.get(name, str)(value) for name, value in found.groupdict().items()}
    return gettext(pattern) % words


# --- what fills the holes -----------------------------------------------------------------------------------------


def _reasons(text: str) -> str:
    """Say clause after clause; what is none, a joint or somebody's words, stays or is said by itself."""
    said, at = "", 0
    while at < len(text):
        for pattern, found in _fitting(text, at):
            said += gettext(pattern) if pattern in JOINTS else _filled(pattern, found)
            at = found.end()
            break
        else:
            said += text[at]
            at += 1
    return said


def _fitting(text: str, at: int) -> Iterator[tuple[str, re.Match[str]]]:
    for has_line in (True, False):
        for pattern in CLAUSES:
            if found := _compiled(pattern, _END, has_line=has_line).match(text, at):
                yield pattern, found
    for joint in JOINTS:
        if found := re.compile(re.escape(joint)).match(text, at):
            yield joint, found


def _length(text: str) -> str:
    """Say "45 minutes", "3 days 4 h", "2 working days"."""
    units = {"s": "second", "min": "minute", "h": "hour"}
    pairs = re.findall(r"(\d+) (working day|[a-z]+?)s?(?= |$)", text)
    return " ".join(_amount(units.get(unit or "s", unit or "s"), int(number)) for number, unit in pairs)


def _amount(unit: str, count: int) -> str:
    if unit == "working day":
        return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}
    return counted(unit, count)


def _moment(text: str) -> str:
    """Say "Mon 2 Mar 14:32 UTC" with the day's and the month's names of the reader's language."""
    day = re.match(r"([A-Z][a-z]{2}) (\d+) ([A-Z][a-z]{2}) (.*)", text)
    if day is None:
        return text
    named = WEEKDAYS_ABBR[_DAYS.index(day[1])], int(day[2]), MONTHS_3[_MONTHS.index(day[3]) + 1], day[4]
    return " ".join(map(str, named))


def _line(text: str) -> str:
    number = re.search(r"\d+", text)
    return gettext(" (line %(number)s)") % {"number": number.group()} if number else ""


def _levels(text: str) -> str:
    return text.replace(" or ", gettext(" or "))


_SAY: dict[str, Callable[[str], str]] = {
    "reasons": _reasons,
    "sentence": say,
    "length": _length,
    "moment": _moment,
    "other_moment": _moment,
    "line": _line,
    "levels": _levels,
    "anchor": say,
    "status": say,
}
