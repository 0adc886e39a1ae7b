"""Tick, untick, skip, assign and add steps. A person may do a step that waits: nothing stops them doing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.people import join
from tocsin.incident.plan import plan_of
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, person, plain


def complete(turn: Turn, command: cmd.CompleteStep) -> None:
    _demand_undone(turn, command.step)
    entry = plan_of(turn.state.playbook).entries.get(command.step)
    is_repeated = entry is not None and entry.is_recurring and turn.state.status != "resolved"
    kind = ev.StepRepeated if is_repeated else ev.StepCompleted
    turn.emit(kind, step=command.step, evidence=command.evidence.strip())


def uncomplete(turn: Turn, command: cmd.UncompleteStep) -> None:
    demands.still_open(turn.state)
    demands.any_step(turn.state, command.step)
    if not demands.is_finished(turn.state, command.step):
        raise refusals.StepNotDoneError
    turn.emit(ev.StepUncompleted, step=command.step)


def skip(turn: Turn, command: cmd.SkipStep) -> None:
    _demand_undone(turn, command.step)
    turn.emit(ev.StepSkipped, step=command.step, reason=demands.words(command.reason, "why the step is skipped"))


def _demand_undone(turn: Turn, step_id: str) -> None:
    demands.still_open(turn.state)
    step = demands.any_step(turn.state, step_id)
    record = demands.record_of(turn.state, step_id)
    at, by = (record.done_at, record.done_by) if record.done_at else (record.skipped_at, record.skipped_by)
    if at is not None:
        did = "done" if record.done_at else "skipped"
        who = person(turn.state, by)
        text = f"{who} has {did} “{plain(step.text, 60)}” at {moment(at, turn.now)} already. Untick it to do it again."
        raise refusals.StepDoneError(text)


def assign(turn: Turn, command: cmd.AssignStep) -> None:
    demands.still_open(turn.state)
    demands.any_step(turn.state, command.step)
    if demands.record_of(turn.state, command.step).assignee == command.person:
        whose = f"{person(turn.state, command.person)}'s" if command.person else "nobody's"
        raise refusals.NothingToChangeError(f"This step is {whose} already. Choose somebody else.")
    if command.person is not None:
        join(turn, demands.someone(command.person), command.person_name)
    name = command.person_name if command.person else ""
    turn.emit(ev.StepAssigned, step=command.step, person=command.person, person_name=name)


def add(turn: Turn, command: cmd.AddStep) -> None:
    demands.still_open(turn.state)
    text = demands.words(command.text, "what is to be done")
    phase = next((p.title for p in turn.state.playbook.phases if p.title == command.phase), None)
    if phase is None:
        raise refusals.UnknownPhaseError(f"The playbook has no phase “{plain(command.phase)}”. Take one from the room.")
    if command.after is not None:
        _demand_in_phase(turn, command.after, phase)
    number = _next_number(turn)
    turn.emit(ev.StepAdded, step=f"added-{number}", phase=phase, text=text, after=command.after)


def _demand_in_phase(turn: Turn, step_id: str, phase: str) -> None:
    entry = plan_of(turn.state.playbook).entries.get(step_id)
    added = next((step for step in turn.state.added_steps if step.id == step_id), None)
    found = entry.phase if entry else added.phase if added else None
    if found != phase:
        advice = f"“{step_id}” is no step of {phase}. Choose a step of that phase, or none to add at its end."
        raise refusals.UnknownStepError(advice)


def _next_number(turn: Turn) -> int:
    taken = plan_of(turn.state.playbook).entries
    number = len(turn.state.added_steps) + 1
    while f"added-{number}" in taken or any(step.id == f"added-{number}" for step in turn.state.added_steps):
        number += 1
    return number


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.CompleteStep: complete,
    cmd.UncompleteStep: uncomplete,
    cmd.SkipStep: skip,
    cmd.AssignStep: assign,
    cmd.AddStep: add,
}
