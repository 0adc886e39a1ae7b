"""Declare, confirm, dismiss, resolve, reopen and close an incident; describe it and say when it began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.assessment import assign_severity
from tocsin.incident.handling.demands import words
from tocsin.incident.plan import plan_of
from tocsin.incident.state import COMMANDER
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment


def declare(turn: Turn, command: cmd.DeclareIncident) -> None:
    if turn.state.status != "undeclared":
        raise refusals.AlreadyDeclaredError
    title = words(command.title, "a title")
    severity = demands.level_of(turn, command.severity) if command.severity else None
    began_at = _not_later(command.began_at or turn.now, turn.now)
    turn.emit(
        ev.IncidentDeclared,
        title=title,
        playbook=turn.state.playbook.digest,
        summary=command.summary.strip(),
        by_name=command.by_name,
        is_suspected=command.is_suspected,
        is_drill=command.is_drill,
        is_private=command.is_private,
        began_at=began_at,
    )
    _give_the_reporter_the_lead(turn, command.by_name)
    _tick_what_is_done(turn)
    if severity is not None:
        assign_severity(turn, cmd.AssignSeverity(by=command.by, severity=severity))


def _give_the_reporter_the_lead(turn: Turn, name: str) -> None:
    if turn.by in ("system", "clock"):
        return
    turn.emit(ev.ResponderJoined, person=turn.by, name=name)
    why = "Somebody always leads: until another takes it, the one who declared the incident."
    turn.emit(ev.RoleTaken, by="system", role=COMMANDER, person=turn.by, name=name, cause=1, why=why)


def _tick_what_is_done(turn: Turn) -> None:
    for step in turn.state.playbook.all_steps():
        if step.is_done:
            why = f"Line {step.line} is ticked in the playbook."
            parts: dict[str, Any] = {"step": step.id, "line": step.line, "cause": 1}
            turn.emit(ev.StepCompleted, by="system", evidence="Done when declared", why=why, **parts)


def confirm(turn: Turn, command: cmd.ConfirmIncident) -> None:
    demands.declared(turn.state)
    _demand_status(turn, "suspected", advice="Only a suspected incident can be confirmed.")
    turn.emit(ev.IncidentConfirmed)


def dismiss(turn: Turn, command: cmd.DismissIncident) -> None:
    demands.declared(turn.state)
    advice = "Only a suspected or active incident can be dismissed as a false alarm."
    _demand_status(turn, "suspected", "active", advice=advice)
    turn.emit(ev.IncidentDismissed, reason=words(command.reason, "why this is a false alarm"))


def resolve(turn: Turn, command: cmd.ResolveIncident) -> None:
    demands.declared(turn.state)
    if turn.state.status == "suspected":
        advice = "This incident is only suspected. Confirm it first, or dismiss it as a false alarm."
        raise refusals.WrongStatusError(advice)
    _demand_status(turn, "active", advice="Only an active incident can be resolved.")
    number = turn.emit(ev.IncidentResolved, summary=command.summary.strip())
    _end_recurring_steps(turn, number)


def _end_recurring_steps(turn: Turn, cause: int) -> None:
    """A recurring step that was kept up ends with the incident; one that never was stays, for a person to skip."""
    for entry in plan_of(turn.state.playbook).entries.values():
        if not entry.is_recurring or demands.is_finished(turn.state, entry.step.id):
            continue
        if count := _times_kept(turn, entry.step.id):
            evidence = f"Kept up {count} time{'s' if count > 1 else ''} until the incident was resolved"
            line = entry.step.line
            turn.emit(ev.StepCompleted, by=turn.tocsin, step=entry.step.id, evidence=evidence, cause=cause, line=line)


def _times_kept(turn: Turn, step: str) -> int:
    return sum(promise.step == step and promise.kept_at is not None for promise in turn.state.promises.values())


def reopen(turn: Turn, command: cmd.ReopenIncident) -> None:
    demands.declared(turn.state)
    advice = "Only a resolved, closed or dismissed incident can be reopened."
    _demand_status(turn, "resolved", "closed", "dismissed", advice=advice)
    resolved_at = turn.state.resolved_at
    number = turn.emit(ev.IncidentReopened, reason=words(command.reason, "why it is reopened"))
    if resolved_at is not None:
        _restart_recurring_steps(turn, resolved_at, number)


def _restart_recurring_steps(turn: Turn, resolved_at: datetime, cause: int) -> None:
    for entry in plan_of(turn.state.playbook).entries.values():
        done_at = demands.record_of(turn.state, entry.step.id).done_at
        if entry.is_recurring and done_at is not None and done_at >= resolved_at:
            why = "The incident was reopened, so this comes round again."
            line = entry.step.line
            turn.emit(ev.StepUncompleted, by=turn.tocsin, step=entry.step.id, why=why, cause=cause, line=line)


def close(turn: Turn, command: cmd.CloseIncident) -> None:
    demands.declared(turn.state)
    _demand_status(turn, "resolved", advice="Only a resolved incident can be closed. Resolve it first.")
    turn.emit(ev.IncidentClosed)


def describe(turn: Turn, command: cmd.DescribeIncident) -> None:
    demands.still_open(turn.state)
    title = turn.state.title if command.title is None else words(command.title, "a title")
    summary = turn.state.summary if command.summary is None else command.summary.strip()
    if (title, summary) == (turn.state.title, turn.state.summary):
        raise refusals.NothingToChangeError("Title and summary are so already. Change one of them and send again.")
    turn.emit(ev.IncidentDescribed, title=title, summary=summary)


def set_began_at(turn: Turn, command: cmd.SetBeganAt) -> None:
    demands.still_open(turn.state)
    began_at = _not_later(command.began_at, turn.now)
    if began_at == turn.state.began_at:
        raise refusals.NothingToChangeError(f"The incident is known to have begun at {moment(began_at)} already.")
    turn.emit(ev.BeganAtSet, began_at=began_at)


def _not_later(began_at: datetime, now: datetime) -> datetime:
    if began_at > now:
        advice = f"An incident cannot have begun in the future ({moment(began_at, now)}). Give an earlier time."
        raise refusals.WrongTimeError(advice)
    return began_at


def _demand_status(turn: Turn, *wanted: str, advice: str) -> None:
    if turn.state.status not in wanted:
        raise refusals.WrongStatusError(f"This incident is {turn.state.status}. {advice}")


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.DeclareIncident: declare,
    cmd.ConfirmIncident: confirm,
    cmd.DismissIncident: dismiss,
    cmd.ResolveIncident: resolve,
    cmd.ReopenIncident: reopen,
    cmd.CloseIncident: close,
    cmd.DescribeIncident: describe,
    cmd.SetBeganAt: set_began_at,
}
