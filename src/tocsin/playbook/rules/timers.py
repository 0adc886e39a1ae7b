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
from tocsin.playbook.rules.time_words import (
    ABOUT_TIME,
    ADVERB,
    ADVERB_SECONDS,
    AFTER,
    AFTERWARDS,
    AVERAGE,
    BARE_HEADING,
    BARE_HEADING_RIGHT,
    BARE_LABEL,
    BARE_STEP,
    CADENCE_HEADING,
    CLOCK_RIGHT,
    EACH,
    ENDS,
    ESCALATES_LEFT,
    EVERY,
    FOR_RIGHT,
    IF,
    IF_MORE,
    LABEL,
    LASTS,
    LESS,
    LEVEL_START,
    MORE,
    NARRATIVE,
    NEXT_UPDATE,
    NOT_CADENCE,
    NOTICE_HEADING,
    NOTICE_RIGHT,
    PROMISE_WORD,
    RESOLVED,
    SENTENCE,
    SLA_RIGHT,
    START_LEFT,
    STARTED,
    STAY,
    STILL_OPEN,
    TIE_AFTER,
    TIMES,
    UNIT_SECONDS,
    UPDATE,
    WHEN_HEADING,
    WITHIN,
    WITHOUT,
)

LONGEST_CADENCE = 8 * 86400
SHORTEST = 60


@dataclass(slots=True)
class Clock:
    """A timer in a text, with the place of its words. Units: seconds."""

    start: int
    end: int
    kind: TimerKind
    seconds: int
    counts_from: TimerStart
    names: tuple[str, ...] = ()
    is_business_days: bool = False


@dataclass(slots=True)
class Setting:
    """Where a text stands, as far as timers care: each part widens or narrows what is taken for a timer."""

    is_heading: bool = False
    is_step: bool = False
    is_definition: bool = False
    is_code: bool = False
    is_item: bool = False
    heading: str = ""


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
    ends = [match.end() for match in SENTENCE.finditer(text)]
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
    for pattern in (EVERY, TIMES, WITHIN, NEXT_UPDATE, LASTS, MORE, AFTER, LESS):
        match = pattern.search(left)
        if match:
            return span.start - (len(left) - match.start())
    return span.start


def _kind(left: str, right: str, span: Span, setting: Setting, text: str) -> TimerKind | None:
    if AVERAGE.match(right) or (setting.is_heading and "+" in text[span.start : span.end]):
        return None
    if WITHOUT.search(left) and IF.search(left):
        return "elapsed"
    if setting.is_definition:
        return _kind_in_definition(left, right) or _kind_after_level(left, right, setting.heading)
    if EVERY.search(left) or TIMES.search(left):
        return None if _is_slow(text, span) else "recurring"
    if NEXT_UPDATE.search(left):
        return "recurring"
    if re.search(r"\b(?:can't|cannot|can not|unable)\b.*\b(?:in|within|under)\s*$", left, re.I):
        return "elapsed"
    if WITHIN.search(left):
        return None if _is_told(left, text) else "deadline"
    if setting.is_code:
        return "elapsed" if _is_still_open(left, right) else None
    if _is_escalation(left, right):
        return "elapsed"
    if NARRATIVE.search(MORE.sub("", left)) and not setting.is_heading:
        return None
    if setting.is_heading:
        return _kind_in_heading(left, right, text)
    if setting.is_item and LEVEL_START.match(left) and (kind := _kind_after_level(left, right, setting.heading)):
        return kind
    if (
        setting.is_item
        and BARE_LABEL.fullmatch(left)
        and NOTICE_HEADING.search(setting.heading)
        and FOR_RIGHT.match(right)
    ):
        return "deadline"
    return _kind_in_prose(left, right, setting, text)


def _is_slow(text: str, span: Span) -> bool:
    return span.high > LONGEST_CADENCE or (span.high >= 7 * 86400 and not UPDATE.search(text))


def _is_still_open(left: str, right: str) -> bool:
    """Whether the words wait for something that has not happened: "not resolved in 30 min", "after 15 min unresolved"."""
    return bool(WITHOUT.search(left) or (AFTER.search(left) and STILL_OPEN.match(right)))


