"""Severity conditions in the words of a line: "For Medium/High incidents", "(P1/P2)", "SEV2 and above", "not sev1".

A level with a number is taken wherever it does not plainly do something else (be assigned, be defined, be an example).
A level that is an ordinary word is taken only where the words around it say that a severity is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.playbook.rules.levels import FIELD_LINE, Level, canonical

_SEPARATOR = (
    r"\s*(?:/|\+(?=\s*[A-Za-z])|,\s*(?:and|or)\s|,|&|\||\band\b|\bor\b|\bund\b|\boder\b|\be\b|\by\b|\bou\b|\bи\b)\s*"
)
_RANGE = r"\s*(?:-|–|—|\bto\b|\bthrough\b|\.\.)\s*"
_NOUN = (
    r"(?:severit\w+|priorit\w+|sev\b|incidents?|issues?|outages?|events?|levels?\b|classified|only\b|"
    r"inciden\w+|vorf[aä]ll\w*|инцидент\w*)"
)
_STRONG_RIGHT = re.compile(rf"[\s\-]*(?:(?!or\b|and\b)[\w\-]+\s+){{0,1}}{_NOUN}", re.IGNORECASE)
_STRONG_LEFT = re.compile(
    r"(?:severity|sev|priority|level)\s*(?:is|of|are|:|=|==|as)?\s*(?:an?\s+)?[\"'`*]*$"
    r"|\b(?:incident|outage|issue|it)\s+(?:is|are)\s+(?:an?\s+|of\s+)?$|\bif\s+$",
    re.IGNORECASE,
)
_BRACKET_RIGHT = re.compile(r"[\s*_`]*(?:(?:severity|incidents?|sev|priority|only|levels?|and up)\s*)*[)\]:;—–]", re.I)
_FIELD_LEFT = re.compile(
    r"(?:severity|priority|sev|level|rating|label|labels)\s*(?:level|\(.{0,20}\))?[\s*_`]*[:=][\s*_`]*$", re.IGNORECASE
)
_ASSIGN_LEFT = re.compile(
    r"(?:→|->|=>|=)\s*[\"'`*]*$"
    r"|\b(?:escalat\w+|upgrad\w+|downgrad\w+|rais\w+|lower\w*|chang\w+|set|reclassif\w+|bump\w*|promot\w+|mov\w+)\s+"
    r"(?:\w+\s+){0,3}(?:to|as|from)\s+(?:an?\s+)?[\"'`*]*$"
    r"|\b(?:declar\w+|classif\w+|treat\w*|consider\w*|assign\w*|mark\w*|rate[ds]?|label\w*|open\w*|start|create)\s+"
    r"(?:(?:it|this|as|an?|the|incident|severity|to|level|be|all|them|these)\s+){0,4}[\"'`*(]*$"
    r"|\b(?:e\.g\.|eg\.?|example|such as|like|i\.e\.|default(?:s)? to|becomes?|between|equivalent to)\s*:?\s*[\"'`*(]*$"
    r"|\b(?:mask\w*|hides?|into|becom\w+|as)\s+(?:an?\s+)?(?:new\s+)?[\"'`*(]*$"
    r"|\b(?:generally|usually|typically|often|normally|mostly)\s+(?:an?\s+)?[*_]*$|[\"“\[`](?:severity:|\W{1,3})?$|severity:$",
    re.IGNORECASE,
)
_OTHER_RIGHT = re.compile(
    r"[\"”]|\s*(?:triggers?\b|examples?\b|definition|criteria|MTTR|database|bucket|=|means?\b|is\s+(?:defined|when|an?\b)|"
    r"includes?\b|covers?\b|indicates?\b|(?:on-call|support)\s+(?:rotation|team))",
    re.IGNORECASE,
)
_ANY_ONE = re.compile(r"\b(?:an?|any)\s+$", re.IGNORECASE)
_RETOLD = re.compile(r"\s+(?:that|which|can|may|might)\b", re.IGNORECASE)
_RAISED_LEFT = re.compile(r"(?:^|[:|→])[\s*_`]*$")
_RAISED_RIGHT = re.compile(r"\s*(?:page|alert|ticket|notification)s?[\s.|]*$", re.IGNORECASE)
_UP = re.compile(
    r"\s*(?:\+(?!\d)|,?\s*(?:and|or|oder|und|ou|et|o|y)\s+(?:above|higher|worse|greater|up|over|more severe|höher|"
    r"superior\w*|acima|plus)\b|,?\s*\bupwards?\b)",
    re.IGNORECASE,
)
_DOWN = re.compile(r"\s*,?\s*(?:and|or)\s+(?:below|lower|less|under|down)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(?:(?:is|are)\s+)?(?:not|non|except(?:\s+for)?|excluding|other\s+than|unless)[\s\-]+(?:(?:an?|for|in|it's|it is)\s+)?[*_`(]*$",
    re.I,
)
_AT_LEAST = re.compile(r"(?:≥|>=|\bat least|\bminimum)\s*(?:an?\s+)?$", re.IGNORECASE)
_ABOVE = re.compile(r"\b(?:above|higher than|greater than|worse than|more severe than)\s*$", re.IGNORECASE)
_BELOW = re.compile(r"\b(?:below|lower than|less than|less severe than|under)\s*$", re.IGNORECASE)


_ADMONITION = re.compile(r"\s*(?:[⚠🚨❗‼🛑❌📌💡ℹ]|\[!)|\W*(?:important|critical|urgent)\W*:", re.IGNORECASE)


@dataclass(slots=True)
class Guard:
    """A severity condition in a text: where its words stand and the levels it names, most severe first."""

    start: int
    end: int
    names: tuple[str, ...]
    is_everything: bool = False


class GuardReader:
    """Finds severity conditions in texts of one document, whose levels it is given."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self.names = [level.name for level in levels]
        self._index: dict[str, int] = {}
        numbered: list[str] = []
        worded: list[str] = []
        for at, level in enumerate(levels):
            for name in (level.name, *level.aliases):
                self._index.setdefault(canonical(name), at)
                (numbered if re.search(r"\d$", name) else worded).append(name)
        self._pattern = _compile(numbered, worded) if levels else None
        stems = sorted(
            {re.escape(name[:4]) for name in worded} | {re.escape(re.sub(r"[\W\d]+$", "", n)) for n in numbered}
        )
        if any(name.lower().startswith(("sev", "p")) for name in numbered):
            stems += ["sev", "priority"]
        self._may_hold = re.compile("|".join(stems) or "(?!)", re.IGNORECASE)
        self._prefixes = tuple({re.sub(r"[\W\d]", "", name).lower() for name in numbered})
        self._numbers = {level.number: at for at, level in enumerate(levels) if level.number is not None}

    def read(self, text: str, is_heading: bool = False) -> list[Guard]:
        """The severity conditions of a text, left to right; those that name every level are marked."""
        if self._pattern is None or self._may_hold.search(text) is None or FIELD_LINE.match(text):
            return []
        return [g for m in self._pattern.finditer(text) if (g := self._guard(text, m, is_heading)) is not None]

    def level_at_start(self, text: str) -> str | None:
        """The single level a table cell or a label starts with."""
        match = self._pattern.match(text.lstrip(" *_`[(")) if self._pattern else None
        found = self._found(match.group("list")) if match else []
        return self.names[found[0]] if found and len(set(found)) == 1 else None

    def levels_at_start(self, text: str) -> tuple[str, ...]:
        """The levels a table cell or label names at its start, with ranges and "and above"."""
        stripped = text.lstrip(" *_`[(🔴🟠🟡🔵🟢⚪")
        match = self._pattern.match(stripped) if self._pattern else None
        if match is None:
            return ()
        found, _ = self._widened(stripped, match, set(self._found(match.group("list"))))
        return tuple(self.names[at] for at in sorted(found))

    def levels_only(self, text: str) -> tuple[str, ...]:
        """The levels of a text that is a list of levels and nothing else ("SEV-1, SEV-2")."""
        match = self._pattern.fullmatch(text.strip(" *_`()")) if self._pattern else None
        return tuple(self.names[at] for at in sorted(set(self._found(match.group("list"))))) if match else ()

    def _guard(self, text: str, match: re.Match[str], is_heading: bool) -> Guard | None:
        found = self._found(match.group("list"))
        if not found:
            return None
        left, right = text[max(0, match.start() - 48) : match.start()], text[match.end() : match.end() + 96]
        has_number = bool(re.search(r"\d", match.group()))
        if (
            re.search(r"\beven if\b[^,.]*$", left, re.I)
            or _FIELD_LEFT.search(left)
            or _ASSIGN_LEFT.search(left)
            or _OTHER_RIGHT.match(right)
            or (_ANY_ONE.search(left) and _RETOLD.match(right))
            or (_RAISED_LEFT.search(left) and _RAISED_RIGHT.match(right))
        ):
            return None
        if not has_number and re.search(r"\bnon-$|\b(?:other|new|few|known|no|more|most)\s+$", left, re.I):
            return None
        if not has_number and not self._is_severity(text, match, left, right, is_heading, len(set(found))):
            return None
        chosen, end = self._widened(text, match, set(found))
        names = tuple(self.names[at] for at in sorted(chosen))
        is_everything = (len(chosen) == len(self.names) and len(chosen) > 1) or not chosen
        return Guard(match.start(), end, names, is_everything)

    def _widened(self, text: str, match: re.Match[str], chosen: set[int]) -> tuple[set[int], int]:
        left, end = text[max(0, match.start() - 30) : match.start()], match.end()
        every = set(range(len(self.names)))
        up, down = _UP.match(text, end), _DOWN.match(text, end)
        if up or _AT_LEAST.search(left):
            chosen = set(range(max(chosen) + 1))
        elif down:
            chosen = set(range(min(chosen), len(self.names)))
        elif _ABOVE.search(left):
            chosen = set(range(min(chosen)))
        elif _BELOW.search(left):
            chosen = set(range(max(chosen) + 1, len(self.names)))
        if _NOT.search(left):
            chosen = every - chosen
        return chosen, (up or down or match).end()

    @staticmethod
    def _is_severity(text: str, match: re.Match[str], left: str, right: str, is_heading: bool, count: int) -> bool:
        if _STRONG_RIGHT.match(right) or _UP.match(right):
            return True
        if re.search(r"\bif\s+$", left, re.I):
            return bool(re.match(r"\s*(?:[,:)]|$|then\b|[a-z]+\s+(?:the|that|an?)\b)", right))
        if _STRONG_LEFT.search(left):
            return bool(re.match(r"[\s*_`]*(?:$|[,.;:)\]]|(?:or|and|then|incident)\b)", right))
        is_bracketed = bool(re.search(r"[(\[][\s*_`]*(?:for|at|if|only|when|severity)?[\s:*_`]*$", left, re.I))
        if is_bracketed and _BRACKET_RIGHT.match(right):
            return True
        starts = bool(re.fullmatch(r"[\W_]*(?:(?:for|if|on|at|in case of)\s+)?", text[: match.start()], re.I))
        ends = bool(re.search(r"[;,(—–]\s*[\s*_`]*$", left))
        if starts and re.match(r"\s+(?:alerts?|pages?|tickets?|cases?|bugs?)\b[^:]{0,60}:", right, re.I):
            return True
        if (starts or ends) and re.match(r"[\s*_`]*(?::|—|–|→)", right):
            return not _ADMONITION.match(text)
        return is_heading and starts and (count > 1 or not right.strip())

    def _found(self, listed: str) -> list[int]:
        listed = re.sub(r"(?<=\d)s\b", "", listed)
        found: list[int] = []
        previous: int | None = None
        is_range = False
        for token in re.finditer(_TOKEN, listed):
            said = token.group()
            if said.lower() in _TO:
                is_range = True
                continue
            at = self._numbers.get(int(said)) if said.isdigit() else self._index.get(canonical(said))
            if at is None:
                continue
            if is_range and previous is not None:
                found.extend(range(min(previous, at), max(previous, at) + 1))
            found.append(at)
            previous, is_range = at, False
        return found


