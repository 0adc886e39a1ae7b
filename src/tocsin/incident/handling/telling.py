"""Post updates, tell audiences, write notes, snooze and keep promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.facts import outlook_at
from tocsin.incident.handling import demands
from tocsin.incident.handling.finishing import check_step, finish_told
from tocsin.incident.plan import plan_of
from tocsin.incident.state import IncidentState, Promise
from tocsin.incident.turn import Turn
from tocsin.incident.wording import moment, plain


def post_update(turn: Turn, command: cmd.PostUpdate) -> None:
    demands.still_open(turn.state)
    text = command.text.strip()
    if not text and not command.is_no_change:
        raise refusals.MissingTextError("Write the update, or say that nothing has changed.")
    turn.emit(
        ev.UpdatePosted,
        number=len(turn.state.updates) + 1,
        text=text,
        audiences=command.audiences or update_audiences(turn),
        is_no_change=command.is_no_change,
    )


def update_audiences(turn: Turn) -> tuple[str, ...]:
    """Whom an update goes to when nobody is named: those of the cadences that run now, else of any update step."""
    plan, running = plan_of(turn.state.playbook), outlook_at(turn.state, turn.now).rules
    cadences = [rule for rule in plan.rules if rule.is_kept_by_updates]
    chosen = [rule for rule in cadences if rule.id in running and rule.places] or cadences
    steps = (rule.entry.step for rule in chosen if rule.entry)
    names = (name for step in steps for name in (*(channel.name for channel in step.channels), *step.audiences))
    return tuple(dict.fromkeys(names))


def notify(turn: Turn, command: cmd.NotifyAudience) -> None:
    demands.still_open(turn.state)
    check_step(turn, command.step)
    audience = demands.words(command.audience, "who is told")
    text = demands.words(command.text, "what they are told")
    number = turn.emit(ev.AudienceNotified, audience=audience, text=text, step=command.step)
    finish_told(turn, number, f"Told {audience}", (audience,), command.step)


def add_note(turn: Turn, command: cmd.AddNote) -> None:
    demands.declared(turn.state)
    turn.emit(ev.NoteAdded, text=demands.words(command.text, "the note"), url=command.url, change=command.change)


def snooze(turn: Turn, command: cmd.SnoozePromise) -> None:
    promise = _open_promise(turn.state, command.promise)
    if command.until <= turn.now:
        advice = f"{moment(command.until, turn.now)} is past. Give a time later than {moment(turn.now)}."
        raise refusals.WrongTimeError(advice)
    if command.until == promise.due_at:
        raise refusals.NothingToChangeError("The promise is due then already. Give another time.")
    turn.emit(ev.PromiseSnoozed, promise=promise.id, until=command.until, reason=command.reason.strip())


def keep(turn: Turn, command: cmd.KeepPromise) -> None:
    promise = _open_promise(turn.state, command.promise)
    if promise.step is not None:
        step = demands.any_step(turn.state, promise.step)
        advice = f"This promise belongs to the step “{plain(step.text, 60)}”. Tick that step to keep it."
        raise refusals.WrongStatusError(advice)
    evidence = demands.words(command.evidence, "what kept the promise")
    late = max(0, int((turn.now - promise.due_at).total_seconds()))
    turn.emit(ev.PromiseKept, promise=promise.id, late_seconds=late, evidence=evidence, line=promise.line)


def _open_promise(state: IncidentState, promise_id: str) -> Promise:
    demands.still_open(state)
    promise = state.promises.get(promise_id)
    if promise is None:
        raise refusals.UnknownPromiseError
    if not promise.is_open:
        raise refusals.PromiseOverError
    return promise


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.PostUpdate: post_update,
    cmd.NotifyAudience: notify,
    cmd.AddNote: add_note,
    cmd.SnoozePromise: snooze,
    cmd.KeepPromise: keep,
}
