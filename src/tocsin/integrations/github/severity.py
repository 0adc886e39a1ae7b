"""Find the severity that an issue's body names, and name another in its place. Pure; never guesses between levels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LABEL = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+(?!\[))?[*_]*(severity|incident severity|severity level)[*_]*[ \t]*:[*_]*", re.I
)
_HEADING = re.compile(r"^#{1,6}[ \t]+[*_]*(severity|incident severity|severity level)[*_]*[ \t:]*#*[ \t]*$", re.I)
_LINE = re.compile(r"[^\r\n]*")
_DRESSED = re.compile(r"^([*_`]*)(.*?)([*_`]*)$", re.DOTALL)
_FENCE = re.compile(r"^[ \t>]*(```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NO_ANSWER = "_No response_"
"""What GitHub writes below a label of a form that was left empty."""


@dataclass(frozen=True, slots=True)
class Field:
    """The place that holds the severity: `start` and `end` are offsets of `text`, which may be empty."""

    start: int
    end: int
    text: str

    def level(self, levels: Sequence[str]) -> str | None:
        """Return the one level that is named, in the playbook's spelling; None for none or several."""
        named = levels_in(self.text, levels)
        return named[0] if len(named) == 1 else None


def find(text: str) -> Field | None:
    """Return the first field labelled as severity, written "Severity: …" or as an issue form shows it."""
    waits_below, in_fence = False, False
    for line in _LINE.finditer(text):
        words = line[0]
        if not words.strip():
            continue
        if _FENCE.match(words):
            in_fence = not in_fence
        if in_fence:
            continue
        if waits_below:
            return _field(text, line.start(), line.end()) if _is_plain(words) else None
        if label := _LABEL.match(words):
            return _field(text, line.start() + label.end(), line.end())
        waits_below = bool(_HEADING.match(words))
    return None


def fill(text: str, field: Field, level: str, levels: Sequence[str]) -> str:
    """Return the text with this level in the field: in place of the one that it names, else of all that stood there,
    emphasised as that was."""
    named = levels_in(field.text, levels)
    if len(named) == 1:
        filled = _word(named[0]).sub(lambda found: level, field.text, count=1)
    elif not _COMMENT.sub("", field.text).strip():
        filled = f"{level} {field.text}".strip()
    else:
        dressed = _DRESSED.match(field.text) if field.text != NO_ANSWER else None
        before, after = (dressed[1], dressed[3]) if dressed and dressed[2] else ("", "")
        filled = before + level + after
    gap = " " if not field.text and text[: field.start].endswith((":", "*", "_")) else ""
    return text[: field.start] + gap + filled + text[field.end :]


def levels_in(text: str, levels: Sequence[str]) -> list[str]:
    """Return the levels that the text names, in the playbook's order. A longer name hides a shorter one inside it."""
    left = _COMMENT.sub(" ", text)
    named = set()
    for level in sorted(levels, key=len, reverse=True):
        left, count = _word(level).subn(" ", left)
        if count:
            named.add(level)
    return [level for level in levels if level in named]


def _word(level: str) -> re.Pattern[str]:
    """A level as a word of its own; an underscore is emphasis, not a letter."""
    return re.compile(rf"(?<![^\W_]){re.escape(level)}(?![^\W_])", re.I)


def _field(text: str, start: int, end: int) -> Field:
    shown = text[start:end]
    left = len(shown) - len(shown.lstrip())
    return Field(start + left, start + len(shown.rstrip()) if shown.strip() else start + left, shown.strip())


def _is_plain(words: str) -> bool:
    """Return whether a line below a heading is a value rather than another block."""
    return not re.match(r"^[ \t]*(#|[-*+][ \t]|\d+[.)][ \t]|>|\|)", words)