def _is_escalation(left: str, right: str) -> bool:
    """Whether a length of time says when a thing goes up by itself: "auto-escalate 15min"."""
    return bool(ESCALATES_LEFT.search(left) and ENDS.match(right))


def _is_told(left: str, text: str) -> bool:
    """Whether "within" tells of something possible or past instead of asking for it."""
    return bool(
        re.search(r"\bcan\s+(?:\w+\s+){0,3}$|\b(?:if|unless)\s+[^,]{0,60}\btwice\b", WITHIN.sub("", left), re.I)
        or re.match(r"\W*(?:was|were|did|have|has)\b.*\?\s*$", text, re.I)
    )


def _kind_after_level(left: str, right: str, heading: str) -> TimerKind | None:
    """ "- Critical: 15 minutes" under a heading that says what the length of time is for ("Response times")."""
    if not (BARE_LABEL.fullmatch(left) and ENDS.match(right) and ABOUT_TIME.search(heading)):
        return None
    return "recurring" if re.search(r"update|cadence|frequenc|interval", heading, re.I) else "deadline"


def _kind_in_definition(left: str, right: str) -> TimerKind | None:
    """In the text of a level only a promise is a timer: "→ 2 hours", "respond within 30 min", "Response: 1 hour"."""
    if EVERY.search(left):
        return "recurring"
    if WITHIN.search(left) and PROMISE_WORD.search(left + right):
        return "deadline"
    if IF_MORE.search(left) or (WITHOUT.search(left) and IF.search(left)):
        return "elapsed"
    label = LABEL.search(left)
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
        (LASTS.search(left) and not re.search(r"\bstuck\b", left, re.I))
        or (MORE.search(left) and IF.search(left))
        or re.search(r"\bif no\b.*[(]\s*$", left, re.I)
    ):
        return "elapsed"
    if AFTER.search(left):
        return "elapsed"
    return "deadline" if BARE_HEADING.search(left) and BARE_HEADING_RIGHT.match(right) else None


