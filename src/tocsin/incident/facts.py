"""The facts of an incident at a moment, as conditions need them. Time is an argument.

Once an incident is resolved it lasts no longer: elapsed time stops there, until it is reopened.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.incident.plan import Outlook, plan_of
from tocsin.incident.state import IncidentState
from tocsin.playbook.conditions import Facts

RUNNING = ("suspected", "active")
OPEN = ("suspected", "active", "resolved")


def facts_at(state: IncidentState, now: datetime) -> Facts:
    """Gather what is known at `now`. Answers that are "unknown" are left out."""
    return Facts(
        severity=state.severity,
        answers={question: answer == "yes" for question, answer in state.answers.items() if answer != "unknown"},
        elapsed_seconds=elapsed_at(state, now),
        is_resolved=state.status in ("resolved", "closed"),
    )


def elapsed_at(state: IncidentState, now: datetime) -> float:
    """Say how long the incident has lasted. Units: seconds, 0 before it began."""
    if state.began_at is None:
        return 0.0
    is_over = state.status in ("resolved", "closed") and state.resolved_at is not None
    end = min(now, state.resolved_at) if is_over and state.resolved_at else now
    return max(0.0, (end - state.began_at).total_seconds())


def outlook_at(state: IncidentState, now: datetime) -> Outlook:
    return plan_of(state.playbook).outlook(facts_at(state, now))


def at_least(now: datetime, state: IncidentState) -> datetime:
    """Take the later of `now` and the last event: a clock that was set back makes nothing happen twice."""
    return now if state.last_at is None or now >= state.last_at else state.last_at
