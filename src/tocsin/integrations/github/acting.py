"""Do in the incident what people did to its issue: changes of the body become commands of theirs.

Each command has a key made from the reading it belongs to, so that a reading done twice is one effect. What the incident
refuses becomes a note. It never writes to GitHub, save for queueing a severity that two people named at once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk import writer
from tocsin.errors import RefusedError
from tocsin.incident import commands as cmd
from tocsin.incident import events as ev
from tocsin.incident.commands import Command
from tocsin.incident.refusals import NothingToChangeError
from tocsin.incident.state import COMMANDER, IncidentState, StepRecord
from tocsin.integrations.github import ledger, merge, operations
from tocsin.integrations.github import template as templates
from tocsin.integrations.github.config import NAME
from tocsin.integrations.github.known import Known
from tocsin.integrations.github.match import likeness, plain
from tocsin.integrations.github.merge import Change
from tocsin.integrations.github.models import IncidentIssue
from tocsin.integrations.github.people import NOBODY, Actor
from tocsin.people import access
from tocsin.store import queries

log = logging.getLogger(__name__)
REMOVED = "removed on GitHub"
ADDED_AT_MOST = 200
_TRIES = 5
_LIKE_A_PHASE = 0.75
Who = Callable[[Change], Actor]


def read_body(issue: IncidentIssue, text: str, changed_at: str, who: Who, now: datetime) -> bool:
    """Do what was changed in the body since it was last known. Return False where it changed under our hands too often;
    then it has to be read anew."""
    for _ in range(_TRIES):
        state = queries.load(issue.ref).state
        known = ledger.known_of(issue)
        found = merge.read(known, text, levels_of(state), ledger.own_of(issue))
        acting = _Acting(issue, known, who, now)
        for change in found.changes:
            acting.do(change)
        if ledger.read(issue, found.known.named(acting.steps), changed_at):
            return True
        issue.refresh_from_db()
    return False


def levels_of(state: IncidentState) -> list[str]:
    """Return the incident's severities, most severe first."""
    return [level.name for level in sorted(state.playbook.severities, key=lambda level: level.rank)]


def note(ref: str, text: str, who: Actor, key: str, now: datetime) -> None:
    """Put a sentence into the timeline; an incident that takes no more notes is left as it is."""
    try:
        _run(ref, cmd.AddNote(by=who.ref, text=text), who, key, now)
    except RefusedError as error:
        log.info("%s took no note “%s”: %s", ref, text, error.message)