_TOKEN = re.compile(
    r"(?:SEV(?:ERITY)?|Priority|Level|Tier|P|S|L)[\s\-‑]?\d|\d|-|–|—|\.\.|\bto\b|\bthrough\b|[^\W\d_]+", re.IGNORECASE
)


_TO = frozenset(["-", "–", "—", "..", "to", "through"])


def _compile(numbered: Sequence[str], worded: Sequence[str]) -> re.Pattern[str]:
    items = []
    families = {re.sub(r"[\W\d]", "", name).lower() for name in numbered}
    digits = "".join(sorted({name[-1] for name in numbered}))
    if "sev" in families or "severity" in families:
        families |= {"sev", "severity"}
    if "p" in families or "priority" in families:
        families |= {"p", "priority"}
    for family in sorted(families, key=len, reverse=True):
        items.append(rf"{re.escape(family)}[\s\-‑]?[{digits}](?:s\b)?(?![\w%]|[.:]\d)")
    items.extend(re.escape(name) + r"(?!\w|-[a-z])" for name in sorted(set(worded), key=len, reverse=True))
    item = "(?:" + "|".join(items) + ")"
    more = item if not digits else rf"(?:{item}|[{digits}](?![\w%]|[.:]\d|\s*(?:{_UNITS})))"
    joined = rf"{item}(?:\s?\([^()\d]{{1,20}}\))?(?:(?:{_SEPARATOR}|{_RANGE})[*_`]*{more})*"
    return re.compile(rf"(?:(?<![\w.#/\-])|(?<=\bnon-))(?P<list>{joined})", re.IGNORECASE)


_UNITS = r"min|hour|day|hr|week|sec|час|мин"
