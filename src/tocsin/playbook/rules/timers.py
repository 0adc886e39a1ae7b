# A pattern reads best with its alternatives on one line.
# ruff: noqa: E501
"""Rules about time in the words of a line: which lengths of time are timers, of what kind, counted from what.

A length of time alone is nothing: most are descriptions, examples or history. It becomes a timer by the words next to
it ("every", "within", "longer than"), by standing in the brackets of a heading, or in a column that is about time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tocsin.playbook.model import TimerKind, TimerStart
from tocsin.playbook.rules.durations import Span, find_durations, may_hold_time
from tocsin.playbook.rules.guards import Guard
from tocsin.playbook.rules.hints import hints_of

LONGEST_CADENCE = 8 * 86400
SHORTEST = 60


@dataclass(frozen=True, slots=True)
class Clock:
    """A timer in a text, with the place of its words. Units: seconds."""

    start: int
    end: int
    kind: TimerKind
    seconds: int
    counts_from: TimerStart
    names: tuple[str, ...] = ()
    is_business_days: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a text stands, as far as timers care: each part widens or narrows what is taken for a timer."""

    is_heading: bool = False
    is_step: bool = False
    is_definition: bool = False
    is_code: bool = False
    is_item: bool = False
    heading: str = ""


_OPEN = r"[\s*_`\"'(]*"
_EVERY = re.compile(
    rf"\b(?:every|each|once\s+(?:every|per|in)|at least every|per|jede[nrs]?|alle|cada|a cada|elke|iedere|toutes les|"
    rf"chaque|кажд\w+|co)\s*(?:other\s)?{_OPEN}(?:~|approx\w*\.?|about)?\s*$",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\b(once|twice|(\d{1,2})\s?(?:x|×|times))\s*(?:/|per|every|each|a)?\s*$", re.IGNORECASE)
_WITHIN = re.compile(
    rf"(?:\b(?:within|no later than|not later than|no more than|in no more than|in under|in less than|inside(?: of)?|at most|"
    rf"maximum(?: of)?|max\.?(?: of)?|in the first|during the first|innerhalb von|innerhalb|binnen|dentro de|em até|"
    rf"en menos de|dans les|sous|в течение|не позднее)|(?<![a-z])T\+){_OPEN}(?:the\s+)?(?:first\s+)?(?:an?\s+)?(?:~|about)?$",
    re.IGNORECASE,
)
_NEXT_UPDATE = re.compile(r"\bnext\s+(?:status\s+)?update\s*(?:is\s+|due\s+)?(?::|in|within|at)?\s*$", re.IGNORECASE)
_LESS = re.compile(rf"(?:<=?|≤|\bunder|\bless than|\bup to|\bby){_OPEN}$", re.IGNORECASE)
_MORE = re.compile(
    rf"(?:\b(?:more\s+th[ae]n|longer\s+th[ae]n|over|exceed(?:s|ing)?|at least|in excess of|beyond|past|greater than|"
    rf"for|länger als|mehr als|más de|mais de|plus de|langer dan|meer dan|более|дольше)|>=?|≥){_OPEN}(?:about\s+)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\b(?:after|nach|después de|após|après|na|через|wait){_OPEN}(?:about\s+|another\s+)?$", re.IGNORECASE
)
_LASTS = re.compile(
    r"\b(?:last(?:s|ed|ing)?|tak(?:es?|en|ing)|runs?|running|continu\w+|persist\w*|ongoing|goes on|go on|going on|"
    r"unresolved|not (?:been )?(?:resolved|fixed|mitigated|acknowledged|contained)|open|unacknowledged|spend(?:s|ing)?|spent|"
    r"remain\w*|exceed\w*|down|outage|downtime|disruption|unavailable|elapsed|duration|stuck|dauert|dura|duurt|dure|длится|продолжается)\b"
    r"(?:\W+(?:\w+\W+){0,3})?(?:for\s+)?(?:(?:more|longer)\s+th[ae]n|over|beyond|past|in excess of|at least|>=?|≥)?"
    rf"{_OPEN}(?:about\s+)?$",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?:if|when|once|should|unless|until|where|wenn|falls|si|se|als|если|seek|escalate|page|prevent)\b", re.I
)
_STAY = re.compile(
    r"\b(?:monitor\w*|observ\w+|watch\w*|stable|stay\w*|stick\w*|wait\w*|keep\w*|hold\w*|remain\w*|without|soak\w*|"
    r"verify|confirm\w*|no (?:new|further|recurr\w+|more))\b",
    re.IGNORECASE,
)
_UPDATE = re.compile(
    r"\b(?:updat\w+|sit-?reps?|cadence|communicat\w+|status|report\w*|check-?ins?|notif\w+|brief\w*|post\w*|comms?|"
    r"intervals?|frequency|stand-?ups?|sync\w*|informe?\w*|обновл\w+|actualiz\w+|atualiz\w+|aktualis\w+)\b",
    re.IGNORECASE,
)
_NOT_CADENCE = re.compile(
    r"\b(?:review|rotate|rotation|test|drill|retain|audit|exercise|backup|stand-?ups?)\w*\b", re.I
)
_ADVERB = re.compile(
    r"\b(?:(?P<times>once|twice|(?P<count>\d)\s?(?:x|×|times))[\s\-]*(?:a\s+|per\s+|/\s?|every\s+)?)?"
    r"(?P<word>half-?hourly|hourly|bi-?hourly|daily|day|weekly|hour)\b",
    re.IGNORECASE,
)
_ADVERB_SECONDS = {
    "halfhourly": 1800,
    "hourly": 3600,
    "hour": 3600,
    "bihourly": 7200,
    "daily": 86400,
    "day": 86400,
    "weekly": 604800,
}
_EACH = re.compile(
    r"\b(?:(?P<within>(?:within|in|during)\s+the(?:\s+(?:first|next))?|\(first)|every|each|once\s+per|per|jede|cada|elke|каждый|chaque)\s+"
    r"(?P<other>other\s+)?(?P<unit>hour|day|stunde|hora|uur|час|heure)\b(?!\s*(?:s\b|/))",
    re.IGNORECASE,
)
_UNIT_SECONDS = {"day": 86400} | dict.fromkeys(("hour", "stunde", "hora", "uur", "час", "heure"), 3600)
_NARRATIVE = re.compile(
    r"\b(?:can(?: be| also)?|could|may|might|typically|usually|often|expires?|retain\w*|retention|keep logs|older|"
    r"last|past|previous|ago|in the last|over the last|recent\w*|was|were|trends?|since|every time|each time)\b\s*(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_PROMISE_WORD = re.compile(
    r"\b(?:response|respond|acknowledg\w*|ack\b|resol\w+|assign\w*|escalat\w*|update\w*|notif\w*|target|sla|slo|rto|"
    r"post-?mortem|communicat\w*|triage|contain\w*|mitigat\w*|report\w*|time|deadline|review|engage\w*|initial|first|page\w*)\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:no|not|still|without|isn't|hasn't|un(?:resolved|acknowledged|acked|answered|mitigated|fixed))\b"
    r"[^.;:]{0,30}?\s(?:in|for|after|within)(?:\s+the)?(?:\s+(?:last|past|next|first))?\s*$",
    re.IGNORECASE,
)
_STILL_OPEN = re.compile(
    r"[\s*_`(]*(?:of\s+)?(?:unresolved|unacknowledged|unanswered|unmitigated|without|with no|no\s)", re.IGNORECASE
)
_ESCALATES_LEFT = re.compile(
    r"\b(?:auto-?(?:matic(?:ally)?\s)?)?escalat(?:e|es|ion)\s*(?:after|in|at|:)?\s*$", re.IGNORECASE
)
_ENDS = re.compile(r"[\s*_`)]*(?:$|[,.;|])")
_WHEN_HEADING = re.compile(
    r"\b(?:when to|escalat\w+ (?:triggers?|criteria|rules?)|escalate (?:when|if))\b", re.IGNORECASE
)
_NOTICE_RIGHT = re.compile(
    r"[\s\-]+(?:[\w\-]+\s+){0,2}?(?:notification|reporting|disclosure)\s+(?:window|deadline|clock|period)\b",
    re.IGNORECASE,
)
_IF_MORE = re.compile(
    r"\b(?:if|when|after|once)\s+(?:it\s+\w+\s+)?(?:>|≥|more than|over|longer than|exceeding|lasts)\s*$", re.IGNORECASE
)
_BARE_LABEL = re.compile(
    r"[\W_]*[\w /+-]{1,24}(?:\([^)]*\))?[\s*_`]*(?::|—|–|→|->|-|=)[\s*_`]*(?:<=?|≤|within|max\.?|under)?[\s*_`]*", re.I
)
_LEVEL_START = re.compile(
    r"[\W_]*(?:(?:SEV(?:ERITY)?|P|S|Level|Tier|L)[\s-]?\d|critical|high|medium|low|major|minor|urgent|moderate)\b", re.I
)
_ABOUT_TIME = re.compile(
    r"\b(?:respon\w+|sla|slo|times?|targets?|acknowledg\w*|updates?|cadence|frequency|interval|escalat\w*|communicat\w*|deadlines?|resol\w+)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?P<what>(?:(?:initial|first|target|max(?:imum)?|expected|mean)\s+)?(?:response|acknowledg\w*|ack|resolution|"
    r"escalation|update|communication|notification|status(?: update)?|containment|mitigation|triage|assignment|post-?mortem|"
    r"report\w*|respond|resolve|reply|time to \w+|sla|rto|deadline|tempo de resposta|reaktionszeit|время реакции|"
    r"comunicaci[oó]n|comunica[çc][ãa]o|respuesta|resposta|tiempo de \w+|eta comunicaci[oó]n)"
    r"\s*(?:time|sla|target|window|frequency|cadence|interval|within|deadline|required|due|in)?)"
    rf"[\s*_`]*(?:[:=]|→|-|–|—|\()?[\s*_`]*(?:required\s+)?(?:immediate\w*\s*\()?(?:<=?|≤|~|under|within|max\.?)?{_OPEN}$",
    re.IGNORECASE,
)
_CLOCK_RIGHT = re.compile(
    r"[\s\-]*(?:\(?[A-Z]{2,6}\)?\s+)?(?:[\w\-]+\s+){0,2}?(?:timer|clock|deadline|countdown|window|sla|limit)\b", re.I
)
_START_LEFT = re.compile(
    r"\b(?:start|begin|set|open|trigger|mind|observe|meet|respect|track|note)\w*\s+(?:the\s+|an?\s+)?$", re.I
)
_ARROW_LEFT = re.compile(r"(?:→|->|=>|⇒|\||—|–|:)[\s*_`]*(?:<=?|≤|~|within|in)?\s*[*_`]*$")
_RESOLVED = re.compile(
    r"\b(?:of|after|from|following|post|since)\s+(?:the\s+)?(?:incident(?:'s)?\s+)?(?:being\s+)?"
    r"(?:is\s+|has been\s+|service\s+)?(?:resol\w+|clos\w+|recover\w+|restor\w+|mitigat\w+|containment|end\b|conclusion)"
    r"|\bpost[\s-]?(?:resolution|incident|recovery)\b|\b(?:after|once|when)\s+(?:the\s+)?incident\s+(?:is|has been)\s+"
    r"(?:resolved|closed|over)",
    re.IGNORECASE,
)
_STARTED = re.compile(
    r"\b(?:of|after|from|since|upon|following)\s+(?:the\s+)?(?:(?:incident|breach|suspected|initial|personal data|first|its?|your|being)\s+){0,3}"
    r"(?:start\w*|detect\w*|declar\w*|discover\w*|identif\w*|report\w*|aware\w*|becoming aware|suspect\w*|incident|"
    r"notification|begin\w*|onset|confirm\w*|knowledge|occurrence)\b",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"\b(?:post-?mortems?|retro\w*|post-?incident|lessons|debrief\w*|follow-?ups?|rca\b|root cause analysis|"
    r"after-?action|action items?|corrective|final report|incident review|review meeting|wrap-?up|blameless)\b",
    re.IGNORECASE,
)
_BARE_HEADING = re.compile(
    r"(?:^|[(\[—–:]|\b(?:first|initial|next))[\s*_`]*(?:<=?|≤|~|within|first|t\+?)?\s*$", re.IGNORECASE
)
_BARE_HEADING_RIGHT = re.compile(r"\s*(?:$|[)\]:—–-]|of\b|after\b|from\b|post\b|response|window|\+)", re.IGNORECASE)
_BARE_STEP = re.compile(r"[(\[][\s*_`]*(?:<=?|≤|~|first|within|max\.?|in the first)?\s*$", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s+[A-Z(*\"“])|\n")


def read_clocks(
    text: str, guards: Sequence[Guard], setting: Setting, hints: frozenset[str] | None = None
) -> list[Clock]:
    """The timers of a text, left to right, each with the levels that its own sentence ties it to."""
    if not may_hold_time(hints_of(text) if hints is None else hints):
        return []
    found: list[Clock] = []
    for start, end in _sentences(text):
        spans = list(find_durations(text[start:end]))
        found.extend(_in_sentence(text[start:end], spans, setting, start, found))
        found.extend(_adverbs(text[start:end], spans, setting, start))
        found.extend(_single_units(text[start:end], setting, start))
    found.sort(key=lambda clock: clock.start)
    return [_tied(clock, found, guards, text) for clock in _without_repeats(found)]


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _in_sentence(text: str, spans: Sequence[Span], setting: Setting, offset: int, before: list[Clock]) -> list[Clock]:
    found: list[Clock] = []
    for index, span in enumerate(spans):
        left = text[max(0, span.start - 90) : span.start]
        right = text[span.end : span.end + 70]
        kind = _kind(left, right, span, setting, text)
        if kind is None and found and index and _continues(text[spans[index - 1].end : span.start], right):
            kind = found[-1].kind
        if kind is None:
            continue
        seconds = _seconds(kind, left, span, setting)
        if seconds is None or seconds < SHORTEST:
            continue
        counts_from = _anchor(kind, text, span, setting)
        found.append(
            Clock(offset + _from(left, span), offset + span.end, kind, seconds, counts_from, (), span.is_business_days)
        )
    return found


def _from(left: str, span: Span) -> int:
    """Where the words of the timer begin: at the word that made it one."""
    for pattern in (_EVERY, _TIMES, _WITHIN, _NEXT_UPDATE, _LASTS, _MORE, _AFTER, _LESS):
        match = pattern.search(left)
        if match:
            return span.start - (len(left) - match.start())
    return span.start


def _kind(left: str, right: str, span: Span, setting: Setting, text: str) -> TimerKind | None:
    if setting.is_definition:
        return _kind_in_definition(left, right) or _kind_after_level(left, right, setting.heading)
    if _EVERY.search(left) or _TIMES.search(left):
        return None if _is_slow(text, span) else "recurring"
    if _NEXT_UPDATE.search(left):
        return "recurring"
    if re.search(r"\b(?:can't|cannot|can not|unable)\b.*\b(?:in|within|under)\s*$", left, re.I):
        return "elapsed"
    if _WITHIN.search(left):
        return None if _is_told(left, text) else "deadline"
    if setting.is_code:
        return "elapsed" if _is_still_open(left, right) else None
    if _is_escalation(left, right):
        return "elapsed"
    if _NARRATIVE.search(_MORE.sub("", left)) and not setting.is_heading:
        return None
    if setting.is_heading:
        return _kind_in_heading(left, right, text)
    if setting.is_item and _LEVEL_START.match(left) and (kind := _kind_after_level(left, right, setting.heading)):
        return kind
    return _kind_in_prose(left, right, setting, text)


def _is_slow(text: str, span: Span) -> bool:
    return span.high > LONGEST_CADENCE or (span.high >= 7 * 86400 and not _UPDATE.search(text))


def _is_still_open(left: str, right: str) -> bool:
    """Whether the words wait for something that has not happened: "not resolved in 30 min", "after 15 min unresolved"."""
    return bool(_WITHOUT.search(left) or (_AFTER.search(left) and _STILL_OPEN.match(right)))


def _is_escalation(left: str, right: str) -> bool:
    """Whether a length of time says when a thing goes up by itself: "auto-escalate 15min"."""
    return bool(_ESCALATES_LEFT.search(left) and _ENDS.match(right))


def _is_told(left: str, text: str) -> bool:
    """Whether "within" tells of something possible or past instead of asking for it."""
    return bool(
        re.search(r"\bcan\s+(?:\w+\s+){0,3}$|\b(?:if|unless)\s+[^,]{0,60}\btwice\b", _WITHIN.sub("", left), re.I)
        or re.match(r"\W*(?:was|were|did|have|has)\b.*\?\s*$", text, re.I)
    )


def _kind_after_level(left: str, right: str, heading: str) -> TimerKind | None:
    """ "- Critical: 15 minutes" under a heading that says what the length of time is for ("Response times")."""
    if not (_BARE_LABEL.fullmatch(left) and _ENDS.match(right) and _ABOUT_TIME.search(heading)):
        return None
    return "recurring" if re.search(r"update|cadence|frequenc|interval", heading, re.I) else "deadline"


def _kind_in_definition(left: str, right: str) -> TimerKind | None:
    """In the text of a level only a promise is a timer: "→ 2 hours", "respond within 30 min", "Response: 1 hour"."""
    if _EVERY.search(left):
        return "recurring"
    if _WITHIN.search(left) and _PROMISE_WORD.search(left + right):
        return "deadline"
    if _IF_MORE.search(left) or (_WITHOUT.search(left) and _IF.search(left)):
        return "elapsed"
    label = _LABEL.search(left)
    if label:
        return (
            "recurring"
            if re.search(r"frequency|cadence|interval|updates?\b", label.group("what"), re.I)
            else "deadline"
        )
    if re.search(r"(?:→|->|=>)[\s*_`]*(?:<|≤)?\s*$", left) and re.match(r"[\s*_`.]*$", right):
        return "deadline"
    return "deadline" if re.match(r"[\s\-]*(?:response|sla|acknowledg|resolution)", right, re.I) else None


def _kind_in_heading(left: str, right: str, text: str) -> TimerKind | None:
    if re.search(r"\b(?:meeting|agenda|duration|length|example|discussion|retention|drill|training)\b", text, re.I):
        return None
    if (
        (_LASTS.search(left) and not re.search(r"\bstuck\b", left, re.I))
        or (_MORE.search(left) and _IF.search(left))
        or re.search(r"\bif no\b.*[(]\s*$", left, re.I)
    ):
        return "elapsed"
    if _AFTER.search(left):
        return "elapsed"
    return "deadline" if _BARE_HEADING.search(left) and _BARE_HEADING_RIGHT.match(right) else None


def _kind_in_prose(left: str, right: str, setting: Setting, text: str) -> TimerKind | None:
    conditional = bool(_IF.search(left)) or setting.is_step or bool(_WHEN_HEADING.search(setting.heading))
    if (
        _LASTS.search(left)
        and conditional
        and re.search(r"th[ae]n|over|beyond|past|exce|least|>|≥|\bfor\b|лее|als|dan|que|de\b", left[-30:], re.I)
    ):
        return "elapsed"
    if _MORE.search(left) and _LASTS.search(_MORE.sub("", left) + " ") and conditional:
        return "elapsed"
    if re.search(r"\bfor\s+(?:at least\s+|about\s+)?(?:an?\s+)?$", left, re.I) and _STAY.search(left[-60:]):
        return "elapsed"
    if (
        _AFTER.search(left)
        and (setting.is_step or _IF.search(left))
        and not re.search(r"\b(?:expire|every|day)\w*\W", left, re.I)
    ):
        return (
            "elapsed"
            if re.match(
                r"[\s*_`]*(?:$|[,.;:)]|of\b|without|with no|if\b|after\b|the\b|for\b|before\b|until\b|between\b)", right
            )
            else None
        )
    if re.search(r"(?:window|period|monitoring|observation|soak|bake)\s*(?:time|period)?\s*[(:]\s*$", left, re.I):
        return "elapsed"
    if _WITHOUT.search(left):
        return "elapsed"
    if re.search(r"(?:post-?mortem|retro\w*|informe|relat[oó]rio|report|rca|review)\s+(?:en|em|in)\s*$", left, re.I):
        return "deadline"
    label = _LABEL.search(left)
    if label and not _IF.search(left):
        what = label.group("what")
        if re.search(r"frequency|cadence|interval", what, re.I):
            return "recurring"
        if _LESS.search(left) or re.search(r"[:=→(]", left[label.start() :]):
            return "deadline"
    if _NOTICE_RIGHT.match(right) or (_CLOCK_RIGHT.match(right) and _START_LEFT.search(left)):
        return "deadline"
    if _IF_MORE.search(left):
        return "elapsed"
    is_talk = re.search(r"\b(?:meeting|session|call|discussion|walk-?through|agenda|sync|review)\b", left, re.I)
    if (
        setting.is_step
        and not is_talk
        and _BARE_STEP.search(left)
        and re.match(r"[\s*_`]*(?:of\b[^)]*|after\b[^)]*)?[)\]]", right)
    ):
        return "deadline"
    return None


def _continues(between: str, right: str) -> bool:
    """Whether a bare length of time goes on a list of them: "every 15 min (P1), 30 min (P2)"."""
    joined = r"\s*(?:\([^)]{1,30}\)|(?:of|for|at|on)\s+[\w/+-]{1,15})\s*(?:,|;|/|and|or|,\s*and)?\s*[*_`]*"
    return bool(re.fullmatch(joined, between) and re.match(r"[\s*_`]*(?:\(|(?:of|for|at|on)\s+[A-Z])", right))


def _seconds(kind: TimerKind, left: str, span: Span, setting: Setting) -> int | None:
    if kind == "recurring":
        times = _TIMES.search(left)
        if times and not re.match(r"once", times.group(1), re.I):
            count = 2 if times.group(1).lower() == "twice" else int(times.group(2))
            return span.high // count if count else None
        if re.search(r"\bother\s*$", left, re.I):
            return span.high * 2
        return span.low
    return span.low if kind == "elapsed" else span.high


def _anchor(kind: TimerKind, text: str, span: Span, setting: Setting) -> TimerStart:
    if kind == "recurring":
        return "last_update"
    right = text[span.end : span.end + 90]
    if kind == "elapsed":
        return "resolved" if _RESOLVED.match(right.lstrip()) else "start"
    resolved, started = _RESOLVED.search(right), _STARTED.search(right)
    if resolved and not (started and started.start() < resolved.start()):
        return "resolved"
    if started:
        return "start"
    if _RESOLVED.search(text) or _AFTERWARDS.search(text) or _AFTERWARDS.search(setting.heading):
        return "resolved"
    return "start"


# --- "hourly", "2x daily" -----------------------------------------------------------------------------------------


def _adverbs(text: str, spans: Sequence[Span], setting: Setting, offset: int) -> list[Clock]:
    found = []
    for match in _ADVERB.finditer(text):
        word, times = match.group("word").lower().replace("-", ""), match.group("times")
        if word in ("day", "hour") and not times:
            continue
        if any(span.start < match.end() and match.start() < span.end for span in spans):
            continue
        if not _is_cadence(text, match) or (setting.is_definition and not _UPDATE.search(text)):
            continue
        count = (
            1
            if not times or times.lower() == "once"
            else 2
            if times.lower() == "twice"
            else int(match.group("count") or 1)
        )
        seconds = _ADVERB_SECONDS[word] // max(1, count)
        found.append(Clock(offset + match.start(), offset + match.end(), "recurring", seconds, "last_update"))
    return found


def _single_units(text: str, setting: Setting, offset: int) -> list[Clock]:
    """ "every hour", "within the first hour": one of a unit, without a number."""
    found = []
    for match in _EACH.finditer(text):
        size = _UNIT_SECONDS[match.group("unit").lower()]
        if match.group("within"):
            anchor: TimerStart = "resolved" if _AFTERWARDS.search(text) else "start"
            found.append(Clock(offset + match.start(), offset + match.end(), "deadline", size, anchor))
        elif not _NOT_CADENCE.search(text) and not (setting.is_definition and not _UPDATE.search(text)):
            size = size * 2 if match.group("other") else size
            found.append(Clock(offset + match.start(), offset + match.end(), "recurring", size, "last_update"))
    return found


def _is_cadence(text: str, match: re.Match[str]) -> bool:
    around = text[max(0, match.start() - 80) : match.end() + 40]
    right = text[match.end() : match.end() + 30]
    if _NOT_CADENCE.match(right.strip()) or re.match(
        r"\s*(?:rate|basis of pay|average|job|cron|backup|business)", right, re.I
    ):
        return False
    return bool(_UPDATE.search(around))


# --- levels of a timer --------------------------------------------------------------------------------------------

_TIE_AFTER = re.compile(
    r"[\s*_`]*[(\[]?[\s*_`]*(?:for|at|on|in case of|if|bei|для|:|->|→)?[\s(*_`]*(?:all|any|every|an?)?\s*[*_`]*$",
    re.IGNORECASE,
)


def _tied(clock: Clock, clocks: Sequence[Clock], guards: Sequence[Guard], text: str) -> Clock:
    for guard in guards:
        if guard.start >= clock.end:
            if _TIE_AFTER.match(text[clock.end : guard.start]) and len(text[clock.end : guard.start]) < 30:
                return _with(clock, guard)
            break
    before = [guard for guard in guards if guard.end <= clock.start and not _is_taken(guard, clock, clocks, text)]
    if not before:
        return clock
    guard = before[-1]
    between = text[guard.end : clock.start]
    is_label = not text[: guard.start].strip(" *_`([-🔴🟠🟡🔵🟢:") or bool(re.match(r"[\s*_`]*[:→—–]", between))
    if _SENTENCE.search(between) and not is_label:
        return clock
    return _with(clock, guard)


def _is_taken(guard: Guard, clock: Clock, clocks: Sequence[Clock], text: str) -> bool:
    """Whether a level in brackets belongs to the timer before it."""
    return any(
        other is not clock and other.end <= guard.start and _TIE_AFTER.match(text[other.end : guard.start])
        for other in clocks
        if len(text[other.end : guard.start]) < 30
    )


def _with(clock: Clock, guard: Guard) -> Clock:
    return clock if guard.is_everything else replace(clock, names=guard.names)


def _without_repeats(clocks: Sequence[Clock]) -> list[Clock]:
    """Drop a timer said twice in one text ("Start the 72h timer (current time + 72 hours)")."""
    kept: list[Clock] = []
    for clock in clocks:
        if not any(k.start <= clock.start < k.end for k in kept):
            kept.append(clock)
    return kept


def is_tied(guard: Guard, clocks: Sequence[Clock], text: str) -> bool:
    """Whether a severity condition says only which timer it is: "(every 30 minutes for P0/P1)", "high: hourly; …"."""
    if any(
        clock.end <= guard.start < clock.end + 30 and _TIE_AFTER.match(text[clock.end : guard.start])
        for clock in clocks
    ):
        return True
    others = {clock.names for clock in clocks if clock.names}
    return len(others) > 1 and guard.names in others
