"""Tick the steps that an action stands for: starting a call does the step "Start a video call".

A step named by the command is ticked; else the one open step that asks for this action. Where several could be meant,
none is: a wrong guess is worse than a tick by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.incident import events as ev
from tocsin.incident.facts import outlook_at
from tocsin.incident.handling.demands import any_step, is_finished
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.turn import Turn
from tocsin.playbook.conditions import leaves
from tocsin.playbook.model import Action, StateIs


def check_step(turn: Turn, step: str | None) -> None:
    """Refuse a command that names a step which is not there, before it does anything."""
    if step is not None:
        any_step(turn.state, step)


def finish(turn: Turn, action: Action, cause: int, evidence: str, step: str | None = None) -> None:
    """Tick the step named, or the only open step with this action."""
    if step is not None:
        tick(turn, step, cause, evidence)
        return
    found = list(open_steps(turn, action))
    if len(found) == 1:
        tick(turn, found[0].step.id, cause, evidence)


def finish_told(turn: Turn, cause: int, evidence: str, audiences: tuple[str, ...], step: str | None) -> None:
    """Tick the step that asked for these audiences to be told, where exactly one open step does."""
    if step is not None:
        tick(turn, step, cause, evidence)
        return
    told = {name.casefold() for name in audiences}
    found = [entry for entry in open_steps(turn, "notify") if not entry.is_recurring and _places(entry) & told]
    if len(found) == 1:
        tick(turn, found[0].step.id, cause, evidence)


def finish_announced(turn: Turn, cause: int, evidence: str, audiences: tuple[str, ...], step: str | None) -> None:
    """Tick every open step that asks for the resolution to be announced to one of these audiences, or to nobody."""
    if step is not None:
        tick(turn, step, cause, evidence)
    told = {name.casefold() for name in audiences}
    waiting = [*open_steps(turn, "announce-resolution"), *_told_when_resolved(turn)]
    unplaced = [entry for entry in waiting if not _places(entry)]
    matching = [entry for entry in waiting if _places(entry) & told]
    for entry in matching + (unplaced if len(unplaced) == 1 and step is None else []):
        tick(turn, entry.step.id, cause, evidence)


def _told_when_resolved(turn: Turn) -> Iterator[Entry]:
    for entry in open_steps(turn, "notify"):
        if any(isinstance(leaf, StateIs) for leaf in leaves(entry.step.condition)):
            yield entry


def tick(turn: Turn, step: str, cause: int, evidence: str) -> None:
    """Tick a step unless it is done already; a recurring step is done once and stays open until the end."""
    if is_finished(turn.state, step):
        return
    entry = plan_of(turn.state.playbook).entries.get(step)
    kind = ev.StepRepeated if entry and entry.is_recurring and turn.state.status != "resolved" else ev.StepCompleted
    turn.emit(kind, step=step, evidence=evidence, cause=cause, line=entry.step.line if entry else None)


def open_steps(turn: Turn, action: Action) -> Iterator[Entry]:
    """The steps with an action that apply now and are not done, in document order."""
    truths = outlook_at(turn.state, turn.now).truths
    for entry in plan_of(turn.state.playbook).entries.values():
        if entry.step.action != action or is_finished(turn.state, entry.step.id):
            continue
        if truths.get(entry.step.id, True) is True:
            yield entry


def _places(entry: Entry) -> set[str]:
    names = (*entry.step.audiences, *(channel.name for channel in entry.step.channels))
    return {name.casefold() for name in names}
