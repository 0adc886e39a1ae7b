"""Run a playbook through hours on a virtual clock, with the very decisions that real incidents get.

People do one step after the other, act at once when something is due, and post updates when they are asked for; with
`absent` nobody does anything, so that every reminder shows. Nothing is sent and no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident.decide import settled
from tocsin.incident.due import candidates
from tocsin.incident.facts import outlook_at
from tocsin.incident.marks import Mark, marks_of
from tocsin.incident.plan import Entry, plan_of
from tocsin.incident.refusals import CommandRefusedError
from tocsin.incident.state import COMMANDER, COMMUNICATIONS_LEAD, IncidentState
from tocsin.playbook.model import Playbook

BEGINS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning, so that working days count on from it
PACE = timedelta(minutes=2)
_REPORTER, _LEAD, _SPEAKER = "person:reporter", "person:commander", "person:communications"
_CLOCK = cmd.AdvanceClock()
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


@dataclass(frozen=True, slots=True)
class Simulation:
    """The hours as they went: what a person would notice, the events behind it, and the state at the end."""

    playbook: Playbook
    duration_seconds: int
    entries: tuple[Mark, ...]
    events: tuple[ev.Event, ...]
    state: IncidentState


def simulate(
    playbook: Playbook,
    *,
    severity: str | None,
    duration_seconds: int,
    answers: Sequence[tuple[str, cmd.Answer, int]] = (),
    resolve_at: int | None = None,
    absent: bool = False,
) -> Simulation:
    """Simulate an incident from its declaration, with the severity assigned at once.

    Units: seconds from the start for `answers` (question id, answer, at) and `resolve_at`. What lies after the end is
    left out.

    Raises: CommandRefusedError for a severity or question that the playbook does not have.
    """
    run = _Run(playbook, is_absent=absent)
    script: list[tuple[int, cmd.Command]] = []
    if severity is not None:
        script.append((0, cmd.AssignSeverity(by=_LEAD, severity=severity)))
    script += [(at, cmd.AnswerQuestion(by=_LEAD, question=asked, answer=answer)) for asked, answer, at in answers]
    if resolve_at is not None:
        script.append((resolve_at, cmd.ResolveIncident(by=_LEAD)))
    run.begin()
    run.play(sorted(script, key=lambda line: line[0]), BEGINS_AT + timedelta(seconds=duration_seconds))
    return Simulation(playbook, duration_seconds, marks_of(run.log, run.state), tuple(run.log), run.state)


class _Run:
    """One simulation in progress."""

    def __init__(self, playbook: Playbook, *, is_absent: bool) -> None:
        self.state = IncidentState(playbook=playbook)
        self.plan = plan_of(playbook)
        self.log: list[ev.Event] = []
        self.now = BEGINS_AT
        self.is_absent = is_absent
        self.acts_at: datetime | None = None

    def ask(self, command: cmd.Command) -> None:
        turn = settled(self.state, command, self.now)
        self.state = turn.state
        self.log += turn.events
        for event in turn.events:
            if self.acts_at is None and isinstance(event, _WAKING):
                self.acts_at = self.now + PACE

    def begin(self) -> None:
        self.ask(cmd.DeclareIncident(by=_REPORTER, by_name="reporter", title=self.plan.playbook.name or "Simulation"))
        self.ask(cmd.TakeRole(by=_REPORTER, role=COMMANDER, person=_LEAD, name=COMMANDER))
        self.ask(cmd.TakeRole(by=_LEAD, role=COMMUNICATIONS_LEAD, person=_SPEAKER, name=COMMUNICATIONS_LEAD))

    def play(self, script: list[tuple[int, cmd.Command]], end: datetime) -> None:
        for at, command in script:
            self._run_to(min(BEGINS_AT + timedelta(seconds=at), end))
            if BEGINS_AT + timedelta(seconds=at) <= end:
                self.ask(command)
                self._act()
        self._run_to(end)

    def _run_to(self, end: datetime) -> None:
        """Let time pass up to `end`, stopping at each moment at which the clock or a person does something."""
        while (at := self._next_moment()) is not None and at <= end:
            self.now = max(at, self.now)
            self.ask(_CLOCK)
            self._act()
        self.now = end

    def _next_moment(self) -> datetime | None:
        moments = [at for at in candidates(self.state) if at > self.now]
        if self.acts_at is not None and not self.is_absent:
            moments.append(self.acts_at)
        return min(moments, default=None)

    def _act(self) -> None:
        """Do what is due, and the next step when its time has come; with everybody absent, nothing."""
        if self.is_absent:
            return
        for promise_id in tuple(self.state.open_promises.values()):
            if (promise := self.state.promises[promise_id]).is_open and promise.due_at <= self.now:
                self._keep(promise_id)
        if self.acts_at is not None and self.acts_at <= self.now:
            entry = next(self._to_do(), None)
            self.acts_at = self.now + PACE if entry else None
            if entry is not None:
                self._do(entry)

    def _keep(self, promise_id: str) -> None:
        promise = self.state.promises[promise_id]
        rule = next(rule for rule in self.plan.rules if rule.id == promise.timer)
        if rule.is_kept_by_updates:
            self.ask(cmd.PostUpdate(by=_SPEAKER, is_no_change=True, audiences=tuple(sorted(rule.places))))
        elif rule.entry is not None:
            self._do(rule.entry)
        else:
            self.ask(cmd.KeepPromise(by=_LEAD, promise=promise_id, evidence="Done"))

    def _to_do(self) -> Iterator[Entry]:
        """The steps a person could do now, in order, parents after their sub-steps."""
        truths, records = outlook_at(self.state, self.now).truths, self.state.steps
        parents: list[Entry] = []
        for entry in self.plan.entries.values():
            record = records.get(entry.step.id)
            is_finished = record is not None and (record.done_at is not None or record.skipped_at is not None)
            is_early = entry.step.action in _AFTERWARDS and self.state.status != "resolved"
            if is_finished or is_early or truths.get(entry.step.id, True) is not True or entry.is_recurring:
                continue
            if entry.step.id in self.plan.parents:
                parents.append(entry)
            else:
                yield entry
        yield from reversed(parents)

    def _do(self, entry: Entry) -> None:
        try:
            for command in _commands_for(entry, self.state):
                self.ask(command)
        except CommandRefusedError:
            self.ask(cmd.CompleteStep(by=_LEAD, step=entry.step.id))


def _commands_for(entry: Entry, state: IncidentState) -> Iterator[cmd.Command]:
    """What a person does to do a step: tell those it names, or just do it."""
    step, text = entry.step, entry.step.text
    places = tuple(dict.fromkeys((*(channel.name for channel in step.channels), *step.audiences)))
    if step.action == "notify" and places:
        for place in places[:-1]:
            yield cmd.NotifyAudience(by=_SPEAKER, audience=place, text=text)
        yield cmd.NotifyAudience(by=_SPEAKER, audience=places[-1], text=text, step=step.id)
    elif step.action == "declare" and places:
        yield cmd.DeclareInChannel(by=_LEAD, channel=places[0], text=text, step=step.id)
    elif step.action == "announce-resolution" and state.status == "resolved":
        yield cmd.AnnounceResolution(by=_SPEAKER, audiences=places, text=text, step=step.id)
    elif step.action == "start-call":
        yield cmd.StartCall(by=_LEAD, url=_CALL, step=step.id)
    elif step.action == "share-call" and state.call_url:
        yield cmd.ShareCall(by=_LEAD, audiences=places, step=step.id)
    else:
        yield cmd.CompleteStep(by=_LEAD, step=step.id)
