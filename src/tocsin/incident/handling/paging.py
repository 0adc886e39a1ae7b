"""Page a team, and take an answer. Paging further when nobody answers is the clock's: see `settling.pages`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident import refusals
from tocsin.incident.handling import demands
from tocsin.incident.turn import Turn

LEAST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30, 24 * 3600


def page(turn: Turn, command: cmd.PageTeam) -> None:
    demands.still_open(turn.state)
    team = demands.words(command.team, "which team")
    text = demands.words(command.text, "why they are called")
    stages = tuple(stage for stage in command.stages if stage.split())
    if not stages:
        raise refusals.UnknownPersonError(
            f"{team} has nobody who can be paged. Add people to it, or call somebody else."
        )
    if not LEAST_WAIT_SECONDS <= command.wait_seconds <= LONGEST_WAIT_SECONDS:
        raise refusals.WrongTimeError("Wait between 30 seconds and a day before the next is paged.")
    number = len(turn.state.pages) + 1
    turn.emit(
        ev.TeamPaged, page=f"page-{number}", team=team, text=text, stages=stages, wait_seconds=command.wait_seconds
    )


def acknowledge(turn: Turn, command: cmd.AcknowledgePage) -> None:
    demands.declared(turn.state)
    found = turn.state.pages.get(command.page)
    if found is None:
        raise refusals.UnknownPageError
    if found.acknowledged_at is not None:
        raise refusals.NothingToChangeError("This page was answered already. Open the incident to see by whom.")
    turn.emit(ev.PageAcknowledged, page=found.id)


HANDLERS: dict[type[cmd.Command], Callable[[Turn, Any], None]] = {
    cmd.PageTeam: page,
    cmd.AcknowledgePage: acknowledge,
}
