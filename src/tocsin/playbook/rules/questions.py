"""Conditions on facts and on the state: "If …, do …", "do … if …", "(if required)", "unless …", "once resolved".

What remains of a condition when its severities and lengths of time are taken away is a question to be answered yes or
no. "Check whether …" asks nothing of Tocsin: finding out is the step itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.playbook.rules.guards import Guard
from tocsin.playbook.rules.hints import hints_of
from tocsin.playbook.rules.timers import Clock


@dataclass(slots=True)
class Asked:
    """One alternative of a condition, or all of it: `text` is the fact as a clause."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Clause:
    """A condition in a text: the facts it names, joined by `joint`. `is_negated` stands for "unless".

    `state` is set for "when the incident has been resolved". `clocks` are the timers inside it.
    """

    start: int
    end: int
    asked: tuple[Asked, ...] = ()
    clocks: tuple[Clock, ...] = ()
    guards: tuple[Guard, ...] = ()
    joint: str = "any"
    is_negated: bool = False
    is_resolved: bool = False
    is_posed: bool = False


_HINTS = frozenset(
    [
        "if",
        "when",
        "once",
        "unle",
        "in",
        "for",
        "wher",
        "afte",
        "as",
        "fall",
        "wenn",
        "si",
        "se",
        "als",
        "caso",
        "prov",
        "если",
        "для",
        "при",
    ]
)
_RESOLVED_HINTS = frozenset(["reso", "over", "clos", "reme", "rest", "miti"])
_BARE_HINTS = frozenset(["if", "when", "wher", "as"])
_IF_HINTS = frozenset(["if", "in", "unle", "fall", "wenn", "caso", "prov", "если"])
_FOR_HINTS = frozenset(["for", "для", "при"])
_RESOLVED = re.compile(
    r"\b(?:when(?:ever)?|once|after|as soon as|until)\s+(?:the\s+|an?\s+)?(?:(?:incident|issue|outage|problem|service|situation|it)\s+)?"
    r"(?:(?:is|has been|was|are|have been|gets)\s+)?(?:fully\s+|completely\s+)?"
    r"(?:resolved|over\b|closed|remediated|restored|mitigated and closed|resolution)\b",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?P<word>if|in case(?: of)?|in the event (?:of|that)|unless|falls|wenn|caso|provided that|если)\s+", re.I
)
_WHEN_FIRST = re.compile(r"[\s*_`>()\d.:]*(?:[A-Z]{1,4}:\s+)?(?P<word>when(?:ever)?|once|where)\s+", re.IGNORECASE)
_FOR = re.compile(
    r"(?P<word>\bfor\b|для|при)\s+(?P<what>(?:(?:any|all|every|an?|the|suspected|confirmed|potential)\s+)?"
    r"(?:[\w\-/&']+\s+){0,4}?(?:incidents?|breach(?:es)?|outages?|attacks?|leaks?|vulnerabilit(?:y|ies)|"
    r"compromises?|exposures?|users?\s+under\s+\d+|failures?|events?|инцидент\w*|disclosures?))\b",
    re.IGNORECASE,
)
_NOT_ASKING = re.compile(
    r"(?:\b(?:determin\w+|check(?:s|ing)?|verif\w+|confirm\w*|decid\w+|assess(?:es|ing)?|see|investigat\w+|identif\w+|ask\w*|know\w*|"
    r"whether(?: or not)?|unsure|not sure|clear|clarif\w+|evaluat\w+|establish|even|as|validat\w+|consider\w*|wonder|"
    r"only|would be \w+(?: \w+)?|what|document\w*|note|record\w*|find out|say|state|review|indicate|doubt)\b\s*(?:\w+\s+){0,1}[\"'*_(]*)$",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"(?:if|when|where|unless)\s+(?:in doubt|it doubt|you(?:'re| are)\s+(?:not\s+)?(?:un)?(?:sure|certain|a|torn|ready|done|on call)\b|unsure|you\s+(?:feel|think|would|need\s+(?:any\s+)?help|suspect\s+you)\b|yes\b|"
    r"you (?:have (?:any )?questions|can\b|want|wish|like)|ever|any\s*[,.)]|exists?\b|not\s*[,.]|so\b|possible,|appropriate|needed|necessary|"
    r"applicable|relevant|available|feasible|i\b|we\b can|someone asks|ready)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<open>\(\s*)?\b(?P<word>if|when|where|as)\s+(?P<what>(?:deemed\s+|legally\s+|so\s+|already\s+|confirmed\s+)?"
    r"(?:required|applicable|appropriate|necessary|needed|possible|feasible|relevant|compromised|identified|confirmed|affected|"
    r"impacted|exposed|breached|suspected|detected|involved|available|safe|exploited|leaked|approved|warranted|customer-facing))"
    r"\s*(?P<close>[).,;:]|(?=\()|$)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"required|applicable|appropriate|necessary|needed|possible|feasible|relevant|available|warranted", re.I
)
_YES_NO = re.compile(
    r"(?:^|[.:;–—]\s+|\s-\s+|\*\s*)\W*(?P<q>(?:is|are|was|were|did|does|do|has|have|had|can|could|will|should)\s+[^.?!]{6,120})\?",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r",\s+(?!(?:such|e\.g|for example|including|like)\b)|\s+[—–]\s+|\s+-\s+|:\s|;|\.(?=\s|$)|\)|\s*→\s*|\bthen\b|!|\?|$",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|may|might|\w+s|\w+ed|\w+'s|you|we|they|it)\b", re.I
)


