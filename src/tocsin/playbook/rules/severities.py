"""The levels of a document: those it defines, else those it only mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.playbook.outline import Outline, Words
from tocsin.playbook.rules.guards import GuardReader
from tocsin.playbook.rules.levels import (
    FIELD_LINE,
    WORD_RANKS,
    Level,
    Levels,
    find_levels,
    listed_levels,
    mentioned_levels,
)

_USUAL = ("Critical", "High", "Medium", "Low", "Major", "Minor")


_ANY_USUAL = re.compile(r"\b(?:critical|high|medium|low|major|minor)\b", re.IGNORECASE)


def levels_of(outline: Outline) -> Levels:
    levels = find_levels(outline)
    if levels.found:
        return levels
    levels.found = _templated_levels(outline)
    if levels.found:
        return levels
    texts = [words for piece in outline.pieces if piece.kind != "code" for words in (piece.cells or (piece.words,))]
    levels.found = mentioned_levels(texts)
    if levels.found:
        return levels
    return Levels(_worded_levels(texts), levels.defining)


def _templated_levels(outline: Outline) -> list[Level]:
    """The levels that a template in a code block lists after its severity: "**Severity:** [Critical/High/Low]"."""
    for piece in outline.pieces:
        if piece.kind != "code" or "everity" not in piece.text:
            continue
        for number, line in enumerate(piece.text.split("\n"), piece.line):
            match = FIELD_LINE.match(line)
            names = listed_levels(match.group("list")) if match else []
            if len(names) > 1:
                return [Level(name, number) for name in names]
    return []


def _worded_levels(texts: Sequence[Words]) -> list[Level]:
    """Levels by name that a document without definitions uses where only a severity can be meant."""
    reader = GuardReader([Level(name, 0) for name in _USUAL])
    found: dict[str, Level] = {}
    for words in texts:
        if not _ANY_USUAL.search(words.text):
            continue
        for guard in reader.read(words.text):
            for name in guard.names:
                found.setdefault(name, Level(name, words.line_at(guard.start)))
    return sorted(found.values(), key=lambda level: WORD_RANKS[level.name.lower()]) if len(found) > 1 else []
