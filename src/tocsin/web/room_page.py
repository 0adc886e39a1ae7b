"""Everything a room's page shows, gathered once per answer. Reads; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.core.exceptions import NON_FIELD_ERRORS

from tocsin.delivery import queue
from tocsin.delivery.models import Delivery
from tocsin.incident.room import Room, StepView
from tocsin.incident.state import COMMANDER, COMMUNICATIONS_LEAD, NOTE_TAKER, IncidentState, Promise
from tocsin.people.models import Person
from tocsin.playbook.model import Policy, Severity
from tocsin.store.log import Recorded
from tocsin.web.forms.act import ActForm, Scene
from tocsin.web.forms.registry import ACTS, OF_ACTION
from tocsin.web.history import Entry, tell

LATEST = 14
UNDO_WITHIN = timedelta(seconds=20)
_ROLES = (COMMANDER, NOTE_TAKER, COMMUNICATIONS_LEAD)


@dataclass(frozen=True, slots=True)
class Role:
    """One role of the incident and who holds it; None: nobody."""

    name: str
    holder: str | None


@dataclass(frozen=True)
class RoomPage:
    """One incident as one person sees it at one moment. `at` is set when it is shown as it was then."""

    ref: str
    room: Room
    viewer: Person
    people: Mapping[str, str]
    recorded: Sequence[Recorded]
    mark: str
    at: datetime | None = None
    refused: ActForm | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    speed: int = 1

    @property
    def state(self) -> IncidentState:
        return self.room.state

    @property
    def is_past(self) -> bool:
        return self.at is not None

    @property
    def may_act(self) -> bool:
        return self.viewer.may_respond and not self.is_past

    @property
    def is_open(self) -> bool:
        return self.state.status in {"suspected", "active", "resolved"}

    @property
    def may_work(self) -> bool:
        """Whether steps, questions and words can be sent now."""
        return self.may_act and self.is_open

    @property
    def next_step(self) -> StepView | None:
        """The first thing to do; nothing once the incident has ended."""
        return self.room.next_step if self.is_open else None

    @cached_property
    def undoable(self) -> StepView | None:
        """The step that the viewer ticked or skipped a moment ago, to be taken back by one button."""
        if not self.may_work:
            return None
        found = [(at, step) for phase in self.room.phases for step in phase.steps if (at := self._finished_at(step))]
        at, step = max(found, key=lambda each: each[0], default=(None, None))
        is_fresh = at is not None and self.room.now - at <= UNDO_WITHIN * self.speed
        return step if is_fresh else None

    def _finished_at(self, step: StepView) -> datetime | None:
        """When the viewer ticked or skipped it; None where somebody else did, or it was done by doing something else."""
        record = step.record
        if self.viewer.ref not in (record.done_by, record.skipped_by) or not record.changed_event:
            return None
        if self.recorded[record.changed_event - 1].event.cause is not None:
            return None
        return record.done_at if record.done_by == self.viewer.ref else record.skipped_at

    @cached_property
    def scene(self) -> Scene:
        return Scene(self.ref, self.state, self.room.now, self.people)

    def form(self, verb: str, step: str = "", initial: Mapping[str, object] | None = None) -> ActForm:
        """Return the form of a verb: the one that was refused, with what was typed, or a fresh one."""
        form = ACTS[verb](scene=self.scene, step=step, initial=initial)
        if self.refused is not None and self.refused.identity == form.identity and self._same_subject(form):
            return self.refused
        return form

    @property
    def refusals(self) -> list[str]:
        """Why the form that was sent was not taken, said at the top also where the form itself is not on the page."""
        if self.refused is None:
            return []
        labels = {name: "" if name == NON_FIELD_ERRORS else self.refused[name].label for name in self.refused.errors}
        found = [(labels[name], error) for name, errors in self.refused.errors.items() for error in errors]
        return [f"{label}: {error}" if label else str(error) for label, error in found]

    def step_form(self, step: StepView) -> ActForm | None:
        """Return the form that a step's action asks for; None for a plain step."""
        action = step.step.action if step.step else None
        kind = OF_ACTION.get(action) if action else None
        return self.form(kind.verb, step.id) if kind else None

    def _same_subject(self, form: ActForm) -> bool:
        """Forms of one verb that differ by a hidden field (whose role, which promise) are not each other's."""
        subjects = [name for name in ("question", "role", "promise", "follow_up", "phase") if name in form.fields]
        data = self.refused.data if self.refused else {}
        return all(str(form.initial.get(name, "")) == str(data.get(name, "")) for name in subjects)

    @cached_property
    def severity(self) -> Severity | None:
        return next((level for level in self.state.playbook.severities if level.name == self.state.severity), None)

    @cached_property
    def suggestion(self) -> Severity | None:
        return next((level for level in self.state.playbook.severities if level.name == self.state.suggestion), None)

    @property
    def levels(self) -> tuple[Severity, ...]:
        return self.state.playbook.severities

    @property
    def policies(self) -> tuple[Policy, ...]:
        return self.state.playbook.policies

    @property
    def leader(self) -> str | None:
        return self.state.roles.get(COMMANDER)

    @cached_property
    def roles(self) -> list[Role]:
        wanted = dict.fromkeys([*_ROLES, *self.state.playbook.roles, *self.state.roles])
        return [Role(name, self.state.roles.get(name)) for name in wanted]

    @cached_property
    def entries(self) -> list[Entry]:
        """The newest entries of the timeline, newest first."""
        return [tell(each, self.state) for each in reversed(self.recorded[-LATEST:])]

    @cached_property
    def entry_count(self) -> int:
        return len(self.recorded)

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """Messages that leave Tocsin, newest first; those that need a person before all others."""
        rows = queue.deliveries(self.ref).exclude(connector="room").order_by("-position")
        return sorted(rows, key=lambda row: row.status != Delivery.Status.FAILED)

    @property
    def promises(self) -> tuple[Promise, ...]:
        return self.room.promises

    @cached_property
    def step_count(self) -> int:
        return sum(phase.done_count + phase.open_count for phase in self.room.phases)

    @cached_property
    def done_count(self) -> int:
        return sum(phase.done_count for phase in self.room.phases)

    @cached_property
    def shows_report(self) -> bool:
        """Whether the report and the follow-ups have begun or are asked for now."""
        return bool(self.state.reports or self.state.follow_ups) or self.state.status in {"resolved", "closed"}
