"""Do what a playbook's steps ask of Tocsin in Slack: tell the team's channels as soon as a step that says so applies.

Runs after each change of an incident, whoever made it, and again at the start; each thing is done once, by its key. An
incident that was declared without Slack is announced first.
Outside audiences are never told from here: a person writes to them.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import close_old_connections, connections, transaction

from tocsin.delivery import queue as delivery
from tocsin.desk import bus, writer
from tocsin.errors import TocsinError
from tocsin.incident import commands as cmd
from tocsin.incident.events import IncidentResolved
from tocsin.incident.room import StepView
from tocsin.integrations.slack import places
from tocsin.integrations.slack.announce import Announcer
from tocsin.integrations.slack.config import SlackConfig
from tocsin.integrations.slack.view import Seen, open_steps
from tocsin.playbook.conditions import leaves
from tocsin.playbook.model import StateIs, Step
from tocsin.store import queries

log = logging.getLogger(__name__)
_MOST_TURNS = 20


@dataclass(slots=True)
class Acting:
    """Acts on incidents that changed, on a thread of its own, so that no command waits for it."""

    config: SlackConfig
    now: Callable[[], datetime]
    announcer: Announcer
    _changed: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)
    _unlisten: Callable[[], None] | None = None

    def listen(self) -> None:
        self._unlisten = bus.listen(lambda change: self._changed.put(change.ref))

    def run_forever(self, stop: threading.Event) -> None:
        """Act on what changes, and first on what goes on already, until `stop` is set and `wake` called."""
        self.listen()
        try:
            self.take_up()
            while not stop.is_set():
                ref = self._changed.get()
                if ref is not None:
                    self._try(ref)
        finally:
            connections.close_all()

    def take_up(self) -> None:
        """Act on what goes on already, such as an incident that was declared before Slack was set up."""
        for row in queries.incidents(statuses=("suspected", "active", "resolved")):
            self._changed.put(row.ref)

    def wake(self) -> None:
        self._changed.put(None)

    def act_on_changes(self) -> None:
        """Act on everything that has changed so far, in this thread."""
        while not self._changed.empty():
            if (ref := self._changed.get()) is not None:
                self._try(ref)

    def close(self) -> None:
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    def _try(self, ref: str) -> None:
        close_old_connections()
        try:
            self.attach(ref)
            self.act(ref)
        except TocsinError as error:
            log.warning("%s: %s", ref, error.message)
        except Exception:
            log.exception("Tocsin could not act on %s in Slack", ref)

    def attach(self, ref: str) -> None:
        """Announce an incident that was declared without Slack; once, since each delivery is known by its identity."""
        now = self.now()
        with transaction.atomic():
            for outgoing in self.announcer.attach(ref, queries.load(ref).state, now):
                delivery.enqueue(outgoing, now=now)

    def act(self, ref: str) -> int:
        """Do all that an incident's open steps ask of Tocsin. Return how many commands that took."""
        for count in range(_MOST_TURNS):
            state = queries.load(ref).state
            if state.status in {"dismissed", "closed"}:
                return count
            seen = Seen(ref, state, self.now(), self.config.base_url)
            found = next(self._commands(seen), None)
            if found is None:
                return count
            command, key = found
            writer.run(ref, command, key=key, now=self.now())
        return _MOST_TURNS

    def _commands(self, seen: Seen) -> Iterator[tuple[cmd.Command, str]]:
        for step in open_steps(seen.room):
            for number, command in enumerate(self._of_step(seen, step)):
                # The step's own counter makes a step that was unticked, or came to apply again, a new occasion.
                opened = step.record.opened_at.isoformat() if step.record.opened_at else ""
                yield command, f"slack:act:{seen.ref}:{step.id}:{opened}:{step.record.changed_event}:{number}"[:200]

    def _of_step(self, seen: Seen, step: StepView) -> Iterator[cmd.Command]:
        """Return what an open step asks of Tocsin; the last command does the step."""
        found = step.step
        if found is None or seen.state.is_private or step.record.changed_event:
            return
        names = _names(found)
        told = tuple(name for name in names if places.channel_named(name, seen.state, self.config))
        if found.action == "declare" and told:
            text = f"{seen.state.title}. {seen.state.summary}".strip()
            yield cmd.DeclareInChannel(by="system", channel=told[0], text=text, step=found.id)
        elif found.action == "announce-resolution" and seen.state.status == "resolved":
            # The thread heard of it when the incident was resolved.
            if all(name in told or places.is_thread(name) for name in names):
                yield cmd.AnnounceResolution(by="system", audiences=names, text=_resolution(seen), step=found.id)
        elif found.action == "notify" and names and not _recurs(found) and len(told) == len(names):
            yield from self._tell(seen, step)

    def _tell(self, seen: Seen, step: StepView) -> Iterator[cmd.Command]:
        assert step.step is not None
        names = _names(step.step)
        if any(isinstance(leaf, StateIs) for leaf in leaves(step.step.condition)):
            yield cmd.AnnounceResolution(by="system", audiences=names, text=_resolution(seen), step=step.id)
            return
        for name in names:
            last = step.id if name == names[-1] else None
            yield cmd.NotifyAudience(by="system", audience=name, text=_situation(seen, step), step=last)


def _names(step: Step) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(channel.name for channel in step.channels), *step.audiences)))


def _recurs(step: Step) -> bool:
    return any(timer.kind == "recurring" for timer in step.timers)


def _situation(seen: Seen, step: StepView) -> str:
    """Say briefly what goes on, and why this is told now."""
    parts = [f"Severity: {seen.level}.", seen.state.summary, step.record.opened_why]
    return " ".join(part.strip() for part in parts if part.strip())


def _resolution(seen: Seen) -> str:
    entries = queries.timeline(seen.ref)
    said = next((e.event.summary for e in reversed(entries) if isinstance(e.event, IncidentResolved)), "")
    return f"Resolved. {said}".strip()
