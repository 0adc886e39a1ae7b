"""Join an incident, take a role, leave it. Whoever is given a role or a step joins with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.handling.finishing import finish
from tocsin.incident.state import NOTE_TAKER
from tocsin.incident.turn import Turn
from tocsin.incident.wording import person


def join_incident(turn: Turn, command: cmd.JoinIncident) -> None:
    demands.still_open(turn.state)
    who = demands.someone(command.person)
    if who in turn.state.responders and command.name in ("", turn.state.responders[who]):
        raise refusals.NothingToChangeError(f"{person(turn.state, who)} is in this incident already.")
    join(turn, who, command.name)


def join(turn: Turn, who: str, name: str) -> None:
    """Let a person into the incident unless they are in it under this name."""
    known = turn.state.responders.get(who)
    if known is None or (name and name != known):
        turn.emit(ev.ResponderJoined, person=who, name=name or known or "")


def take_role(turn: Turn, command: cmd.TakeRole) -> None:
    demands.still_open(turn.state)
    role = demands.words(command.role, "which role")
    who = demands.someone(command.person)
    before = turn.state.roles.get(role)
    if before == who:
        raise refusals.NothingToChangeError(f"{person(turn.state, who)} is {role} already.")
    join(turn, who, command.name)
    number = turn.emit(ev.RoleTaken, role=role, person=who, name=turn.state.responders[who], before=before)
    if role == NOTE_TAKER:
        finish(turn, "take-notes", number, f"{person(turn.state, who)} takes notes")


def leave_role(turn: Turn, command: cmd.LeaveRole) -> None:
    demands.still_open(turn.state)
    who = turn.state.roles.get(command.role)
    if who is None:
        raise refusals.RoleFreeError
    turn.emit(ev.RoleLeft, role=command.role, person=who)


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.JoinIncident: join_incident,
    cmd.TakeRole: take_role,
    cmd.LeaveRole: leave_role,
}
