"""What follows, by the playbook and the facts of the moment, from what has happened. Handing it the same moment twice
adds nothing: it compares what is asked for with what the incident's state already records."""

from __future__ import annotations

from tocsin.incident.facts import OPEN, outlook_at
from tocsin.incident.plan import NOTHING_ASKED
from tocsin.incident.settling.pages import settle_pages
from tocsin.incident.settling.promises import settle_promises
from tocsin.incident.settling.reminders import settle_reminders
from tocsin.incident.settling.steps import settle_steps
from tocsin.incident.settling.suggestions import settle_suggestions
from tocsin.incident.turn import Turn


def settle(turn: Turn) -> None:
    """Open and withdraw steps, make, move, keep and withdraw promises, suggest severities, remind, page further: in this
    order, since each may follow from the one before and from nothing after."""
    if turn.state.status == "undeclared":
        return
    # Nothing that follows changes the facts, so one look at them serves all.
    outlook = outlook_at(turn.state, turn.now) if turn.state.status in OPEN else NOTHING_ASKED
    if turn.state.status in OPEN:
        settle_steps(turn, outlook)
    settle_promises(turn, outlook)
    settle_suggestions(turn)
    settle_reminders(turn)
    settle_pages(turn)
