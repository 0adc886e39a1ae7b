"""Merge an issue's body and an incident, item by item, against what both sides last knew. Pure.

`read` says what people changed in the body since then; `write` makes the changes that Tocsin's side asks for, each at
its one place. Neither undoes the other: a box has two states, so whoever changed it from the known one is right, and
where the text leaves more than one reading, `Doubted` is returned instead of a guess. Decision 0080.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import severity as severities
from tocsin.integrations.github.body import Body, Item
from tocsin.integrations.github.known import Known, KnownItem
from tocsin.integrations.github.match import Line, Pairing, pair, plain

# --- what people changed ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ticked:
    step: str


@dataclass(frozen=True, slots=True)
class Unticked:
    step: str


@dataclass(frozen=True, slots=True)
class Added:
    """A new box. `name` stands for its step until it has one. `after` is the step above it in the same section, "" for
    none; `section` the headings above it."""

    name: str
    text: str
    after: str
    section: tuple[str, ...]
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class Removed:
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A box that had been removed stands in the body again."""

    step: str
    is_ticked: bool
    was_ticked: bool


@dataclass(frozen=True, slots=True)
class Reworded:
    step: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SeverityNamed:
    level: str


@dataclass(frozen=True, slots=True)
class SeverityUnclear:
    """The field was edited and does not name exactly one level."""

    text: str


@dataclass(frozen=True, slots=True)
class Doubted:
    """These known boxes and these found ones belong together in more than one way, so no step was changed."""

    before: tuple[str, ...]
    after: tuple[str, ...]


Change = Ticked | Unticked | Added | Removed | Restored | Reworded | SeverityNamed | SeverityUnclear | Doubted


@dataclass(frozen=True, slots=True)
class ReadBody:
    """What changed, in the body's order, and what is known once that has been acted upon."""

    changes: tuple[Change, ...]
    known: Known


def read(known: Known, text: str, levels: Sequence[str], own: Sequence[Operation] = ()) -> ReadBody:
    """Return what people changed. `own` is what Tocsin may have changed itself without hearing that it worked."""
    return _Reader(known, bodies.read(text), levels, own).run()


