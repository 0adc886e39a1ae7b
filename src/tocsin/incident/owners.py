"""Who owes a step or a promise, and who hears of it next when nothing happens."""

from __future__ import annotations

import re

from tocsin.incident.events import Stage
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.state import COMMANDER, COMMUNICATIONS_LEAD, NOTE_TAKER, IncidentState, Promise

_TELLING = ("post-updates", "notify", "announce-resolution", "declare", "share-call", "share-report")


def owner_of_step(state: IncidentState, step_id: str) -> str | None:
    """The assignee; else who holds the role the step names or belongs to; else the incident commander; else nobody."""
    record = state.steps.get(step_id)
    if record is not None and record.assignee is not None:
        return record.assignee
    entry = plan_of(state.playbook).entries.get(step_id)
    return (_role_holder(state, entry) if entry else None) or state.roles.get(COMMANDER)


def _role_holder(state: IncidentState, entry: Entry) -> str | None:
    for role, who in state.roles.items():
        if role in state.playbook.roles and _names(entry.step.text, role):
            return who
    if entry.step.action == "take-notes":
        return state.roles.get(NOTE_TAKER)
    return state.roles.get(COMMUNICATIONS_LEAD) if entry.step.action in _TELLING else None


def _names(text: str, role: str) -> bool:
    return re.search(rf"\b{re.escape(role)}\b", text, re.IGNORECASE) is not None


def owner_of_promise(state: IncidentState, promise: Promise) -> str | None:
    """Whoever owes a promise: the step's owner; for one without a step who leads communications, or the incident."""
    owner = owner_of_step(state, promise.step) if promise.step else state.roles.get(COMMUNICATIONS_LEAD)
    return owner or state.roles.get(COMMANDER) or _reporter(state)


def told_at(state: IncidentState, promise: Promise, stage: Stage) -> tuple[str, ...]:
    """Who hears a reminder. Shape: first the owner; from the stage "escalated" on a second person, where there is one;
    empty only where an incident has no person at all."""
    owner = owner_of_promise(state, promise)
    if owner is None:
        return ()
    second = _second(state, owner) if stage in ("escalated", "other-way") else None
    return (owner, second) if second else (owner,)


def _second(state: IncidentState, owner: str) -> str | None:
    """The first of communications lead, incident commander and reporter who is not the owner."""
    chain = (state.roles.get(COMMUNICATIONS_LEAD), state.roles.get(COMMANDER), _reporter(state))
    return next((who for who in chain if who is not None and who != owner), None)


def _reporter(state: IncidentState) -> str | None:
    return None if state.declared_by in (None, "system", "clock") else state.declared_by
