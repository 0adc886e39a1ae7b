"""Page further while nobody answers: the next stage after the wait, and the last one twice more. After an outage one
stage is paged, not all that were missed at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.incident import events as ev
from tocsin.incident.facts import OPEN
from tocsin.incident.state import IncidentState, Page
from tocsin.incident.turn import Turn
from tocsin.incident.wording import span

LAST_STAGE_AGAIN = 2


def settle_pages(turn: Turn) -> None:
    """Page the next stage of every page whose wait is over."""
    if turn.state.status not in OPEN:
        return
    for page in turn.state.pages.values():
        if (at := _next_at(page)) is not None and at <= turn.now:
            _page_further(turn, page)


def next_pages_at(state: IncidentState) -> Iterator[datetime]:
    """The moment at which each page goes further."""
    return (at for page in state.pages.values() if (at := _next_at(page)) is not None)


def _next_at(page: Page) -> datetime | None:
    if page.acknowledged_at is not None or page.round >= len(page.stages) + LAST_STAGE_AGAIN:
        return None
    return page.paged_at + timedelta(seconds=page.wait_seconds)


def _page_further(turn: Turn, page: Page) -> None:
    stage = page.stages[min(page.round, len(page.stages) - 1)]
    why = f"Nobody answered the page within {span(page.wait_seconds)}."
    to = tuple(stage.split())
    turn.emit(ev.PageEscalated, by=turn.tocsin, page=page.id, round=page.round + 1, to=to, why=why, cause=page.event)