class _Reader:
    def __init__(self, known: Known, body: Body, levels: Sequence[str], own: Sequence[Operation]) -> None:
        self._known, self._body, self._levels = known, body, levels
        self._own_boxes = {entry.step: entry.is_ticked for entry in own if isinstance(entry, SetBox)}
        self._own_lines = {plain(entry.text): entry.step for entry in own if isinstance(entry, AddLine)}
        self._own_levels = {entry.level for entry in own if isinstance(entry, NameSeverity)}
        self._pairing = _pair(known, body)
        self._changes: list[Change] = []
        self._gone = list(known.gone)

    def run(self) -> ReadBody:
        items: list[KnownItem] = []
        for number, found in enumerate(self._body.items):
            k = self._pairing.pairs.get(number)
            items.append(self._new(number, found, items) if k is None else self._old(self._known.items[k], found))
        self._missing()
        self._doubts()
        known = Known(tuple(items), tuple(self._gone), self._severity(items))
        agreed = known.level(self._levels) or self._known.agreed(self._levels) or ""
        return ReadBody(tuple(self._changes), replace(known, severity=agreed))

    def _old(self, before: KnownItem, found: Item) -> KnownItem:
        after = replace(before, text=found.text, section=found.section, is_ticked=found.is_ticked)
        if not before.step:
            return after
        if plain(before.text) != plain(found.text):
            self._changes.append(Reworded(before.step, bodies.visible(before.text), bodies.visible(found.text)))
        if before.is_ticked != found.is_ticked and self._own_boxes.get(before.step) != found.is_ticked:
            self._changes.append(Ticked(before.step) if found.is_ticked else Unticked(before.step))
        return after

    def _new(self, number: int, found: Item, above: Sequence[KnownItem]) -> KnownItem:
        item = KnownItem("", found.text, found.section, found.is_ticked)
        back = next((gone for gone in self._gone if plain(gone.text) == plain(found.text)), None)
        if back is not None:
            self._gone.remove(back)
            self._changes.append(Restored(back.step, found.is_ticked, back.is_ticked))
            return replace(item, step=back.step)
        if own := self._own_lines.pop(plain(found.text), ""):
            return replace(item, step=own)
        name = f"?{number}"
        after = next((other.step for other in reversed(above) if other.step and other.section == found.section), "")
        words = bodies.visible(found.text)
        if not words:
            return item
        self._changes.append(Added(name, words, after, found.section, found.is_ticked))
        return replace(item, step=name)

    def _missing(self) -> None:
        """What stands nowhere any more was removed, unless it may be one of the lines in doubt."""
        kept = {*self._pairing.pairs.values(), *(k for doubt in self._pairing.doubts for k in doubt.known)}
        for k, before in enumerate(self._known.items):
            if k not in kept and before.step:
                self._gone.append(before)
                self._changes.append(Removed(before.step, bodies.visible(before.text)))

    def _doubts(self) -> None:
        for doubt in self._pairing.doubts:
            before = tuple(bodies.visible(self._known.items[k].text) for k in doubt.known if self._known.items[k].step)
            after = tuple(bodies.visible(self._body.items[f].text) for f in doubt.found)
            if before:
                self._changes.append(Doubted(before, after))

    def _severity(self, items: Sequence[KnownItem]) -> str:
        """Read the field, or boxes that stand for levels; return the field's text."""
        field_now = severities.find(self._body.text)
        text = field_now.text if field_now else ""
        if field_now is not None and text != self._known.severity_text:
            level = field_now.level(self._levels)
            if level is not None and level not in self._own_levels:
                self._changes.append(SeverityNamed(level))
            elif level is None and text:
                self._changes.append(SeverityUnclear(text))
        ticked = [item.level for item in items if item.level and item.is_ticked]
        before = [item.level for item in self._known.items if item.level and item.is_ticked]
        if ticked == before or (len(ticked) == 1 and ticked[0] in self._own_levels):
            return text
        if len(ticked) == 1:
            self._changes.append(SeverityNamed(ticked[0]))
        else:
            self._changes.append(SeverityUnclear(", ".join(ticked)))
        return text


# --- what Tocsin changes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetBox:
    step: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class AddLine:
    """Add a box for a step: below `after` where that stands in the body, else below the last of `near`, else last."""

    step: str
    text: str
    after: str = ""
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameSeverity:
    level: str


Operation = SetBox | AddLine | NameSeverity


@dataclass(frozen=True, slots=True)
class WrittenBody:
    """The body with the changes, what is known once it is stored, and in plain sentences what could not be done."""

    text: str
    known: Known
    missed: tuple[str, ...] = field(default=())


def write(known: Known, text: str, operations: Sequence[Operation], levels: Sequence[str]) -> WrittenBody:
    """Make Tocsin's changes to the body as people left it. Doing it twice changes nothing more."""
    missed: list[str] = []
    for operation in operations:
        text, known, why = _apply(known, text, operation, levels)
        missed += [why] if why else []
    return WrittenBody(text, known, tuple(missed))


def _apply(known: Known, text: str, operation: Operation, levels: Sequence[str]) -> tuple[str, Known, str]:
    match operation:
        case SetBox():
            return _set_box(known, text, operation)
        case AddLine():
            return _add_line(known, text, operation)
        case NameSeverity():
            return _name_severity(known, text, operation, levels)


def _set_box(known: Known, text: str, operation: SetBox) -> tuple[str, Known, str]:
    """Set it where it is a change of Tocsin's. Where the known box stands so already, the change came from GitHub, and
    whatever people did to the box since then is newer."""
    before = known.find(operation.step)
    if before is None or before.is_ticked == operation.is_ticked:
        return text, known, ""
    body = bodies.read(text)
    item = _found(known, body, operation.step)
    if item is None:
        words = bodies.visible(before.text)
        done = "ticked" if operation.is_ticked else "unticked"
        return text, known, f"“{words}” was {done} here; its box on GitHub is gone or could not be told for sure."
    return bodies.set_box(text, item, operation.is_ticked), known.with_tick(operation.step, operation.is_ticked), ""


