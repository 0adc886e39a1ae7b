"""Arrange an incident's log for a picture: a lane for each phase, a row for each step, bars for what is open, marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.incident import events as ev
from tocsin.incident.marks import Mark, MarkKind, marks_of
from tocsin.incident.plan import plan_of
from tocsin.incident.state import IncidentState
from tocsin.incident.wording import plain

BarEnd = Literal["done", "skipped", "withdrawn", "open"]
_SHOWN: tuple[MarkKind, ...] = ("reminds", "due", "overdue", "escalates", "tells", "suggests")


@dataclass(frozen=True, slots=True)
class Bar:
    """A time during which a step was open, in seconds from the start, and how it ended."""

    start: int
    end: int
    ended: BarEnd


@dataclass(frozen=True, slots=True)
class Row:
    """One step, or the incident itself: `line` is its line of the playbook."""

    label: str
    line: int | None
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A phase with the rows of its steps that were open at some time."""

    title: str
    rows: tuple[Row, ...]


def lanes_of(events: Sequence[ev.Event], state: IncidentState, until_seconds: int) -> tuple[Lane, ...]:
    """Arrange a whole log, real or simulated. `state` is the one it leads to; bars still open end at `until_seconds`."""
    marks = marks_of(events, state)
    bars = _bars(events, state, until_seconds)
    lanes = [Lane("Incident", (_incident_row(events, state, marks, until_seconds),))]
    for phase in state.playbook.phases:
        rows = (
            _row(step_id, label, line, depth, bars, marks) for step_id, label, line, depth in _steps(phase.title, state)
        )
        lanes.append(Lane(phase.title, tuple(row for row in rows if row.bars or row.marks)))
    return tuple(lane for lane in lanes if lane.rows)


def _steps(phase: str, state: IncidentState) -> Iterable[tuple[str, str, int | None, int]]:
    for entry in plan_of(state.playbook).entries.values():
        if entry.phase == phase:
            yield entry.step.id, entry.step.text, entry.step.line, entry.depth
    for added in state.added_steps:
        if added.phase == phase:
            yield added.id, added.text, None, 0


def _row(
    step_id: str, text: str, line: int | None, depth: int, bars: dict[str, list[Bar]], marks: tuple[Mark, ...]
) -> Row:
    shown = tuple(mark for mark in marks if mark.step == step_id and mark.kind in _SHOWN)
    return Row(plain(text), line, tuple(bars.get(step_id, ())), shown, depth)


def _incident_row(events: Sequence[ev.Event], state: IncidentState, marks: tuple[Mark, ...], until_seconds: int) -> Row:
    """The incident's own row: a bar from its start to its resolution, and the marks that belong to no step."""
    end, ended = until_seconds, "open"
    if state.resolved_at is not None and state.began_at is not None:
        end, ended = min(int((state.resolved_at - state.began_at).total_seconds()), until_seconds), "done"
    shown = tuple(mark for mark in marks if mark.step is None and mark.kind in _SHOWN)
    severity = f", severity {state.severity}" if state.severity else ""
    return Row(f"{plain(state.title)}{severity}", None, (Bar(0, end, "done" if ended == "done" else "open"),), shown)


def _bars(events: Sequence[ev.Event], state: IncidentState, until_seconds: int) -> dict[str, list[Bar]]:
    """Follow each step from where it opened to where it was done, skipped or withdrawn."""
    opened: dict[str, int] = {}
    bars: dict[str, list[Bar]] = {}
    for event in events:
        at = max(0, int((event.at - (state.began_at or event.at)).total_seconds()))
        for step in _opening(event, state):
            opened.setdefault(step, at)
        closing, ended = _ending(event)
        if closing in opened:
            bars.setdefault(closing, []).append(Bar(opened.pop(closing), at, ended))
    for step, at in opened.items():
        bars.setdefault(step, []).append(Bar(at, until_seconds, "open"))
    return bars


def _opening(event: ev.Event, state: IncidentState) -> Iterable[str]:
    match event:
        case ev.IncidentDeclared():
            return [step.id for step in state.playbook.all_steps() if step.condition is None]
        case ev.StepOpened(step=step) | ev.StepUncompleted(step=step) | ev.StepAdded(step=step):
            return [step]
    return []


def _ending(event: ev.Event) -> tuple[str, BarEnd]:
    """Name the step that an event ends, "" for none, and how."""
    match event:
        case ev.StepCompleted(step=step):
            return step, "done"
        case ev.StepSkipped(step=step):
            return step, "skipped"
        case ev.StepWithdrawn(step=step):
            return step, "withdrawn"
    return "", "open"
