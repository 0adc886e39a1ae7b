"""Say what a person would notice of an incident's events: what opens, reminds, is due, is told, and closes.

Source: design, "Outside interfaces" (`simulate --json`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.incident import events as ev
from tocsin.incident.plan import plan_of
from tocsin.incident.state import IncidentState
from tocsin.incident.timeline import describe
from tocsin.incident.wording import person, plain

MarkKind = Literal["opens", "reminds", "due", "overdue", "escalates", "tells", "suggests", "withdrawn", "closes"]
_STAGES: dict[ev.Stage, MarkKind] = {
    "ahead": "reminds",
    "due": "due",
    "overdue": "overdue",
    "escalated": "escalates",
    "other-way": "escalates",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing a person would notice. `at` is in seconds from the start; `to` says who is told, in words; `step` is the
    step's id where there is one."""

    at: int
    kind: MarkKind
    line: int | None
    text: str
    to: tuple[str, ...]
    why: str
    step: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Write the mark in the shape of `simulate --json`."""
        to = list(self.to)
        return {"at": self.at, "kind": self.kind, "line": self.line, "text": self.text, "to": to, "why": self.why}


def marks_of(events: Sequence[ev.Event], state: IncidentState) -> tuple[Mark, ...]:
    """Read the marks from an incident's whole log, in order. `state` is the one the log leads to."""
    caused = _first_consequence(events)
    found = (mark for number, event in enumerate(events, 1) for mark in _marks(event, state, caused.get(number)))
    return tuple(found)


def _first_consequence(events: Sequence[ev.Event]) -> dict[int, ev.Event]:
    """For each event the first one with a line that it caused, which tells what in the playbook it was about."""
    caused: dict[int, ev.Event] = {}
    for event in events:
        if event.cause is not None and event.line is not None:
            caused.setdefault(event.cause, event)
    return caused


def _marks(event: ev.Event, state: IncidentState, caused: ev.Event | None) -> Iterator[Mark]:
    at = int((event.at - (state.began_at or event.at)).total_seconds())
    match event:
        case ev.IncidentDeclared():
            yield from _from_the_start(at, state)
        case ev.StepOpened(step=step) | ev.StepWithdrawn(step=step) | ev.StepCompleted(step=step):
            yield _of_step(at, event, step, state)
        case (
            ev.PromiseReminded(promise=promise) | ev.PromiseWithdrawn(promise=promise) | ev.PromiseKept(promise=promise)
        ):
            yield from _of_promise(at, event, promise, state)
        case ev.SeveritySuggested(severity=severity):
            text = f"Severity {severity} is suggested"
            yield Mark(at, "suggests", event.line, text, (_name(state, "incident commander"),), event.why)
        case ev.IncidentResolved() | ev.IncidentClosed() | ev.IncidentDismissed():
            yield Mark(at, "closes", None, describe(event, state), (), event.why)
        case _ if (places := _told(event)) is not None:
            about = _step_of(caused, state) if caused else None
            line = caused.line if caused else None
            yield Mark(at, "tells", line, describe(event, state), places, event.why, about)


def _step_of(event: ev.Event, state: IncidentState) -> str | None:
    match event:
        case ev.PromiseKept(promise=promise):
            return state.promises[promise].step
        case ev.StepCompleted(step=step) | ev.StepRepeated(step=step):
            return step
    return None


def _told(event: ev.Event) -> tuple[str, ...] | None:
    """Whom an event tells something, or None where it tells nobody."""
    match event:
        case ev.AudienceNotified(audience=audience):
            return (audience,)
        case ev.MessageSent(names=names):
            return names
        case ev.DeclaredInChannel(channel=channel):
            return (channel,)
        case ev.UpdatePosted() | ev.ResolutionAnnounced() | ev.CallShared() | ev.ReportShared():
            return event.audiences
    return None


def _from_the_start(at: int, state: IncidentState) -> Iterator[Mark]:
    for step in state.playbook.all_steps():
        if step.condition is None and not step.is_done:
            yield Mark(at, "opens", step.line, plain(step.text, 200), (), "Applies from the start.", step.id)


def _of_step(at: int, event: ev.Event, step_id: str, state: IncidentState) -> Mark:
    kind: MarkKind = "closes"
    if not isinstance(event, ev.StepCompleted):
        kind = "opens" if isinstance(event, ev.StepOpened) else "withdrawn"
    entry = plan_of(state.playbook).entries.get(step_id)
    added = next((step.text for step in state.added_steps if step.id == step_id), step_id)
    text = plain(entry.step.text if entry else added, 200)
    why = event.evidence if isinstance(event, ev.StepCompleted) and not event.why else event.why
    return Mark(at, kind, entry.step.line if entry else None, text, (), why, step_id)


def _of_promise(at: int, event: ev.Event, promise_id: str, state: IncidentState) -> Iterator[Mark]:
    promise = state.promises[promise_id]
    line, step = promise.line, promise.step
    if isinstance(event, ev.PromiseReminded):
        people = tuple(person(state, who) for who in event.to)
        is_loud = event.stage in ("escalated", "other-way")
        to = people if is_loud else _places(step, state) or people
        yield Mark(at, _STAGES[event.stage], line, promise.text, to, event.why, step)
    elif isinstance(event, ev.PromiseWithdrawn):
        yield Mark(at, "withdrawn", line, promise.text, (), event.reason, step)
    elif isinstance(event, ev.PromiseKept) and step is None and promise.kind != "recurring":
        yield Mark(at, "closes", line, promise.text, (), event.evidence, None)


def _places(step_id: str | None, state: IncidentState) -> tuple[str, ...]:
    entry = plan_of(state.playbook).entries.get(step_id or "")
    if entry is None:
        return ()
    names = (*(channel.name for channel in entry.step.channels), *entry.step.audiences)
    return tuple(dict.fromkeys(names))


def _name(state: IncidentState, role: str) -> str:
    holder = state.roles.get(role)
    return person(state, holder) if holder else role
