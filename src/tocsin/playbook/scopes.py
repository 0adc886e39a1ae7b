"""What headings, labels and introductions lay on the lines below them, and the steps built so far."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tocsin.playbook.model import (
    Action,
    Channel,
    Condition,
    Link,
    Timer,
)
from tocsin.playbook.outline import Outline, Piece
from tocsin.playbook.remarked import Remarked
from tocsin.playbook.rules.audiences import lists_audiences
from tocsin.playbook.rules.levels import (
    DEFINES,
    lead_level,
)
from tocsin.playbook.rules.sense import Sense, read_text
from tocsin.playbook.rules.timers import Setting

TELLS_STORY = re.compile(
    r"\b(?:what went|went (?:well|poorly|wrong)|didn.t go|lessons|examples?\b|sample|version history|changelog|metrics|kpis?|references|"
    r"glossary|past incidents|real-world|purpose|philosophy|principles|background|introduction|overview|retention|review schedule|"
    r"maintenance|testing|training|drills?|prerequisites|readiness|tabletop)\b|template\W*$",
    re.IGNORECASE,
)


_WHEN_HEADING = re.compile(
    r"\W*(?:[\d.]+\s+)?(?:when to (?:escalate|notify|page|call|declare)|escalat\w+ (?:triggers?|criteria))\b\W*$",
    re.IGNORECASE,
)


_GOVERNS = re.compile(r"\b(?:only|incidents|and above|or higher)\b|\w/\s*(?:sev|p|s)?-?\d|\w/\w", re.IGNORECASE)


_TELLS_A_STORY = re.compile(
    r"[\W_]*(?:(?:e\.g\.|example|for example|ex\.)"
    r"|(?:symptoms?|indicators?|triggers?|definition|criteria|impact|background|purpose)\W{0,3}:)",
    re.IGNORECASE,
)


_PROMISES = re.compile(
    r"\b(?:response|resolution|acknowledg\w+|update)\s*(?:time|target|sla|frequency|cadence)?[\s*_]*:", re.IGNORECASE
)


@dataclass(slots=True)
class Scope:
    """What a heading, label or introduction lays on the steps below it."""

    depth: int
    piece: Piece
    condition: Condition | None = None
    timers: tuple[Timer, ...] = ()
    names: tuple[str, ...] = ()
    is_story: bool = False
    is_definition: bool = False
    is_audience_list: bool = False
    is_when_list: bool = False
    is_used: bool = False
    opens_phase: bool = True


@dataclass(slots=True)
class Draft:
    """A step being built."""

    piece: Piece
    id: str
    action: Action | None
    condition: Condition | None
    children: list[Draft] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def _is_response(text: str) -> bool:
    return bool(re.search(r"respon|procedure|runbook|process|playbook|escalat|action", text, re.I))


class Scopes(Remarked):
    """What headings, labels and introductions lay on the lines below them, and the steps built so far."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline)
        self.scopes: list[Scope] = []
        self.label: Scope | None = None
        self.intro: Scope | None = None
        self.drafts: dict[int, Draft] = {}

    def scope_of(self, piece: Piece, depth: int) -> Scope:
        outer = self.scopes[-1] if self.scopes else None
        is_story = bool(TELLS_STORY.search(piece.text)) or bool(outer and outer.is_story)
        level = lead_level(piece.words, must_end=False) if self.levels.found else None
        is_definition = bool(outer and outer.is_definition) or (
            level is not None
            and not _GOVERNS.search(piece.text)
            and any(DEFINES.search(s.piece.text) and not _is_response(s.piece.text) for s in self.scopes)
        )
        setting = Setting(is_heading=True, heading=self.heading() + " " + piece.text)
        sense = read_text(piece.words, self.reader, setting, not is_story and not is_definition)
        scope = Scope(depth, piece, is_story=is_story and not piece.is_help, is_definition=is_definition)
        scope.is_audience_list = lists_audiences(piece.text)
        scope.is_when_list = bool(_WHEN_HEADING.match(piece.text))
        names = self.reader.levels_at_start(piece.text.split(":")[-1]) if is_definition else ()
        if is_definition and len(names) < len(self.reader.names):
            scope.names = names
        else:
            scope.condition = self.condition(sense)
            scope.names = next((g.names for g in sense.free_guards()), ())
        scope.timers = tuple(self.timer(clock, piece.words) for clock in sense.clocks) if not is_story else ()
        if not is_story:
            self.record(sense)
        scope.opens_phase = not self.is_pure_guard(sense)
        return scope

    def is_pure_guard(self, sense: Sense) -> bool:
        """Whether a heading says only at which severity its steps apply ("Medium/High incidents")."""
        text, left = sense.words.text, sense.words.text
        for guard in sense.free_guards():
            left = left.replace(text[guard.start : guard.end], " ")
        plain = re.sub(
            r"\b(?:for|incidents?|severity|priority|only|issues?|sev|and|or|if|the)\b|[\W\d_]", "", left, flags=re.I
        )
        return bool(sense.free_guards()) and not plain and any(s.opens_phase for s in self.scopes if s.depth > 1)

    def leave(self, scope: Scope) -> None:
        if scope.timers and not scope.is_used:
            self.timers.extend(replace(t, severity=t.severity or scope.names) for t in scope.timers)

    def drop_label(self) -> None:
        for scope in (self.label, self.intro):
            if scope is not None:
                self.leave(scope)
        self.label = self.intro = None

    def heading(self) -> str:
        return " / ".join(scope.piece.text for scope in self.scopes[-2:] if scope.depth > 1)

    def active(self) -> list[Scope]:
        return [*self.scopes, *(scope for scope in (self.label, self.intro) if scope is not None)]

    def setting(self, piece: Piece, is_step: bool) -> Setting:
        active = self.active()
        near = any(p is not piece and id(p) in self.levels.defining for p in piece.ancestors())
        is_definition = id(piece) in self.levels.defining or near or any(s.is_definition for s in active)
        heading = self.heading() + (" " + self.label.piece.text if self.label else "")
        is_item = piece.kind == "item"
        return Setting(is_step=is_step, is_definition=is_definition and not is_step, is_item=is_item, heading=heading)

    def is_story(self, piece: Piece) -> bool:
        return any(scope.is_story for scope in self.active()) or (
            bool(_TELLS_A_STORY.match(piece.text)) and not (piece.words.breaks and _PROMISES.search(piece.text))
        )

    def keep_timers(self, timers: Iterable[Timer]) -> None:
        """Timers outside steps: they take the levels of the headings they stand under."""
        names = next((scope.names for scope in reversed(self.active()) if scope.names), ())
        self.timers.extend(replace(timer, severity=timer.severity or names) for timer in timers)

    def scope_timers(self) -> list[Timer]:
        found: list[Timer] = []
        for scope in self.active():
            scope.is_used = scope.is_used or bool(scope.timers)
            found.extend(scope.timers)
        return found

    def step_around(self, piece: Piece) -> Draft | None:
        return next((self.drafts[id(p)] for p in piece.ancestors() if id(p) in self.drafts), None)