def read_clauses(
    text: str, clocks: list[Clock], guards: list[Guard], is_step: bool, is_item: bool = True
) -> list[Clause]:
    """The conditions of a text, left to right. `is_step` admits the vague ones ("if needed") of a line to tick."""
    hints = hints_of(text)
    if "?" not in text and _HINTS.isdisjoint(hints):
        return []
    found: list[Clause] = []
    taken: list[tuple[int, int]] = []

    def add(clause: Clause | None) -> None:
        if clause is not None and not any(a < clause.end and clause.start < b for a, b in taken):
            taken.append((clause.start, clause.end))
            found.append(clause)

    for match in _RESOLVED.finditer(text) if not _RESOLVED_HINTS.isdisjoint(hints) else ():
        add(Clause(match.start(), match.end(), is_resolved=True) if _is_resolved_rule(text, match) else None)
    for match in _BARE.finditer(text) if not _BARE_HINTS.isdisjoint(hints) else ():
        add(_bare(text, match, is_step, is_item))
    for match in _IF.finditer(text) if not _IF_HINTS.isdisjoint(hints) else ():
        add(_full(text, match, clocks, guards))
    first = _WHEN_FIRST.match(text)
    if first:
        add(_leading_when(text, first, clocks, guards))
    for match in _FOR.finditer(text) if not _FOR_HINTS.isdisjoint(hints) else ():
        add(_kind_of_incident(text, match, guards))
    for match in _YES_NO.finditer(text) if "?" in text else ():
        add(_posed(text, match, is_step))
    return sorted(found, key=lambda clause: clause.start)


def _is_resolved_rule(text: str, match: re.Match[str]) -> bool:
    left = text[max(0, match.start() - 40) : match.start()]
    return not re.search(
        r"\b(?:document|declares?|note|record|see|example|until)\s*$", left, re.I
    ) and not match.group().lower().startswith("until")


def _bare(text: str, match: re.Match[str], is_step: bool, is_item: bool) -> Clause | None:
    """ "(if required)", "if compromised": the fact is made of the line it stands in."""
    what = match.group("what")
    word = match.group("word").lower()
    is_bracketed = bool(match.group("open")) and match.group("close") == ")"
    if (
        word == "as"
        or (word == "where" and not is_bracketed)
        or not (is_step or (is_item and is_bracketed and word == "if"))
    ):
        return None
    if re.search("available|feasible", what, re.I):
        return None
    if _VAGUE.search(what) and not (
        is_bracketed or (re.search(r"\bneeded|\brequired", what) and match.group("close") != ",")
    ):
        return None
    if word == "when" and _VAGUE.search(what):
        return None
    before = text[: match.start()]
    if match.group("close") == ")" and not match.group("open") and "(" in before:
        before = before[before.rindex("(") + 1 :]
    main = re.sub(r"\([^()]*\)", " ", before + " ").strip(" ,.(–—-:") or text[match.end() :].strip(" ,.)")
    main = re.split(r"[.;:]\s|\s[–—]\s", main)[-1].strip()
    if not main:
        return None
    said = f"{_object(main)} {what}" if not _VAGUE.search(what) else f"{main[:1].lower()}{main[1:]} is {what}"
    start = match.start("word")
    return Clause(start, match.end("what"), (Asked(start, match.end("what"), said),))


def _object(main: str) -> str:
    words = main.split()
    return " ".join(words[1:]) if len(words) > 1 else main


def _full(text: str, match: re.Match[str], clocks: list[Clock], guards: list[Guard]) -> Clause | None:
    left = text[max(0, match.start() - 60) : match.start()]
    is_for_event = match.group("word").lower().endswith(" of")
    if _NOT_ASKING.search(left) or _IDLE.match(text, match.start()):
        return None
    end = _end_of_clause(text, match.end())
    if end - match.end() < 4 or (is_for_event and end - match.end() > 80):
        return None
    return _clause(text, match.start(), match.end(), end, clocks, guards, match.group("word").lower() == "unless")


def _leading_when(text: str, match: re.Match[str], clocks: list[Clock], guards: list[Guard]) -> Clause | None:
    end = _end_of_clause(text, match.end())
    if end >= len(text) - 2 or text[end] not in ",:" or _IDLE.match(text, match.start("word")):
        return None
    if not _FINITE.search(text[match.end() : end]) or len(text[match.end() : end].split()) < 3:
        return None
    return _clause(text, match.start("word"), match.end(), end, clocks, guards, False)


def _end_of_clause(text: str, start: int) -> int:
    """Where a condition ends: at the comma, dash, colon or full stop before what is to be done."""
    depth = 0
    at = start
    for match in _CLAUSE_END.finditer(text, start):
        depth = text.count("(", start, match.start()) - text.count(")", start, match.start())
        at = match.start()
        said = match.group().strip()
        if depth > 0 and said != "":
            continue
        if said == "," and _is_list_comma(text, start, match):
            continue
        return at
    return at


