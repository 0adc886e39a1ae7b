"""What every Slack message and form is made from: an incident, how its people are named, and where its pages are.

Pure. Holds no Block Kit: `cards`, `checklist`, `modals` and `home` make that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.incident.room import PhaseView, Room, StepView, room
from tocsin.incident.state import COMMANDER, COMMUNICATIONS_LEAD, NOTE_TAKER, IncidentState
from tocsin.integrations.slack.blocks import escape
from tocsin.playbook.model import Severity

ROLES = (COMMANDER, COMMUNICATIONS_LEAD, NOTE_TAKER)
Mention = Callable[[str], str]


def nobody(person: str) -> str:
    """Mention nobody; people then show by name."""
    return ""


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident as Slack shows it. `mention` turns a person's ref into Slack's mention, or "" where none is known."""

    ref: str
    state: IncidentState
    now: datetime
    base_url: str = ""
    mention: Mention = field(default=nobody)

    @property
    def room(self) -> Room:
        return room(self.state, self.now)

    @property
    def url(self) -> str:
        return f"{self.base_url}/incidents/{self.ref}" if self.base_url else ""

    @property
    def title(self) -> str:
        return f"{'[Drill] ' if self.state.is_drill else ''}{self.ref} {self.state.title}"

    @property
    def subject(self) -> str:
        """Name the incident where others may read it: a private one by its reference only."""
        return self.ref if self.state.is_private else self.title

    @property
    def level(self) -> str:
        return self.state.severity or "no severity yet"

    def name(self, person: str | None) -> str:
        """Return how a person shows: as a mention where Slack knows them, else by name. Ready for mrkdwn."""
        if person is None:
            return "nobody yet"
        known = {"clock": "Tocsin", "system": "Tocsin"}.get(person) or self.state.responders.get(person, "somebody")
        return self.mention(person) or escape(known)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles that can be taken: the usual three and the playbook's own."""
        own = (role.lower() for role in self.state.playbook.roles)
        return tuple(dict.fromkeys((*ROLES, *own)))

    def severity(self, name: str | None) -> Severity | None:
        return next((level for level in self.state.playbook.severities if level.name == name), None)

    def step_text(self, step_id: str) -> str:
        step = self.state.step_of(step_id)
        added = next((added.text for added in self.state.added_steps if added.id == step_id), step_id)
        return step.text if step else added


def open_steps(shown: Room) -> list[StepView]:
    """Return the steps that are open, the next one first, then in document order."""
    steps = [step for phase in shown.phases for step in phase.steps if step.status == "open"]
    return sorted(steps, key=lambda step: not step.is_next)


def steps_of(phases: tuple[PhaseView, ...]) -> list[StepView]:
    return [step for phase in phases for step in phase.steps]


def span(seconds: float) -> str:
    """Say a length of time in words: "45 s", "12 min", "3 h 5 min"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
