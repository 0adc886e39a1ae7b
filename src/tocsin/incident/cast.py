"""People of a script: they do one step after the other, act at once when something is due, and post updates when asked.

A simulation and a scripted drill hand them a world to act in. They decide nothing: every command goes through the core.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident.facts import outlook_at
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.state import COMMANDER, COMMUNICATIONS_LEAD, IncidentState
from tocsin.playbook.model import Playbook

PACE = timedelta(minutes=2)
REPORTER, LEAD, SPEAKER = "person:reporter", "person:commander", "person:communications"
_AFTERWARDS = (
    "write-report",
    "draft-report",
    "approve-report",
    "share-report",
    "create-follow-ups",
    "schedule-retrospective",
)
_WAKING = (ev.IncidentDeclared, ev.IncidentResolved, ev.StepOpened, ev.StepUncompleted)
_CALL = "https://call.invalid/"


class World(Protocol):
    """Where the people act: an incident, its time, and a way to ask for something."""

    @property
    def state(self) -> IncidentState: ...

    @property
    def now(self) -> datetime: ...

    def ask(self, command: cmd.Command) -> None:
        """Do the command now. *Raises* CommandRefusedError."""
        ...


class Cast:
    """The people. `acts_at` is when they turn to the next step; None: there is nothing to do."""

    def __init__(self, world: World, playbook: Playbook, *, pace: timedelta = PACE) -> None:
        self.acts_at: datetime | None = None
        self._pace = pace
        self._world = world
        self._plan = plan_of(playbook)

    def notice(self, events: Iterable[ev.Event]) -> None:
        """Hear what happened: new work is begun a little later."""
        if self.acts_at is None and any(isinstance(event, _WAKING) for event in events):
            self.acts_at = self._world.now + self._pace

    def take_roles(self) -> None:
        """Take the lead from the reporter and tell the others, once."""
        if LEAD in self._world.state.responders:
            return
        reporter = self._world.state.declared_by or REPORTER
        self._world.ask(cmd.TakeRole(by=reporter, role=COMMANDER, person=LEAD, name=COMMANDER))
        self._world.ask(cmd.TakeRole(by=LEAD, role=COMMUNICATIONS_LEAD, person=SPEAKER, name=COMMUNICATIONS_LEAD))

    def act(self) -> None:
        """Do what is due, and the next step when its time has come."""
        state, now = self._world.state, self._world.now
        for promise_id in tuple(state.open_promises.values()):
            if (promise := self._world.state.promises[promise_id]).is_open and promise.due_at <= now:
                self._keep(promise_id)
        if self.acts_at is not None and self.acts_at <= now:
            entry = next(self._to_do(), None)
            self.acts_at = now + self._pace if entry else None
            if entry is not None:
                self._do(entry)

    def _keep(self, promise_id: str) -> None:
        promise = self._world.state.promises[promise_id]
        rule = next(rule for rule in self._plan.rules if rule.id == promise.timer)
        if rule.is_kept_by_updates:
            self._world.ask(cmd.PostUpdate(by=SPEAKER, is_no_change=True, audiences=tuple(sorted(rule.places))))
        elif rule.entry is not None:
            self._do(rule.entry)
        else:
            self._world.ask(cmd.KeepPromise(by=LEAD, promise=promise_id, evidence="Done"))

    def _to_do(self) -> Iterator[Entry]:
        """The steps a person could do now, in order, parents after their sub-steps."""
        truths, records = outlook_at(self._world.state, self._world.now).truths, self._world.state.steps
        parents: list[Entry] = []
        for entry in self._plan.entries.values():
            record = records.get(entry.step.id)
            is_finished = record is not None and (record.done_at is not None or record.skipped_at is not None)
            is_early = entry.step.action in _AFTERWARDS and self._world.state.status != "resolved"
            if is_finished or is_early or truths.get(entry.step.id, True) is not True or entry.is_recurring:
                continue
            if entry.step.id in self._plan.parents:
                parents.append(entry)
            else:
                yield entry
        yield from reversed(parents)

    def _do(self, entry: Entry) -> None:
        try:
            for command in _commands_for(entry, self._world.state):
                self._world.ask(command)
        except CommandRefusedError:
            self._world.ask(cmd.CompleteStep(by=LEAD, step=entry.step.id))


def _commands_for(entry: Entry, state: IncidentState) -> Iterator[cmd.Command]:
    """What a person does to do a step: tell those it names, or just do it."""
    step, text = entry.step, entry.step.text
    places = tuple(dict.fromkeys((*(channel.name for channel in step.channels), *step.audiences)))
    if step.action == "notify" and places:
        for place in places[:-1]:
            yield cmd.NotifyAudience(by=SPEAKER, audience=place, text=text)
        yield cmd.NotifyAudience(by=SPEAKER, audience=places[-1], text=text, step=step.id)
    elif step.action == "declare" and places:
        yield cmd.DeclareInChannel(by=LEAD, channel=places[0], text=text, step=step.id)
    elif step.action == "announce-resolution" and state.status == "resolved":
        yield cmd.AnnounceResolution(by=SPEAKER, audiences=places, text=text, step=step.id)
    elif step.action == "start-call":
        yield cmd.StartCall(by=LEAD, url=_CALL, step=step.id)
    elif step.action == "share-call" and state.call_url:
        yield cmd.ShareCall(by=LEAD, audiences=places, step=step.id)
    else:
        yield cmd.CompleteStep(by=LEAD, step=step.id)