def _add_line(known: Known, text: str, operation: AddLine) -> tuple[str, Known, str]:
    if known.find(operation.step) is not None:
        return text, known, ""
    body = bodies.read(text)
    item = KnownItem(operation.step, bodies.one_line(operation.text))
    if (there := _unpaired(known, body, operation.text)) is not None:
        return text, _put(known, replace(item, section=there.section), operation.after), ""
    places = [_found(known, body, step) for step in (operation.after, *reversed(operation.near)) if step]
    place = next((found for found in places if found is not None), None)
    longer = bodies.insert_after(body, place, operation.text) if place else bodies.append(body, operation.text)
    if len(longer) > bodies.LIMIT:
        return (
            text,
            known,
            f"“{operation.text}” was added here; the issue on GitHub is full, so it is not listed there.",
        )
    section = place.section if place else tuple(heading.text for heading in body.headings[-1:])
    return longer, _put(known, replace(item, section=section), operation.after), ""


def _put(known: Known, item: KnownItem, after: str) -> Known:
    places = (n + 1 for n, other in enumerate(known.items) if after and other.step == after)
    at = next(places, len(known.items))
    return replace(known, items=(*known.items[:at], item, *known.items[at:]))


def _unpaired(known: Known, body: Body, text: str) -> Item | None:
    """Return a box with these words that nobody knew of: an earlier try wrote it, or a person had the same idea."""
    pairs = _pair(known, body).pairs
    found = (item for number, item in enumerate(body.items) if number not in pairs)
    return next((item for item in found if plain(item.text) == plain(text)), None)


def _name_severity(known: Known, text: str, operation: NameSeverity, levels: Sequence[str]) -> tuple[str, Known, str]:
    """Name the severity, unless a person's own edit of it has not been read yet: then both are settled when it is."""
    if known.level(levels) == operation.level:
        return text, replace(known, severity=operation.level), ""
    found = severities.find(text)
    if found is not None and found.text != known.severity_text and found.level(levels) != operation.level:
        return text, known, ""
    has_boxes = any(item.level for item in known.items)
    text, known = _tick_levels(known, text, operation.level)
    known = replace(known, severity=operation.level)
    found = severities.find(text)
    # Above boxes stands a sentence that asks for one of them, not a level to replace.
    is_said = found is None or found.level(levels) == operation.level or (has_boxes and not found.names_any(levels))
    if found is None or is_said:
        return text, replace(known, severity_text=found.text if found else ""), ""
    filled = severities.fill(text, found, operation.level, levels)
    if len(filled) > bodies.LIMIT:
        return text, known, f"The severity is {operation.level}; the issue on GitHub is full, so it does not say so."
    now = severities.find(filled)
    return filled, replace(known, severity_text=now.text if now else ""), ""


def _tick_levels(known: Known, text: str, level: str) -> tuple[str, Known]:
    """Where boxes stand for the levels, tick the one and untick the others."""
    if not any(item.level for item in known.items):
        return text, known
    pairs = _pair(known, bodies.read(text)).pairs
    for number, k in pairs.items():
        if known.items[k].level:
            text = bodies.set_box(text, bodies.read(text).items[number], known.items[k].level == level)
    items = (replace(item, is_ticked=item.level == level) if item.level else item for item in known.items)
    return text, replace(known, items=tuple(items))


def _found(known: Known, body: Body, step: str) -> Item | None:
    for number, k in _pair(known, body).pairs.items():
        if known.items[k].step == step:
            return body.items[number]
    return None


def _pair(known: Known, body: Body) -> Pairing:
    before = [Line(item.text, item.section, item.is_ticked) for item in known.items]
    now = [Line(item.text, item.section, item.is_ticked) for item in body.items]
    return pair(before, now)