def _is_list_comma(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the comma goes on the condition ("if A, B, or C is lost, do …") instead of ending it."""
    rest = text[match.end() : match.end() + 160]
    if not re.search(r",", rest):
        return False
    return bool(
        re.match(r"(?:or|and)\s+\w+[^,]{0,80},", rest) or re.match(r"[^,.]{1,60},\s*(?:or|and)\s+[^,]{1,80},", rest)
    )


def _clause(
    text: str, start: int, after_word: int, end: int, clocks: list[Clock], guards: list[Guard], is_negated: bool
) -> Clause | None:
    inside = [clock for clock in clocks if after_word <= clock.start < end and clock.kind == "elapsed"]
    levels = [guard for guard in guards if after_word <= guard.start < end]
    joint = "any"
    asked: list[Asked] = []
    parts = _alternatives(text, after_word, end) if inside or levels else [(after_word, end)]
    if len(parts) > 1 and re.search(r"\band\b", text[parts[0][1] : parts[1][0]], re.I):
        joint = "all"
    for a, b in parts:
        if any(a <= clock.start < b for clock in inside) or any(a <= guard.start < b for guard in levels):
            continue
        said = _fact(text[a:b])
        if said:
            asked.append(Asked(a, b, said))
    if not asked and not inside and not levels:
        return None
    return Clause(start, end, tuple(asked), tuple(inside), tuple(levels), joint, is_negated)


def _alternatives(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a condition at "or" and "and" between clauses (not between two nouns)."""
    cuts = [start]
    for match in re.finditer(r",?\s+(?:or|and)\s+(?:if\s+)?", text[start:end], re.IGNORECASE):
        after = text[start + match.end() : end]
        if re.match(
            r"(?:[\w'’]+\s+){0,6}?(?:is|are|was|were|has|have|had|can|can't|cannot|could|will|do|does|lasts?|takes?|exceeds?)\b",
            after,
            re.I,
        ):
            cuts += [start + match.start(), start + match.end()]
    cuts.append(end)
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _fact(said: str) -> str:
    """The fact in a condition, without remarks in brackets and marks."""
    plain = re.sub(r"\s*\([^()]*\)?", "", said)
    plain = re.sub(
        r"^(?:that|there(?:'s| is| are)|of|an?\s+(?=\w+\s+(?:is|has)))\s+", "", plain.strip(" *_`,;:\"'"), flags=re.I
    )
    plain = " ".join(plain.split()).strip(" *_`,;:.")
    return plain if len(plain) > 3 and re.search(r"[^\W\d_]{3}", plain) else ""


def _kind_of_incident(text: str, match: re.Match[str], guards: list[Guard]) -> Clause | None:
    start, end = match.start(), match.end()
    if any(guard.start < end and start < guard.end for guard in guards):
        return None
    what = match.group("what")
    left, right = text[:start], text[end : end + 12]
    is_leading = not left.strip(" *_`>([") or bool(re.search(r"(?:^|[.:;]\s)(?:[A-Z]{1,4}:\s*)?\s*$", left))
    is_bracketed = bool(re.search(r"[(\[]\s*$", left)) and bool(re.match(r"\s*[)\]]", right))
    if not (is_bracketed or (is_leading and re.match(r"\s*[,:–—]", right))):
        return None
    kind = re.sub(r"^(?:any|all|every|an?|the)\s+", "", what, flags=re.I)
    if re.fullmatch(r"(?:incidents?|events?|this incident|each incident|инцидент\w*)", kind, re.I):
        return None
    return Clause(start, end, (Asked(start, end, f"{kind}"),))


def _posed(text: str, match: re.Match[str], is_step: bool) -> Clause | None:
    """A yes/no question with something to do beside it."""
    rest = (text[: match.start("q")] + text[match.end() :]).strip(" *_`.-–—:()\"'")
    if not is_step or len(rest.split()) < 2 or re.match(r"\W*(?:yes\s*[|/]|\"|no\b)", text[match.end() :], re.I):
        return None
    if re.search(r"[\"“'‘]\s*$", text[: match.start("q")]):
        return None
    start, end = match.start("q"), match.end("q")
    return Clause(start, end, (Asked(start, end, _fact(text[start:end])),), is_posed=True)


_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "if",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "it",
        "it's",
        "its",
        "of",
        "to",
        "or",
        "and",
        "in",
        "on",
        "for",
        "any",
        "that",
        "this",
        "there",
        "their",
        "your",
        "our",
        "has",
        "have",
        "had",
        "with",
        "by",
        "as",
        "at",
        "from",
        "such",
        "whether",
        "you",
        "we",
        "they",
        "not's",
        "s",
    ]
)


def question_id(text: str) -> str:
    """A short stable name for a question, of its telling words: "customers-data-breached"."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower())
    plain = [re.sub(r"['’]\w*$", "", word) for word in words if word not in _STOP]
    telling = [word for word in plain if word and word not in _STOP] or ["question"]
    return "-".join(telling[:6])
