"""Conditions in three-valued logic: evaluate them, say what they wait for, put them in plain English.

An unset severity and an unanswered question are unknown (None), never false: a step that depends on them waits and
stays in sight. This module never reads a clock; the time that has passed is one of the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Condition,
    Elapsed,
    Not,
    Playbook,
    SeverityIn,
    StateIs,
)

Leaf = SeverityIn | Answered | Elapsed | StateIs


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an incident at one moment.

    Shape: `answers` maps a question's id to yes (True) or no (False); an id that is absent is unknown.
    Units: `elapsed_seconds` since the incident began.
    """

    severity: str | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)
    elapsed_seconds: float = 0.0
    is_resolved: bool = False


def evaluate(condition: Condition | None, facts: Facts) -> bool | None:
    """Say whether a condition holds: True, False, or None while it is unknown. No condition always holds."""
    match condition:
        case None:
            return True
        case SeverityIn(names):
            return None if facts.severity is None else facts.severity in names
        case Answered(question):
            return facts.answers.get(question)
        case Elapsed(seconds):
            return facts.elapsed_seconds >= seconds
        case StateIs():
            return facts.is_resolved
        case Not(inner):
            value = evaluate(inner, facts)
            return None if value is None else not value
        case AllOf(parts):
            return _all(evaluate(part, facts) for part in parts)
        case AnyOf(parts):
            value = _all(_negate(evaluate(part, facts)) for part in parts)
            return _negate(value)


def _all(values: Iterator[bool | None]) -> bool | None:
    result: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _negate(value: bool | None) -> bool | None:
    return None if value is None else not value


# --- what a condition depends on ----------------------------------------------------------------------------------


def leaves(condition: Condition | None) -> Iterator[Leaf]:
    """Every simple condition inside this one, left to right."""
    match condition:
        case None:
            return
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(inner):
            yield from leaves(inner)
        case _:
            yield condition


def elapsed_thresholds(condition: Condition | None) -> tuple[int, ...]:
    """The times at which this condition may change by the clock alone.

    Shape: ascending, each once, empty when the clock does not matter. Units: seconds since the incident began.
    """
    return tuple(sorted({leaf.seconds for leaf in leaves(condition) if isinstance(leaf, Elapsed)}))


def next_elapsed(condition: Condition | None, elapsed_seconds: float) -> int | None:
    """The first of `elapsed_thresholds` that is still to come, or None."""
    return next((at for at in elapsed_thresholds(condition) if at > elapsed_seconds), None)


def questions_in(condition: Condition | None) -> tuple[str, ...]:
    """The ids of the questions this condition asks, in order, each once."""
    return tuple(dict.fromkeys(leaf.question for leaf in leaves(condition) if isinstance(leaf, Answered)))


def severities_in(condition: Condition | None) -> tuple[str, ...]:
    """The names of the severities this condition mentions, in order, each once."""
    found = (name for leaf in leaves(condition) if isinstance(leaf, SeverityIn) for name in leaf.names)
    return tuple(dict.fromkeys(found))


def waiting_for(condition: Condition | None, facts: Facts) -> tuple[Condition, ...]:
    """The parts that would have to become true for the condition to hold.

    Shape: simple conditions or their negation; empty when the condition holds already. Of an "any" every part is given:
    each one would do by itself.
    """
    if condition is None or evaluate(condition, facts) is True:
        return ()
    if isinstance(condition, AllOf | AnyOf):
        parts = (waiting_for(part, facts) for part in condition.conditions)
        return tuple(dict.fromkeys(found for part in parts for found in part))
    return (condition,)


def holding(condition: Condition | None, facts: Facts) -> tuple[Condition, ...]:
    """The parts that are true and make the condition hold; empty when it does not hold or there is none."""
    if condition is None or evaluate(condition, facts) is not True:
        return ()
    if isinstance(condition, AllOf | AnyOf):
        parts = (holding(part, facts) for part in condition.conditions)
        return tuple(dict.fromkeys(found for part in parts for found in part))
    return (condition,)


# --- plain English ------------------------------------------------------------------------------------------------


def describe(condition: Condition | None, playbook: Playbook) -> str:
    """Put a condition in plain English: "at High or Medium, when 60 minutes have passed or data is lost"."""
    if condition is None:
        return "always"
    texts = {question.id: question.text for question in playbook.questions}
    levels = [part for part in _conjuncts(condition) if isinstance(part, SeverityIn)]
    rest = [part for part in _conjuncts(condition) if not isinstance(part, SeverityIn)]
    said = [_phrase(level, texts) for level in levels]
    if len(rest) == 1 and isinstance(rest[0], Not):
        said.append(_negated(rest[0].condition, texts))
    elif rest:
        said.append("when " + " and ".join(_grouped(part, texts, len(rest) > 1) for part in rest))
    return ", ".join(said) or "always"


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, AllOf):
        return tuple(inner for part in condition.conditions for inner in _conjuncts(part))
    return (condition,)


def _negated(inner: Condition, texts: Mapping[str, str]) -> str:
    return f"{'not' if isinstance(inner, SeverityIn) else 'unless'} {_phrase(inner, texts)}"


def _grouped(part: Condition, texts: Mapping[str, str], is_one_of_many: bool) -> str:
    phrase = _phrase(part, texts)
    return f"({phrase})" if is_one_of_many and isinstance(part, AnyOf) else phrase


def _phrase(condition: Condition, texts: Mapping[str, str]) -> str:
    match condition:
        case SeverityIn(names):
            return "at " + (_listed(names, "or") or "no severity")
        case Answered(question):
            return texts.get(question, question)
        case Elapsed(seconds):
            return f"{duration(seconds)} have passed"
        case StateIs(state):
            return f"the incident is {state}"
        case AnyOf(parts):
            return " or ".join(_phrase(part, texts) for part in parts) or "never"
        case AllOf(parts):
            return " and ".join(_grouped(part, texts, True) for part in parts) or "always"
        case Not(inner):
            return f"not ({_phrase(inner, texts)})"


def _listed(names: tuple[str, ...], word: str) -> str:
    return f" {word} ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def duration(seconds: int) -> str:
    """Put a length of time in words: "30 minutes", "2 hours", "5 days"."""
    for unit, size, upto in (("minute", 60, 5400), ("hour", 3600, 3 * 86400), ("day", 86400, None)):
        if seconds % size == 0 and (upto is None or seconds <= upto):
            return _counted(seconds // size, unit)
    return _counted(seconds // 60, "minute") if seconds % 60 == 0 else _counted(seconds, "second")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
