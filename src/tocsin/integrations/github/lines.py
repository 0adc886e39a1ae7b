"""Merge two texts line by line against what both came from. Pure; where both changed the same lines, both stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$")
_BOX = re.compile(r"^([ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[)([ xX])(\])")


def merge(before: str, one: str, other: str) -> str:
    """Return `other` with the changes that `one` made to `before`."""
    if one in (before, other):
        return other
    if other == before:
        return one
    base, mine, theirs = _LINES.findall(before), _LINES.findall(one), _LINES.findall(other)
    result: list[str] = []
    at = at_mine = at_theirs = 0
    for stable, in_mine, in_theirs in [*_anchors(base, mine, theirs), (len(base), len(mine), len(theirs))]:
        result += _settle(base[at:stable], mine[at_mine:in_mine], theirs[at_theirs:in_theirs])
        result += base[stable : stable + 1]
        at, at_mine, at_theirs = stable + 1, in_mine + 1, in_theirs + 1
    return "".join(result)


def _anchors(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return the lines that all three have, in order, by their place in each."""
    in_mine, in_theirs = _same(base, mine), _same(base, theirs)
    return [
        (line, in_mine[line], in_theirs[line]) for line in range(len(base)) if line in in_mine and line in in_theirs
    ]


def _same(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}


def _settle(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """Return a stretch between two lines that all have."""
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if len(base) == len(mine) == len(theirs):
        return [line for parts in zip(base, mine, theirs, strict=True) for line in _settle_line(*parts)]
    return mine + [line for line in theirs if line not in mine and line not in base]


def _settle_line(base: str, mine: str, theirs: str) -> list[str]:
    """Return one line; where one side only set its box and the other changed its words, both happened."""
    if mine in (base, theirs):
        return [theirs]
    if theirs == base:
        return [mine]
    boxes = [_BOX.match(line) for line in (base, mine, theirs)]
    if all(boxes):
        was, one, other = (found[2].lower() for found in boxes if found)
        box = one if one != was else other
        words = [line[found.end() :] for line, found in zip((base, mine, theirs), boxes, strict=True) if found]
        tail = words[2] if words[1] == words[0] else words[1]
        if words[0] in words[1:]:
            found = boxes[2]
            assert found is not None
            return [f"{found[1]}{box}{found[3]}{tail}"]
    return [mine, theirs] if mine.endswith(("\n", "\r")) else [mine + "\n", theirs]