@dataclass(slots=True)
class _Acting:
    """One reading. `steps` names the steps that new boxes became."""

    issue: IncidentIssue
    known: Known
    who: Who
    now: datetime
    steps: dict[str, str] = field(default_factory=dict)
    added: int = 0

    def do(self, change: Change) -> None:
        actor = self.who(change)
        match change:
            case merge.Ticked(step):
                self._tick(step, actor)
            case merge.Unticked(step):
                self._untick(step, actor)
            case merge.Added():
                self._add(change, actor)
            case merge.Removed(step, text):
                self._remove(step, text, actor)
            case merge.Restored():
                self._restore(change, actor)
            case merge.Reworded(step, before, after):
                self._note(actor, f"On GitHub “{before}” now reads “{after}”.", f"words:{step}")
            case merge.SeverityNamed(level):
                self._severity(level, actor)
            case merge.SeverityUnclear(text):
                self._note(actor, _unclear(text), "severity-unclear")
            case merge.Doubted(before, after):
                self._note(actor, _doubt(before, after), f"doubt:{_short(*before, *after)}")

    def _tick(self, step: str, actor: Actor) -> None:
        record = self._record(step)
        if record.done_at is not None:
            return
        if record.skipped_at is not None:
            self._run(partial(cmd.UncompleteStep, step=step), actor, f"unskip:{step}")
        self._run(partial(cmd.CompleteStep, step=step, evidence="Ticked on GitHub"), actor, f"tick:{step}")

    def _untick(self, step: str, actor: Actor) -> None:
        if self._record(step).done_at is not None:
            self._run(partial(cmd.UncompleteStep, step=step), actor, f"untick:{step}")

    def _remove(self, step: str, text: str, actor: Actor) -> None:
        record = self._record(step)
        if record.done_at is not None:
            self._note(actor, f"“{text}” was {REMOVED}. It was done before, and stays done.", f"gone:{step}")
        elif record.skipped_at is None:
            self._run(partial(cmd.SkipStep, step=step, reason=REMOVED), actor, f"skip:{step}")

    def _restore(self, change: merge.Restored, actor: Actor) -> None:
        record = self._record(change.step)
        if record.skipped_at is not None and not change.is_ticked:
            self._run(partial(cmd.UncompleteStep, step=change.step), actor, f"back:{change.step}")
        elif change.is_ticked:
            self._tick(change.step, actor)
        elif record.done_at is not None and change.was_ticked:
            self._untick(change.step, actor)
        elif record.done_at is not None:
            self._write([merge.SetBox(change.step, True)], f"back:{change.step}")

    def _add(self, change: merge.Added, actor: Actor) -> None:
        self.added += 1
        self.steps[change.name] = ""
        if self.added > ADDED_AT_MOST:
            if self.added == ADDED_AT_MOST + 1:
                self._note(
                    actor,
                    f"More than {ADDED_AT_MOST} boxes were added on GitHub at once; the rest are no steps.",
                    "many",
                )
            return
        after = self.steps.get(change.after, change.after)
        phase, is_sure = self._phase(after, change.section)
        if not phase:
            self._note(
                actor, f"“{change.text}” was added on GitHub, and there is no phase for it.", f"add:{change.name}"
            )
            return
        inside = after if after and self._phase_of(after) == phase else None
        key = f"add:{_short(change.text, *change.section)}"
        events = self._run(partial(cmd.AddStep, phase=phase, text=change.text, after=inside), actor, key)
        step = next((event.step for event in events if isinstance(event, ev.StepAdded)), "")
        self.steps[change.name] = step
        if step and not is_sure:
            where = change.section[-1] if change.section else "no heading"
            self._note(
                actor, f"“{change.text}” was added on GitHub under {where}; it was put into {phase}.", f"{key}:where"
            )
        if step and change.is_ticked:
            self._tick(step, actor)

    def _phase(self, after: str, section: Sequence[str]) -> tuple[str, bool]:
        """Return the phase for a new box, and whether that is plain to see."""
        if after and (phase := self._phase_of(after)):
            return phase, True
        titles = [phase.title for phase in self._state.playbook.phases]
        for heading in reversed(section):
            alike = max(titles, key=lambda title: likeness(plain(title), plain(heading)), default="")
            if alike and likeness(plain(alike), plain(heading)) >= _LIKE_A_PHASE:
                return alike, True
        same = [item.step for item in self.known.items if item.step and item.section[:1] == tuple(section[:1])]
        beside = [phase for step in same if (phase := self._phase_of(step))]
        return (beside or titles or [""])[-1], False

    def _phase_of(self, step: str) -> str:
        state = self._state
        added = next((entry.phase for entry in state.added_steps if entry.id == step), "")
        return added or templates.phase_of(state.playbook, step)

    def _severity(self, level: str, actor: Actor) -> None:
        """A severity that only GitHub changed is taken; where both sides changed it, the more severe one is."""
        state = self._state
        names = levels_of(state)
        if state.severity == level:
            return
        if state.severity is not None and state.severity != self.known.agreed(names):
            words = f"GitHub says {level} and the room {state.severity}, both since they last agreed: the more severe holds."
            self._note(actor, words, f"severity-both:{level}")
            if names.index(state.severity) < names.index(level):
                self._write([merge.NameSeverity(state.severity)], f"severity:{state.severity}")
                return
        command = partial(cmd.AssignSeverity, severity=level, reason="Named on GitHub")
        self._run(command, actor, f"severity:{level}")

    # --- doing --------------------------------------------------------------------------------------------------

    @property
    def _state(self) -> IncidentState:
        return queries.load(self.issue.ref).state

    def _record(self, step: str) -> StepRecord:
        return self._state.steps.get(step, StepRecord())

    def _run(self, command: Callable[..., Command], actor: Actor, key: str) -> tuple[ev.Event, ...]:
        """Run it as the actor's. A refusal becomes a note, so that what was done on GitHub is not lost."""
        made = command(by=actor.ref)
        try:
            return _run(self.issue.ref, made, actor, self._key(key), self.now)
        except RefusedError as error:
            what = type(made).__name__
            self._note(
                NOBODY, f"A change on GitHub by {actor.name or 'somebody'} ({what}) was refused: {error.message}", key
            )
            return ()

    def _note(self, actor: Actor, text: str, key: str) -> None:
        note(self.issue.ref, text, actor, self._key(f"note:{key}"), self.now)

    def _write(self, changes: Sequence[merge.Operation], key: str) -> None:
        data: Mapping[str, object] = {"operations": operations.to_json(changes), "levels": levels_of(self._state)}
        outgoing = Outgoing(
            identity=f"{self.issue.ref}.read-{self.issue.reading}.{key}",
            destination=Destination(NAME, self.issue.repository),
            kind="issue-edit",
            thread=self.issue.ref,
            subject="",
            text="",
            data=data,
        )
        queue.enqueue(outgoing, now=self.now)

    def _key(self, key: str) -> str:
        return f"github:{self.issue.pk}:{self.issue.reading}:{key}"[: writer.LONGEST_KEY]


def _run(ref: str, command: Command, actor: Actor, key: str, now: datetime) -> tuple[ev.Event, ...]:
    if actor.person is not None:
        state = queries.load(ref).state
        access.require(actor.person, command, leads=state.roles.get(COMMANDER) == actor.ref)
        if actor.ref not in state.responders:
            join = cmd.JoinIncident(by=actor.ref, person=actor.ref, name=actor.name)
            # Somebody's act elsewhere may have brought them in since the look above.
            with suppress(NothingToChangeError):
                writer.run(ref, join, key=f"github:join:{ref}", now=now)
    return writer.run(ref, command, key=key, now=now).events


def _doubt(before: Sequence[str], after: Sequence[str]) -> str:
    was, now = ", ".join(f"“{text}”" for text in before), ", ".join(f"“{text}”" for text in after)
    kept = "Nothing was guessed: the old steps stay as they are, the new lines were added."
    return f"On GitHub {now} may be {was}, or new. {kept}"


def _unclear(text: str) -> str:
    said = f"says “{text}”, which is no one severity" if text else "names no severity"
    return f"The severity field on GitHub now {said}. It was left as it is."


def _short(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:16]
