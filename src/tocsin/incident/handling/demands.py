"""What commands demand before they do anything; each demand says what to do when it is not met."""

from __future__ import annotations

from tocsin.incident import refusals
from tocsin.incident.facts import OPEN
from tocsin.incident.plan import plan_of
from tocsin.incident.state import AddedStep, IncidentState, StepRecord
from tocsin.incident.turn import Turn
from tocsin.incident.wording import listed, plain
from tocsin.playbook.model import Step

_EMPTY = StepRecord()


def declared(state: IncidentState) -> None:
    if state.status == "undeclared":
        raise refusals.NotDeclaredError


def still_open(state: IncidentState) -> None:
    """Demand an incident that people still work on: suspected, active or resolved."""
    declared(state)
    if state.status not in OPEN:
        raise refusals.WrongStatusError(f"This incident is {state.status}. Reopen it first, saying why.")


def any_step(state: IncidentState, step_id: str) -> Step | AddedStep:
    """Find a step of the playbook or one added during the incident."""
    entry = plan_of(state.playbook).entries.get(step_id)
    found = entry.step if entry else next((added for added in state.added_steps if added.id == step_id), None)
    if found is None:
        raise refusals.UnknownStepError(f"There is no step “{step_id}” here. Take the step's id from the room.")
    return found


def record_of(state: IncidentState, step_id: str) -> StepRecord:
    return state.steps.get(step_id, _EMPTY)


def is_finished(state: IncidentState, step_id: str) -> bool:
    """Say whether a step is done or skipped."""
    record = record_of(state, step_id)
    return record.done_at is not None or record.skipped_at is not None


def words(text: str, what: str) -> str:
    """Demand words that are more than space; gives them without the space around."""
    if not text.strip():
        raise refusals.MissingTextError(f"Write {what} and send it again.")
    return text.strip()


def someone(person: str) -> str:
    """Demand a person's id."""
    if not person.strip() or person in ("clock", "system"):
        raise refusals.UnknownPersonError("Say which person is meant, by their id.")
    return person


def level_of(turn: Turn, name: str) -> str:
    """Find a level by its name, in any case; gives the playbook's own spelling."""
    levels = plan_of(turn.state.playbook).levels
    found = next((level for level in levels if level.casefold() == name.strip().casefold()), None)
    if found is None:
        known = f"Choose {listed(levels, 'or')}." if levels else "It defines none, so none can be assigned."
        raise refusals.UnknownSeverityError(f"The playbook has no severity “{plain(name)}”. {known}")
    return found
