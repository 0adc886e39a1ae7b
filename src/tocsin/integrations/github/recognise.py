"""Tell whether an issue was opened from a template: by its structure, which edits leave standing. Pure.

Headings and boxes are the structure. Each is sought with the same care as in a merge, so that reworded, moved and
removed lines are allowed for; a body that fits two templates about as well is taken for neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.integrations.github import body as bodies
from tocsin.integrations.github.body import Body
from tocsin.integrations.github.match import Line, pair, plain

ENOUGH = 0.6
"""Share of a template's structure that a body must keep."""
MARGIN = 0.15
LEAST_PARTS = 3
_WEIGHT_OF_BOX = 2.0


@dataclass(frozen=True, slots=True)
class Fits:
    """The body was made from this template. `share` of its structure is there."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class FitsSeveral:
    """The body fits these templates about as well, best first; a person has to say which."""

    names: tuple[str, ...]


def recognise(text: str, templates: Mapping[str, str]) -> Fits | FitsSeveral | None:
    """Return the template that `text` was made from. `templates` are bodies by name; None: it is none of them."""
    found = bodies.read(text)
    shares = {name: share(found, bodies.read(template)) for name, template in templates.items()}
    fitting = sorted((name for name in shares if shares[name] >= ENOUGH), key=lambda name: -shares[name])
    close = [name for name in fitting if shares[fitting[0]] - shares[name] < MARGIN]
    if len(close) > 1:
        return _closest(found, {name: templates[name] for name in close}, tuple(close))
    return Fits(fitting[0], shares[fitting[0]]) if fitting else None


def share(found: Body, template: Body) -> float:
    """Return how much of the template's headings and boxes the body has, 0.0 to 1.0; 0.0 for a template too short to
    be told from any other text."""
    boxes, headings = _boxes(template), _headings(template)
    if len(boxes) + len(headings) < LEAST_PARTS:
        return 0.0
    kept = _WEIGHT_OF_BOX * len(pair(boxes, _boxes(found)).pairs) + len(pair(headings, _headings(found)).pairs)
    return kept / (_WEIGHT_OF_BOX * len(boxes) + len(headings))


def _closest(found: Body, templates: Mapping[str, str], names: tuple[str, ...]) -> Fits | FitsSeveral:
    """Where one template is a shorter form of another, the one whose whole structure is there and which explains more
    of the body is meant; else nobody can say."""
    explained = {name: share(bodies.read(text), found) for name, text in templates.items()}
    best, *others = sorted(names, key=lambda name: -explained[name])
    if explained[best] - max(explained[other] for other in others) >= MARGIN:
        return Fits(best, share(found, bodies.read(templates[best])))
    return FitsSeveral(names)


def _boxes(body: Body) -> list[Line]:
    return [Line(item.text, item.section, item.is_ticked) for item in body.items]


def _headings(body: Body) -> list[Line]:
    """Headings as lines; those above each are its section."""
    path: list[tuple[int, str]] = []
    lines = []
    for heading in body.headings:
        path = [above for above in path if above[0] < heading.level]
        lines.append(Line(plain(heading.text), tuple(text for _, text in path)))
        path.append((heading.level, heading.text))
    return lines
