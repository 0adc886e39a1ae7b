"""The Playbook value: what a document means, with the source line of every part.

Everything here is immutable and compares by value. It never reads text; `markdown` and `issue_form` do.
Source: design, "What a playbook means". Lines count from 1. A name of a severity is the playbook's own spelling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TimerKind = Literal["recurring", "elapsed", "deadline"]
TimerStart = Literal["start", "severity", "last_update", "resolved", "step"]
Place = Literal["issue", "slack"]
ReadingKind = Literal[
    "severity",
    "guard",
    "timer",
    "question",
    "audience",
    "channel",
    "role",
    "field",
    "policy",
    "action",
    "approval",
    "state",
]
Action = Literal[
    "open-issue",
    "declare",
    "start-call",
    "share-call",
    "delegate",
    "determine-impact",
    "assign-severity",
    "notify",
    "take-notes",
    "consult",
    "announce-resolution",
    "retain-evidence",
    "post-updates",
    "release-hotfix",
    "write-report",
    "draft-report",
    "approve-report",
    "share-report",
    "create-follow-ups",
    "schedule-retrospective",
]


# --- conditions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeverityIn:
    """The incident's severity is one of `names` (most severe first)."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The question was answered yes."""

    question: str


@dataclass(frozen=True, slots=True)
class Elapsed:
    """At least `seconds` have passed since the incident began."""

    seconds: int


@dataclass(frozen=True, slots=True)
class StateIs:
    """The incident is in this state or past it ("resolved" also holds when closed)."""

    state: Literal["resolved"]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition = SeverityIn | Answered | Elapsed | StateIs | AnyOf | AllOf | Not


# --- parts of a playbook ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Severity:
    """A level. `rank` 0 is the most severe. `criteria` may be empty; `after_seconds` is the length of time that the
    criteria name ("downtime for more than 30 minutes" gives 1800), or None."""

    name: str
    rank: int
    line: int
    criteria: tuple[str, ...] = ()
    after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A rule about time. `severity` names the levels it holds for; empty means all. `seconds` is at least 1.

    `is_business_days` says that `seconds` counts working days of 86,400 s each.
    """

    kind: TimerKind
    seconds: int
    start: TimerStart
    severity: tuple[str, ...] = ()
    line: int = 0
    text: str = ""
    is_business_days: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A chat channel: its name with the leading #, and its ID and address where a link gives them."""

    name: str
    id: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `condition` is whole: what headings and parents demand is already in it."""

    id: str
    line: int
    text: str
    is_ordered: bool = False
    is_done: bool = False
    action: Action | None = None
    condition: Condition | None = None
    timers: tuple[Timer, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    title: str
    line: int
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    line: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A yes/no fact. Answers are yes, no and unknown."""

    id: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Policy:
    kind: Literal["sensitive-information"]
    line: int
    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing understood: the words it was read from and its value (JSON: None, str, number, list or dict)."""

    line: int
    kind: ReadingKind
    text: str
    value: object = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that look like a rule and could not be read, with the reason."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """A compiled document. `digest` is "sha256:" and the hex digest of the source bytes."""

    name: str
    source: str
    digest: str
    about: str = ""
    severities: tuple[Severity, ...] = ()
    policies: tuple[Policy, ...] = ()
    phases: tuple[Phase, ...] = ()
    fields: tuple[Field, ...] = ()
    questions: tuple[Question, ...] = ()
    timers: tuple[Timer, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    unknown: tuple[Unread, ...] = ()

    def all_steps(self) -> Iterator[Step]:
        """Every step, in document order, a parent before its sub-steps."""
        for phase in self.phases:
            yield from _walk(phase.steps)


def _walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _walk(step.steps)
