"""The state of one incident, rebuilt by folding its events. Immutable; `evolve` makes the next one.

It never decides anything and never reads a clock. Person ids are those of commands ("person:<id>").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tocsin.incident.commands import Answer, MessageKind
from tocsin.incident.events import PromiseKind, Stage
from tocsin.playbook.model import Playbook, Step

Status = Literal["undeclared", "suspected", "active", "resolved", "closed", "dismissed"]
COMMANDER = "incident commander"
NOTE_TAKER = "note-taker"
COMMUNICATIONS_LEAD = "communications lead"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What happened to one step. `opened_at` is when it came to apply, None while it waits.

    `changed_event` is the number of the event that last ticked, unticked or skipped it. The `repeated_` parts tell of
    the last time a recurring step was done once and stayed open.
    """

    done_at: datetime | None = None
    done_by: str | None = None
    evidence: str = ""
    skipped_at: datetime | None = None
    skipped_by: str | None = None
    skip_reason: str = ""
    assignee: str | None = None
    opened_at: datetime | None = None
    opened_why: str = ""
    changed_event: int = 0
    repeated_at: datetime | None = None
    repeated_by: str | None = None
    repeated_evidence: str = ""
    repeated_event: int = 0
    repeat_count: int = 0


@dataclass(frozen=True, slots=True)
class AddedStep:
    id: str
    phase: str
    text: str
    after: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. Open until `kept_at` or `withdrawn_at`. `due_at` already has snoozes in it.

    `timer` names the rule it comes from (step id, or "playbook", and the timer's position from 1); `base_due_at` is its
    due time without snoozes; `due_set_at` is when the due time was last set, before which no reminder can be due.
    """

    id: str
    kind: PromiseKind
    text: str
    made_at: datetime
    due_at: datetime
    length_seconds: int
    step: str | None = None
    line: int | None = None
    occurrence: int = 1
    why: str = ""
    last_stage: Stage | None = None
    reminder_count: int = 0
    last_reminded_at: datetime | None = None
    snoozed_until: datetime | None = None
    kept_at: datetime | None = None
    kept_by: str | None = None
    late_seconds: int = 0
    evidence: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    timer: str = ""
    made_event: int = 0
    base_due_at: datetime | None = None
    due_set_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.kept_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Update:
    number: int
    at: datetime
    by: str
    text: str
    audiences: tuple[str, ...]
    is_no_change: bool
    event: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    version: int
    text: str
    at: datetime
    by: str
    approvals: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    id: str
    title: str
    category: str
    url: str
    owner: str | None
    at: datetime
    by: str
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutsideMessage:
    """What an outside audience is or was told. A draft until `sent_at`; `acknowledged` are contacts, in their order."""

    id: str
    audience: str
    kind: MessageKind
    subject: str
    text: str
    by: str
    at: datetime
    corrects: str | None = None
    step: str | None = None
    approved_by: str | None = None
    sent_at: datetime | None = None
    sent_by: str | None = None
    sent_event: int = 0
    recipients: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    acknowledged: tuple[str, ...] = ()
    is_discarded: bool = False

    @property
    def is_draft(self) -> bool:
        return self.sent_at is None and not self.is_discarded


@dataclass(frozen=True, slots=True)
class Page:
    """A call for somebody of a team. `round` counts the stages paged so far, `paged_at` is when the last one was."""

    id: str
    team: str
    text: str
    stages: tuple[str, ...]
    wait_seconds: int
    paged_at: datetime
    round: int = 1
    event: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentState:
    """Everything the core knows of one incident. `version` is the number of events folded into it.

    Shape: `causes` names a fact ("declared", "began", "severity", "resolved", "reopened", "impact", "suggestion",
    "answer:<question>", "step:<id>", "promise:<id>") and gives the number of the event that last set it.
    `recipients` gives, by audience, the contacts that this incident concerns, where somebody chose them.
    `retrospective_number` counts how often the retrospective was planned or called off.
    `open_promises` gives the open promise of a timer, `promise_counts` how many promises a timer has made.
    """

    playbook: Playbook
    version: int = 0
    status: Status = "undeclared"
    title: str = ""
    summary: str = ""
    is_drill: bool = False
    is_private: bool = False
    declared_at: datetime | None = None
    declared_by: str | None = None
    began_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    dismissed_at: datetime | None = None
    severity: str | None = None
    severity_at: datetime | None = None
    suggestion: str | None = None
    suggestion_why: str = ""
    rejected_suggestions: tuple[str, ...] = ()
    impact: str = ""
    is_full_downtime: bool | None = None
    downtime_since: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    steps: Mapping[str, StepRecord] = field(default_factory=dict)
    added_steps: tuple[AddedStep, ...] = ()
    responders: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    promises: Mapping[str, Promise] = field(default_factory=dict)
    updates: tuple[Update, ...] = ()
    call_url: str = ""
    issue_url: str = ""
    reports: tuple[Report, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    retrospective_at: datetime | None = None
    last_at: datetime | None = None
    reopened_at: datetime | None = None
    open_promises: Mapping[str, str] = field(default_factory=dict)
    promise_counts: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    messages: Mapping[str, OutsideMessage] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)
    retrospective_number: int = 0

    def step_of(self, step_id: str) -> Step | None:
        """The playbook's step, or None for one added during the incident or unknown."""
        return next((step for step in self.playbook.all_steps() if step.id == step_id), None)
