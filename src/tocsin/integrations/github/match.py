"""Pair the check boxes that were known with those of an edited body, and say where that cannot be told.

Pure. Words are compared without comments, emphasis and case. What is the same is paired first, then what was moved,
then what was reworded but is still clearly the same line; two candidates that are about as good are never chosen
between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from tocsin.integrations.github.body import visible

SAME = 0.55
"""Likeness from which an edited line counts as the same line."""
DOUBTFUL = 0.35
"""Likeness from which it may be the same line, so that nobody should be told it is not."""
MARGIN = 0.12
"""How much better the best candidate must be than the next."""
_PAIRS_AT_MOST = 400_000
_REPEATS_AT_MOST = 100
_DRESS = re.compile(r"[*_~`\\]|\]\([^)]*\)|\]\[[^\]]*\]|[\[\]]")


@dataclass(frozen=True, slots=True)
class Line:
    """What is compared of one box. `section` holds the headings above it, outermost first."""

    text: str
    section: tuple[str, ...]
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """Known lines and found lines that could belong together in more than one way. Indexes; none is empty."""

    known: tuple[int, ...]
    found: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """`pairs` maps found to known, by index. What is in neither `pairs` nor a doubt was removed or added."""

    pairs: dict[int, int] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


def plain(text: str) -> str:
    """Return the words that people see, without emphasis, link targets, comments and case."""
    return " ".join(_DRESS.sub(" ", visible(text)).casefold().split())


def likeness(one: str, other: str) -> float:
    """Return how alike two plain texts are: 1.0 the same, 0.0 nothing in common (Dice over character trigrams)."""
    return 1.0 if one == other else _dice(_trigrams(one), _trigrams(other))


def pair(known: Sequence[Line], found: Sequence[Line]) -> Pairing:
    """Pair what was known with what is found now."""
    return _Pairer(known, found).run()


class _Pairer:
    """One run of pairing; each round takes only what it is sure of and leaves the rest to the next."""

    def __init__(self, known: Sequence[Line], found: Sequence[Line]) -> None:
        self._known = [(plain(line.text), _places(line), line.is_ticked) for line in known]
        self._found = [(plain(line.text), _places(line), line.is_ticked) for line in found]
        self._pairs: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._doubts: list[Doubt] = []
        self._doubted: tuple[set[int], set[int]] = (set(), set())

    def run(self) -> Pairing:
        self._take_equal(lambda line: (line[0], line[1]))
        self._take_equal(lambda line: (line[0], line[1][-1:]))
        self._take_repeated()
        self._take_equal(lambda line: line[0])
        self._take_reworded()
        return Pairing(self._pairs, tuple(self._doubts))

    def _take_equal(self, key: Callable[[tuple[str, tuple[str, ...], bool]], Hashable]) -> None:
        """Pair lines of the same key in order, where there are as many of them on both sides."""
        known, found = _grouped(self._left_known(), self._known, key), _grouped(self._left_found(), self._found, key)
        for name, group in known.items():
            if len(group) == len(found.get(name, ())):
                for k, f in zip(group, found[name], strict=True):
                    self._take(k, f)

    def _take_repeated(self) -> None:
        """Pair lines that a section repeats, but not as often on both sides."""
        known = _grouped(self._left_known(), self._known, lambda line: (line[0], line[1]))
        found = _grouped(self._left_found(), self._found, lambda line: (line[0], line[1]))
        for name, group in known.items():
            if name in found:
                self._take_by_neighbours(group, found[name])

    def _take_by_neighbours(self, group: list[int], others: list[int]) -> None:
        """The words are the same, so neighbours tell them apart, then the box, then the order."""
        scored = [
            (self._neighbours(k, f), self._known[k][2] == self._found[f][2], -k, -f)
            for k in group[:_REPEATS_AT_MOST]
            for f in others[:_REPEATS_AT_MOST]
        ]
        for _, _, k, f in sorted(scored, reverse=True):
            if -k not in self._taken and -f not in self._pairs:
                self._take(-k, -f)

    def _neighbours(self, k: int, f: int) -> int:
        """Count the nearest lines before and after that belong together already."""
        score = 0
        for step in (-1, 1):
            if not (0 <= k + step < len(self._known) and 0 <= f + step < len(self._found)):
                score += (0 <= k + step < len(self._known)) == (0 <= f + step < len(self._found))
            else:
                score += self._pairs.get(f + step) == k + step
        return score

    def _take_reworded(self) -> None:
        scores = self._scores()
        by_known: dict[int, list[tuple[float, int]]] = defaultdict(list)
        by_found: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for (k, f), score in scores.items():
            by_known[k].append((score, f))
            by_found[f].append((score, k))
        for k, rivals in by_known.items():
            score, f = max(rivals)
            best, other = max(by_found[f])
            if other == k and score >= SAME and _is_clear(rivals) and _is_clear(by_found[f]) and best == score:
                self._take(k, f)
        self._doubt_alike(scores)

    def _doubt_alike(self, scores: dict[tuple[int, int], float]) -> None:
        """What is left and alike belongs together somehow: each connected group is one doubt."""
        links: dict[tuple[str, int], set[tuple[str, int]]] = defaultdict(set)
        for k, f in scores:
            if k not in self._taken and f not in self._pairs:
                links["known", k].add(("found", f))
                links["found", f].add(("known", k))
        seen: set[tuple[str, int]] = set()
        for start in links:
            group = _connected(start, links, seen)
            if group:
                self._doubt([i for side, i in group if side == "known"], [i for side, i in group if side == "found"])

    def _scores(self) -> dict[tuple[int, int], float]:
        """Score what is left; a line in another place must be more alike to count."""
        known = {k: _trigrams(self._known[k][0]) for k in self._left_known()}
        found = {f: _trigrams(self._found[f][0]) for f in self._left_found()}
        if len(known) * len(found) > _PAIRS_AT_MOST:
            return {}
        scores = {}
        for k, mine in known.items():
            for f, theirs in found.items():
                if 2 * min(len(mine), len(theirs)) < DOUBTFUL * (len(mine) + len(theirs)):
                    continue
                score = _dice(mine, theirs)
                if score < DOUBTFUL:
                    continue
                score -= 0.0 if self._is_same_place(k, f) else 0.1
                if score >= DOUBTFUL:
                    scores[k, f] = score
        return scores

    def _is_same_place(self, k: int, f: int) -> bool:
        return self._known[k][1] == self._found[f][1] or self._neighbours(k, f) == 2

    def _left_known(self) -> list[int]:
        return [k for k in range(len(self._known)) if k not in self._taken and k not in self._doubted[0]]

    def _left_found(self) -> list[int]:
        return [f for f in range(len(self._found)) if f not in self._pairs and f not in self._doubted[1]]

    def _take(self, k: int, f: int) -> None:
        self._pairs[f] = k
        self._taken[k] = f

    def _doubt(self, known: Iterable[int], found: Iterable[int]) -> None:
        doubt = Doubt(tuple(sorted(known)), tuple(sorted(found)))
        self._doubts.append(doubt)
        self._doubted[0].update(doubt.known)
        self._doubted[1].update(doubt.found)


def _connected(
    start: tuple[str, int], links: dict[tuple[str, int], set[tuple[str, int]]], seen: set[tuple[str, int]]
) -> list[tuple[str, int]]:
    group, waiting = [], [start]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            group.append(node)
            waiting.extend(links[node])
    return group


def _is_clear(rivals: list[tuple[float, int]]) -> bool:
    best, *others = sorted((score for score, _ in rivals), reverse=True)
    return not others or best - others[0] >= MARGIN


def _grouped(
    indexes: list[int],
    lines: list[tuple[str, tuple[str, ...], bool]],
    key: Callable[[tuple[str, tuple[str, ...], bool]], Hashable],
) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index in indexes:
        groups[key(lines[index])].append(index)
    return groups


def _places(line: Line) -> tuple[str, ...]:
    return tuple(plain(heading) for heading in line.section)


def _trigrams(text: str) -> frozenset[str]:
    padded = f"  {text[:2000]} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
