"""What a person needs to see of an incident: the next thing to do, why each step applies or waits, what is due.

Made from the state and a moment; never stored, never decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tocsin.incident.commands import Answer
from tocsin.incident.state import IncidentState, Promise, StepRecord
from tocsin.playbook.model import Step

StepStatus = Literal["open", "waiting", "not-applicable", "done", "skipped"]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it stands. `why` says why it applies, or what it waits for and what would make it apply.

    `waiting`: what its condition needs is not known yet. `not-applicable`: it is known and does not hold.
    `owner` is who does it: the assignee, else the holder of the role it belongs to, else None. `due_at` is that of its
    open promise. `step` is None for one added during the incident.
    """

    id: str
    phase: str
    text: str
    depth: int
    status: StepStatus
    why: str
    is_next: bool
    is_ordered: bool
    is_added: bool
    line: int | None
    owner: str | None
    due_at: datetime | None
    promise: str | None
    record: StepRecord
    step: Step | None


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its steps in document order, parents before sub-steps (see `depth`)."""

    title: str
    steps: tuple[StepView, ...]
    done_count: int
    open_count: int


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its answer. `opens` holds ids of the steps that a yes would open or has opened."""

    id: str
    text: str
    line: int
    answer: Answer
    opens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """`next_step` is the first thing to do: overdue promises first, then the earliest open step in document order.

    `promises` are the open ones, earliest due first. `next_update` is the cadence promise due first, or None.
    """

    state: IncidentState
    now: datetime
    next_step: StepView | None
    phases: tuple[PhaseView, ...]
    questions: tuple[QuestionView, ...]
    promises: tuple[Promise, ...]
    next_update: Promise | None
