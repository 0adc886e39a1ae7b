"""A playbook arranged for quick questions: which steps and timers the facts of the moment ask for.

Made once for each playbook value and remembered. It knows nothing of what people have done.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tocsin.playbook.conditions import Facts, elapsed_thresholds, evaluate, questions_in, severities_in
from tocsin.playbook.model import Playbook, Severity, Step, Timer

_UPDATE_WORDS = re.compile(r"\b(update|status|inform|communicat|report|brief|post|tell|notif|announce)", re.IGNORECASE)
_REMEMBERED = 256


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A step in its place. `before` is the step before it: the sibling above, else the parent, else None."""

    step: Step
    phase: str
    depth: int
    parent: str | None
    before: str | None
    thresholds: tuple[int, ...]
    questions: tuple[str, ...]
    is_recurring: bool


@dataclass(frozen=True, eq=False, slots=True)
class Rule:
    """One timer in its place. `id` is the step's id (or "playbook") and the timer's position from 1.

    `is_kept_by_updates`: an update to one of `places` keeps its promise; only recurring steps and rules are so kept.
    """

    id: str
    timer: Timer
    entry: Entry | None
    is_kept_by_updates: bool
    places: frozenset[str]

    @property
    def step_id(self) -> str | None:
        return self.entry.step.id if self.entry else None

    @property
    def line(self) -> int | None:
        return (self.entry.step.line if self.entry else self.timer.line) or None

    @property
    def opens_its_step(self) -> bool:
        """Say whether the step's own condition waits for this timer."""
        return self.entry is not None and self.timer.seconds in self.entry.thresholds


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the facts ask for. `truths`: each guarded step's condition. `rules`: the ids of the timers that run."""

    truths: dict[str, bool | None]
    rules: frozenset[str]


NOTHING_ASKED = Outlook({}, frozenset())


class Plan:
    """The arranged playbook. Get it with `plan_of`."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.entries = {entry.step.id: entry for entry in _entries(playbook)}
        self.guarded = tuple(entry for entry in self.entries.values() if entry.step.condition is not None)
        self.rules = tuple(_rules(playbook, self.entries))
        self.thresholds = tuple(sorted({at for entry in self.guarded for at in entry.thresholds}))
        self.levels = _levels(playbook, self.guarded)
        self.parents = frozenset(entry.parent for entry in self.entries.values() if entry.parent)
        self._outlooks: dict[tuple[object, ...], Outlook] = {}

    def rank(self, severity: str | None) -> int:
        """Rank a level, 0 the most severe; an unset one is the least severe of all."""
        return next((level.rank for level in self.playbook.severities if level.name == severity), len(self.levels))

    def level(self, name: str) -> Severity | None:
        return next((level for level in self.playbook.severities if level.name == name), None)

    def outlook(self, facts: Facts) -> Outlook:
        """Say what these facts ask for. Between two thresholds time changes nothing, so the answer is remembered."""
        passed = bisect_right(self.thresholds, facts.elapsed_seconds)
        key = (facts.severity, tuple(sorted(facts.answers.items())), facts.is_resolved, passed)
        found = self._outlooks.get(key)
        if found is None:
            if len(self._outlooks) >= _REMEMBERED:
                self._outlooks.clear()
            found = self._outlooks[key] = self._look(facts)
        return found

    def _look(self, facts: Facts) -> Outlook:
        truths = {entry.step.id: evaluate(entry.step.condition, facts) for entry in self.guarded}
        return Outlook(truths, frozenset(rule.id for rule in self.rules if _runs(rule, facts, truths)))


def _runs(rule: Rule, facts: Facts, truths: dict[str, bool | None]) -> bool:
    timer = rule.timer
    if timer.severity and facts.severity not in timer.severity:
        return False
    if timer.kind == "recurring" and facts.is_resolved:
        return False
    if timer.kind == "elapsed" and rule.opens_its_step and rule.entry and not facts.is_resolved:
        reached = replace(facts, elapsed_seconds=max(facts.elapsed_seconds, timer.seconds))
        return evaluate(rule.entry.step.condition, reached) is True
    return rule.entry is None or truths.get(rule.entry.step.id, True) is True


# --- arranging ----------------------------------------------------------------------------------------------------


def _entries(playbook: Playbook) -> Iterator[Entry]:
    for phase in playbook.phases:
        yield from _walk(phase.steps, phase.title, 0, None)


def _walk(steps: tuple[Step, ...], phase: str, depth: int, parent: str | None) -> Iterator[Entry]:
    before = parent
    for step in steps:
        yield Entry(
            step=step,
            phase=phase,
            depth=depth,
            parent=parent,
            before=before,
            thresholds=elapsed_thresholds(step.condition),
            questions=questions_in(step.condition),
            is_recurring=any(timer.kind == "recurring" for timer in step.timers),
        )
        yield from _walk(step.steps, phase, depth + 1, step.id)
        before = step.id


def _rules(playbook: Playbook, entries: dict[str, Entry]) -> Iterator[Rule]:
    for entry in entries.values():
        places = frozenset((*entry.step.audiences, *(channel.name for channel in entry.step.channels)))
        for position, timer in enumerate(entry.step.timers, 1):
            is_update = entry.is_recurring and _is_update(entry.step, timer)
            yield Rule(f"{entry.step.id}.{position}", timer, entry, is_update, places)
    for position, timer in enumerate(playbook.timers, 1):
        yield Rule(f"playbook.{position}", timer, None, timer.kind == "recurring", frozenset())


def _is_update(step: Step, timer: Timer) -> bool:
    """Say whether a recurring step asks for updates, rather than for something else to be done again and again."""
    if step.action is not None:
        return step.action in ("post-updates", "notify")
    return _UPDATE_WORDS.search(f"{step.text} {timer.text}") is not None


def _levels(playbook: Playbook, guarded: tuple[Entry, ...]) -> tuple[str, ...]:
    """The playbook's levels, most severe first; where it lists none, those its conditions name."""
    if playbook.severities:
        return tuple(level.name for level in sorted(playbook.severities, key=lambda level: level.rank))
    named = (name for entry in guarded for name in severities_in(entry.step.condition))
    timed = (name for rule in _rules(playbook, {e.step.id: e for e in guarded}) for name in rule.timer.severity)
    return tuple(dict.fromkeys((*named, *timed)))


# --- remembering --------------------------------------------------------------------------------------------------


class _Same:
    """A playbook as a key by identity: comparing whole documents would cost more than arranging them."""

    __slots__ = ("playbook",)

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook

    def __hash__(self) -> int:
        return id(self.playbook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.playbook is self.playbook


def plan_of(playbook: Playbook) -> Plan:
    """Arrange a playbook, or give the arrangement made before for the same value."""
    return _remembered(_Same(playbook))


@lru_cache(maxsize=64)
def _remembered(key: _Same) -> Plan:
    return Plan(key.playbook)
