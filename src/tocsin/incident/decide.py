"""Decide what a command does to an incident: the events of the command itself, then all that follows from them.

Pure: the same state, command and moment always give the same events. It never half does a command: it gives all its
events or raises.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident.events import Event
from tocsin.incident.facts import at_least
from tocsin.incident.handling import actions, assessment, lifecycle, outside, paging, people, steps, telling
from tocsin.incident.handling.demands import declared
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.settling import settle
from tocsin.incident.state import IncidentState
from tocsin.incident.turn import Turn

__all__ = ["CommandRefusedError", "decide", "settled"]


def decide(state: IncidentState, command: cmd.Command, now: datetime) -> list[Event]:
    """Answer a command with the events it causes, in order; the first follows the state's last.

    A `now` before the incident's last event (a clock set back) counts as the moment of that event. Every consequence
    tells why, the playbook's line and the number of the event that caused it.

    Raises: a subclass of `CommandRefusedError` whose message says what to do; the incident is as it was.
    """
    return settled(state, command, now).events


def settled(state: IncidentState, command: cmd.Command, now: datetime) -> Turn:
    """Decide as `decide` does; the turn has the events and the state that they lead to, so that it need not be folded
    again."""
    turn = Turn(state, command.by, at_least(now, state))
    _HANDLERS[type(command)](turn, command)
    settle(turn)
    return turn


def _advance_clock(turn: Turn, command: cmd.AdvanceClock) -> None:
    declared(turn.state)


_HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    **lifecycle.HANDLERS,
    **assessment.HANDLERS,
    **steps.HANDLERS,
    **people.HANDLERS,
    **telling.HANDLERS,
    **actions.HANDLERS,
    **outside.HANDLERS,
    **paging.HANDLERS,
    cmd.AdvanceClock: _advance_clock,
}
