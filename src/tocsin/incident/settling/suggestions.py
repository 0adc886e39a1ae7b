"""Suggest a severity when a criterion is met; a person confirms or rejects. Only ever a more severe one than now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from tocsin.incident import events as ev
from tocsin.incident.facts import RUNNING
from tocsin.incident.plan import Plan, plan_of
from tocsin.incident.state import IncidentState
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, on_line, plain
from tocsin.playbook.conditions import duration
from tocsin.playbook.model import Severity

# Words that decide: a question and a criterion that share one of them speak of the same thing. General words, such as
# "data" or "service", are left out on purpose: a wrong suggestion is worse than none.
_DECISIVE = (
    "breach|leak|exfiltrat|attack|ddos|ransom|malware|phish|intrusion|intrud|compromis|unauthori[sz]ed|exploit|"
    "vulnerab|zero-day|stolen|theft|fraud|corrupt|outage|downtime|data loss|loss of data|credential|injur|fatal"
)
_DECIDES = re.compile(rf"\b({_DECISIVE})\w*", re.IGNORECASE)
_DOWNTIME = re.compile(r"\b(downtime|outage|down|unavailab|offline|unreachab)\w*", re.IGNORECASE)
_DENIES = re.compile(r"\b(no|not|without|never|neither|nor|non|excluding|except)\b[^.;,]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suggestion:
    severity: str
    rank: int
    why: str
    line: int
    cause: int | None


def settle_suggestions(turn: Turn) -> None:
    """Bring the suggestion in line with the facts: the most severe one that they bear out."""
    found = _best(turn.state, turn.now) if turn.state.status in RUNNING else None
    if found is not None and found.severity != turn.state.suggestion:
        parts = {"severity": found.severity, "why": found.why, "line": found.line, "cause": found.cause}
        turn.emit(ev.SeveritySuggested, by=turn.tocsin, **parts)
    elif found is None and turn.state.suggestion is not None:
        _withdraw(turn, turn.state.suggestion)


def _withdraw(turn: Turn, severity: str) -> None:
    """Take back a suggestion; the latest of the facts it could rest on is what took it away."""
    facts = {
        fact: number for fact, number in turn.state.causes.items() if fact == "impact" or fact.startswith("answer:")
    }
    level = plan_of(turn.state.playbook).level(severity)
    why = "What it rested on no longer holds."
    cause, line = max(facts.values(), default=None), level.line if level else None
    turn.emit(ev.SuggestionWithdrawn, by=turn.tocsin, severity=severity, why=why, cause=cause, line=line)


def next_suggestion_at(state: IncidentState) -> Iterator[datetime]:
    """The moments at which a criterion's length of time is reached."""
    if state.is_full_downtime and state.downtime_since is not None:
        for level in state.playbook.severities:
            if level.after_seconds is not None:
                yield state.downtime_since + timedelta(seconds=level.after_seconds)


def _best(state: IncidentState, now: datetime) -> Suggestion | None:
    if not state.is_full_downtime and "yes" not in state.answers.values():
        return None
    plan = plan_of(state.playbook)
    current = plan.rank(state.severity)
    found = [*_by_downtime(state, now), *_by_answers(state, plan)]
    open_to = [s for s in found if s.rank < current and s.severity not in state.rejected_suggestions]
    return min(open_to, key=lambda suggestion: suggestion.rank, default=None)


def _by_downtime(state: IncidentState, now: datetime) -> Iterator[Suggestion]:
    since = state.downtime_since
    if not state.is_full_downtime or since is None:
        return
    for level in state.playbook.severities:
        criterion = next((text for text in level.criteria if _DOWNTIME.search(text)), None)
        if criterion is None or level.after_seconds is None or now < since + timedelta(seconds=level.after_seconds):
            continue
        length = duration(level.after_seconds)
        why = f"Full downtime since {moment(since, now)}, which is {length} or more: {_cited(level, criterion)}."
        yield Suggestion(level.name, level.rank, why, level.line, state.causes.get("impact"))


def _by_answers(state: IncidentState, plan: Plan) -> Iterator[Suggestion]:
    for question in state.playbook.questions:
        if state.answers.get(question.id) != "yes":
            continue
        for level, criterion in _levels_of(plan)[question.id]:
            why = f"“{plain(question.text)}” was answered yes: {_cited(level, criterion)}."
            cause = state.causes.get(f"answer:{question.id}")
            yield Suggestion(level.name, level.rank, why, level.line, cause)


@lru_cache(maxsize=64)
def _levels_of(plan: Plan) -> dict[str, tuple[tuple[Severity, str], ...]]:
    """For each question the levels with a criterion that speaks of the same thing, with that criterion."""
    words = {text: _decisive_words(text) for level in plan.playbook.severities for text in level.criteria}
    found: dict[str, tuple[tuple[Severity, str], ...]] = {}
    for question in plan.playbook.questions:
        asked = _decisive_words(question.text)
        shared = (
            (level, [text for text in level.criteria if asked & words[text]]) for level in plan.playbook.severities
        )
        found[question.id] = tuple((level, texts[0]) for level, texts in shared if texts)
    return found


def _cited(level: Severity, criterion: str) -> str:
    return f"{level.name} is for “{plain(criterion)}”{on_line(level.line)}"


def _decisive_words(text: str) -> frozenset[str]:
    found = (match for match in _DECIDES.finditer(text) if not _DENIES.search(text[: match.start()]))
    return frozenset(match.group(1).casefold() for match in found)
