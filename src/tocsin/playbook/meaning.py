"""From what a text says to the timers and the condition it lays on a step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tocsin.playbook.ledger import Ledger
from tocsin.playbook.model import (
    AllOf,
    Answered,
    AnyOf,
    Condition,
    Elapsed,
    Not,
    SeverityIn,
    StateIs,
    Timer,
)
from tocsin.playbook.outline import Words
from tocsin.playbook.rules.questions import Clause
from tocsin.playbook.rules.sense import Sense
from tocsin.playbook.rules.timers import Clock


def all_of(parts: Iterable[Condition | None]) -> Condition | None:
    """All of the parts, flat, each once, severities met with each other."""
    flat: list[Condition] = []
    for part in parts:
        flat.extend(part.conditions if isinstance(part, AllOf) else [part] if part is not None else [])
    levels = [part for part in flat if isinstance(part, SeverityIn)]
    kept: list[Condition] = []
    if levels:
        common = [n for n in levels[0].names if all(n in level.names for level in levels)]
        if common:
            kept.append(SeverityIn(tuple(common)))
        else:
            kept.extend(dict.fromkeys(levels))
    kept.extend(dict.fromkeys(part for part in flat if not isinstance(part, SeverityIn)))
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


class Meanings(Ledger):
    """From what a text says to the timers and the condition it lays on a step."""

    def timer(self, clock: Clock, words: Words) -> Timer:
        return Timer(
            kind=clock.kind,
            seconds=clock.seconds,
            start=clock.counts_from,
            severity=clock.names,
            line=words.line_at(clock.end),
            text=words.text[clock.start : clock.end],
            is_business_days=clock.is_business_days,
        )

    def condition(self, sense: Sense) -> Condition | None:
        """The condition a text lays on itself: that of its first sentence."""
        if not sense.guards and not sense.clauses:
            return None
        parts: list[Condition] = []
        names = [name for guard in sense.free_guards() for name in guard.names]
        if names:
            parts.append(SeverityIn(self.in_order(names)))
        text = sense.words.text
        for clause in sense.clauses:
            if self.governs(clause, text):
                made = self.clause_condition(clause, sense.words)
                if made is not None:
                    parts.append(made)
        return all_of(parts)

    @staticmethod
    def governs(clause: Clause, text: str) -> bool:
        """Whether a clause rules the whole text, not a later sentence or an aside in brackets."""
        if re.search(r"[.!?]\s+[A-Z]", text[: clause.start]):
            return False
        is_aside = text[: clause.start].rstrip().endswith("(")
        return not (is_aside and re.search(r"\)\s*,", text[clause.end : clause.end + 6]))

    def clause_condition(self, clause: Clause, words: Words) -> Condition | None:
        if clause.is_resolved:
            return StateIs("resolved")
        parts: list[tuple[int, Condition]] = [
            (asked.start, Answered(self.question(asked.text, words.line_at(asked.start)))) for asked in clause.asked
        ]
        parts += [(clock.start, Elapsed(clock.seconds)) for clock in clause.clocks]
        parts += [(guard.start, SeverityIn(guard.names)) for guard in clause.guards if not guard.is_everything]
        ordered = tuple(part for _, part in sorted(parts, key=lambda part: part[0]))
        if not ordered:
            return None
        made = ordered[0] if len(ordered) == 1 else (AnyOf(ordered) if clause.joint == "any" else AllOf(ordered))
        return Not(made) if clause.is_negated else made

    def in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = set(names)
        return tuple(name for name in self.reader.names if name in wanted)