def _kind_in_prose(left: str, right: str, setting: Setting, text: str) -> TimerKind | None:
    conditional = bool(IF.search(left)) or setting.is_step or bool(WHEN_HEADING.search(setting.heading))
    if (
        LASTS.search(left)
        and conditional
        and re.search(r"th[ae]n|over|beyond|past|exce|least|>|≥|\bfor\b|лее|als|dan|que|de\b", left[-30:], re.I)
    ):
        return "elapsed"
    if MORE.search(left) and LASTS.search(MORE.sub("", left) + " ") and conditional:
        return "elapsed"
    if re.search(r"\bfor\s+(?:at least\s+|about\s+)?(?:an?\s+)?$", left, re.I) and STAY.search(left[-60:]):
        return "elapsed"
    if (
        AFTER.search(left)
        and (setting.is_step or IF.search(left))
        and not re.search(r"\b(?:expire|every|day)\w*\W", left, re.I)
    ):
        return (
            "elapsed"
            if re.match(
                r"[\s*_`]*(?:$|[,.;:()]|of\b|without|with no|if\b|after\b|the\b|for\b|before\b|until\b|between\b)",
                right,
            )
            else None
        )
    if re.search(r"(?:window|period|monitoring|observation|soak|bake)\s*(?:time|period)?\s*[(:]\s*$", left, re.I):
        return "elapsed"
    if WITHOUT.search(left):
        return "elapsed"
    if re.search(r"(?:post-?mortem|retro\w*|informe|relat[oó]rio|report|rca|review)\s+(?:en|em|in)\s*$", left, re.I):
        return "deadline"
    label = LABEL.search(left)
    if label and not IF.search(left):
        what = label.group("what")
        if re.search(r"frequency|cadence|interval", what, re.I):
            return "recurring"
        if LESS.search(left) or re.search(r"[:=→(]", left[label.start() :]):
            return "deadline"
    if re.search(r"[(\[]\s*$", left) and SLA_RIGHT.match(right):
        return "deadline"
    if NOTICE_RIGHT.match(right) or (CLOCK_RIGHT.match(right) and START_LEFT.search(left)):
        return "deadline"
    if IF_MORE.search(left):
        return "elapsed"
    is_talk = re.search(r"\b(?:meeting|session|call|discussion|walk-?through|agenda|sync|review)\b", left, re.I)
    if (
        setting.is_step
        and not is_talk
        and BARE_STEP.search(left)
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
        times = TIMES.search(left)
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
        return "resolved" if RESOLVED.match(right.lstrip()) else "start"
    resolved, started = RESOLVED.search(right), STARTED.search(right)
    if resolved and not (started and started.start() < resolved.start()):
        return "resolved"
    if started:
        return "start"
    if RESOLVED.search(text) or AFTERWARDS.search(text) or AFTERWARDS.search(setting.heading):
        return "resolved"
    return "start"


# --- "hourly", "2x daily" -----------------------------------------------------------------------------------------


def _adverbs(text: str, spans: Sequence[Span], setting: Setting, offset: int) -> list[Clock]:
    found = []
    for match in ADVERB.finditer(text):
        word, times = match.group("word").lower().replace("-", ""), match.group("times")
        if word in ("day", "hour") and not times:
            continue
        if any(span.start < match.end() and match.start() < span.end for span in spans):
            continue
        if not _is_cadence(text, match, setting):
            continue
        count = (
            1
            if not times or times.lower() == "once"
            else 2
            if times.lower() == "twice"
            else int(match.group("count") or 1)
        )
        seconds = ADVERB_SECONDS[word] // max(1, count)
        found.append(Clock(offset + match.start(), offset + match.end(), "recurring", seconds, "last_update"))
    return found


def _single_units(text: str, setting: Setting, offset: int) -> list[Clock]:
    """ "every hour", "within the first hour": one of a unit, without a number."""
    found = []
    for match in EACH.finditer(text):
        size = UNIT_SECONDS[match.group("unit").lower()]
        if match.group("within"):
            anchor: TimerStart = "resolved" if AFTERWARDS.search(text) else "start"
            found.append(Clock(offset + match.start(), offset + match.end(), "deadline", size, anchor))
        elif not NOT_CADENCE.search(text) and (not setting.is_definition or _speaks_of_updates(text, setting)):
            size = size * 2 if match.group("other") else size
            found.append(Clock(offset + match.start(), offset + match.end(), "recurring", size, "last_update"))
    return found


def _speaks_of_updates(text: str, setting: Setting) -> bool:
    return bool(UPDATE.search(text) or CADENCE_HEADING.search(setting.heading))


def _is_cadence(text: str, match: re.Match[str], setting: Setting) -> bool:
    around = text[max(0, match.start() - 80) : match.end() + 40]
    right = text[match.end() : match.end() + 30]
    if NOT_CADENCE.match(right.strip()) or re.match(
        r"\s*(?:rate|basis of pay|average|job|cron|backup|business)", right, re.I
    ):
        return False
    is_labelled = bool(BARE_LABEL.fullmatch(text[: match.start()])) and LEVEL_START.match(text) is not None
    return bool(UPDATE.search(around)) or (is_labelled and _speaks_of_updates(text, setting))


# --- levels of a timer --------------------------------------------------------------------------------------------


def _tied(clock: Clock, clocks: Sequence[Clock], guards: Sequence[Guard], text: str) -> Clock:
    for guard in guards:
        if guard.start >= clock.end:
            if TIE_AFTER.match(text[clock.end : guard.start]) and len(text[clock.end : guard.start]) < 30:
                return _with(clock, guard)
            break
    before = [guard for guard in guards if guard.end <= clock.start and not _is_taken(guard, clock, clocks, text)]
    if not before:
        return clock
    guard = before[-1]
    between = text[guard.end : clock.start]
    is_label = not text[: guard.start].strip(" *_`([-🔴🟠🟡🔵🟢:") or bool(re.match(r"[\s*_`]*[:→—–]", between))
    if SENTENCE.search(between) and not is_label:
        return clock
    return _with(clock, guard)


def _is_taken(guard: Guard, clock: Clock, clocks: Sequence[Clock], text: str) -> bool:
    """Whether a level in brackets belongs to the timer before it."""
    return any(
        other is not clock and other.end <= guard.start and TIE_AFTER.match(text[other.end : guard.start])
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
        clock.end <= guard.start < clock.end + 30 and TIE_AFTER.match(text[clock.end : guard.start]) for clock in clocks
    ):
        return True
    others = {clock.names for clock in clocks if clock.names}
    return len(others) > 1 and guard.names in others
