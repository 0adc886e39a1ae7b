"""Run a playbook through hours on a virtual clock, with the very decisions that real incidents get.

People do one step after the other, act at once when something is due, and post updates when they are asked for; with
`absent` nobody does anything, so that every reminder shows. Nothing is sent and no clock is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident.cast import LEAD, REPORTER, Cast
from tocsin.incident.decide import settled
from tocsin.incident.due import candidates
from tocsin.incident.marks import Mark, marks_of
from tocsin.incident.state import IncidentState
from tocsin.playbook.model import Playbook

BEGINS_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning, so that working days count on from it
_CLOCK = cmd.AdvanceClock()


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
        script.append((0, cmd.AssignSeverity(by=LEAD, severity=severity)))
    script += [(at, cmd.AnswerQuestion(by=LEAD, question=asked, answer=answer)) for asked, answer, at in answers]
    if resolve_at is not None:
        script.append((resolve_at, cmd.ResolveIncident(by=LEAD)))
    run.begin()
    run.play(sorted(script, key=lambda line: line[0]), BEGINS_AT + timedelta(seconds=duration_seconds))
    return Simulation(playbook, duration_seconds, marks_of(run.log, run.state), tuple(run.log), run.state)


class _Run:
    """One simulation in progress."""

    def __init__(self, playbook: Playbook, *, is_absent: bool) -> None:
        self.state = IncidentState(playbook=playbook)
        self.cast = Cast(self, playbook)
        self.log: list[ev.Event] = []
        self.now = BEGINS_AT
        self.is_absent = is_absent

    def ask(self, command: cmd.Command) -> None:
        turn = settled(self.state, command, self.now)
        self.state = turn.state
        self.log += turn.events
        self.cast.notice(turn.events)

    def begin(self) -> None:
        title = self.state.playbook.name or "Simulation"
        self.ask(cmd.DeclareIncident(by=REPORTER, by_name="reporter", title=title))
        self.cast.take_roles()

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
        if self.cast.acts_at is not None and not self.is_absent:
            moments.append(self.cast.acts_at)
        return min(moments, default=None)

    def _act(self) -> None:
        if not self.is_absent:
            self.cast.act()
