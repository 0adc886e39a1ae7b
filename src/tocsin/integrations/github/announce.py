"""Say what GitHub shows of an incident's events: events become deliveries, in order. The desk queues them.

A private incident is not shown at all. Changes of one transaction to the body are one delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from tocsin.delivery.ports import Destination, Outgoing
from tocsin.desk import playbooks
from tocsin.incident import events as ev
from tocsin.incident.events import Event
from tocsin.incident.state import IncidentState
from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import merge, operations, wording
from tocsin.integrations.github import template as templates
from tocsin.integrations.github.config import NAME, GitHubConfig
from tocsin.integrations.github.screening import withheld
from tocsin.integrations.github.template import Template
from tocsin.store.log import Recorded

_adopting: ContextVar[bool] = ContextVar("adopting", default=False)
TemplateOf = Callable[[IncidentState], Template]


class adopting(AbstractContextManager[None]):  # noqa: N801 - reads as a word in a with statement
    """While it is entered, an incident that is declared takes over an issue that is there, and creates none."""

    def __enter__(self) -> None:
        self._token = _adopting.set(True)

    def __exit__(self, *_: object) -> None:
        _adopting.reset(self._token)


def template_of(state: IncidentState) -> Template:
    """Return the template of the incident's own playbook version."""
    return templates.read(bytes(playbooks.get(state.playbook.digest).source), state.playbook)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Makes GitHub's messages for the desk."""

    config: GitHubConfig
    template: TemplateOf = template_of

    def reaches(self, name: str, state: IncidentState) -> bool:
        return False

    def announce(self, ref: str, entries: Sequence[Recorded], state: IncidentState) -> list[Outgoing]:
        """Return the deliveries of `entries`, in order; none for a private incident."""
        if not entries or state.is_private or not self.config.is_set:
            return []
        return list(_Telling(self.config, ref, state, self.template).messages(entries))


@dataclass(frozen=True, slots=True)
class _Telling:
    config: GitHubConfig
    ref: str
    state: IncidentState
    template: TemplateOf

    def messages(self, entries: Sequence[Recorded]) -> Iterator[Outgoing]:
        if isinstance(entries[0].event, ev.IncidentDeclared):
            yield self._greeting(entries[0]) if _adopting.get() else self._issue(entries[0])
            if not _adopting.get():
                return
        if changes := [change for entry in entries for change in self._changes(entry.event)]:
            levels = [level.name for level in sorted(self.state.playbook.severities, key=lambda level: level.rank)]
            data = {"operations": operations.to_json(changes), "levels": levels}
            yield replace(self._message(entries[0], "issue-edit"), data=data)
        for entry in entries:
            yield from self._said(entry)

    # --- the issue ----------------------------------------------------------------------------------------------

    def _issue(self, entry: Recorded) -> Outgoing:
        """The template's own text, with what is known filled in."""
        template = self.template(self.state)
        filled: list[merge.Operation] = [merge.NameSeverity(self.state.severity)] if self.state.severity else []
        filled += [merge.SetBox(step, record.done_at is not None) for step, record in self.state.steps.items()]
        written = merge.write(template.known, template.body, filled, template.levels)
        link = wording.link_back(self.ref, self._url)
        text = f"{written.text.rstrip()}\n\n{link}\n"
        data = {
            "labels": list(template.labels),
            "assignees": [name.removeprefix("@") for name in template.assignees],
            "known": written.known.to_json(),
        }
        title = wording.issue_title(template.title, self._title)
        text = text if len(text) < bodies.LIMIT - 300 else written.text
        return replace(self._message(entry, "issue", text, title), data=data)

    def _greeting(self, entry: Recorded) -> Outgoing:
        return self._message(entry, "issue-comment", wording.greeting(self.ref, self._url))

    def _changes(self, event: Event) -> Iterator[merge.Operation]:
        match event:
            case ev.StepCompleted(step=step):
                yield merge.SetBox(step, True)
            case ev.StepUncompleted(step=step):
                yield merge.SetBox(step, False)
            case ev.SeverityAssigned(severity=severity):
                yield merge.NameSeverity(severity)
            case ev.StepAdded(step=step, text=text, after=after, phase=phase) if not self._held(text):
                yield merge.AddLine(step, text, after or "", self._near(phase, step))

    def _near(self, phase: str, but: str) -> tuple[str, ...]:
        """Return the steps of a phase in order, those added during the incident last."""
        found = [step.id for step in self.state.playbook.all_steps() if self._phase_of(step.id) == phase]
        return (*found, *(step.id for step in self.state.added_steps if step.phase == phase and step.id != but))

    def _phase_of(self, step_id: str) -> str:
        return templates.phase_of(self.state.playbook, step_id)

    # --- comments, state, follow-ups ----------------------------------------------------------------------------

    def _said(self, entry: Recorded) -> Iterator[Outgoing]:
        event = entry.event
        match event:
            case ev.UpdatePosted() if self.config.posts_updates:
                yield self._message(entry, "issue-comment", wording.update(event, self._url, self._held(event.text)))
            case ev.IncidentResolved():
                yield self._message(entry, "issue-comment", wording.resolved(event, self._held(event.summary)))
            case ev.IncidentDismissed():
                yield self._message(entry, "issue-comment", wording.dismissed(event, self._held(event.reason)))
                yield from self._issue_state(entry, "closed", "not_planned")
            case ev.IncidentClosed():
                yield from self._issue_state(entry, "closed", "completed")
            case ev.IncidentReopened():
                yield from self._issue_state(entry, "open", "reopened")
            case ev.FollowUpCreated(url=""):
                yield self._follow_up(entry, event)

    def _issue_state(self, entry: Recorded, state: str, reason: str) -> Iterator[Outgoing]:
        if self.config.closes_issue:
            yield replace(self._message(entry, "issue-state"), data={"state": state, "reason": reason})

    def _follow_up(self, entry: Recorded, event: ev.FollowUpCreated) -> Outgoing:
        text = wording.follow_up(event, self.ref, self._title, self._url)
        title = event.title if not self._held(event.title) else f"Follow-up of {self.ref}"
        labels = [wording.label_of(event.category)] if event.category else []
        data = {"follow_up": event.follow_up, "labels": [*labels, wording.FOLLOW_UP_LABEL]}
        destination = Destination(NAME, self.config.follow_ups_in)
        return replace(self._message(entry, "follow-up", text, title), data=data, destination=destination)

    # --- shared -------------------------------------------------------------------------------------------------

    @property
    def _url(self) -> str:
        return f"{self.config.base_url}/incidents/{self.ref}" if self.config.base_url else ""

    @property
    def _title(self) -> str:
        drill = "[Drill] " if self.state.is_drill else ""
        return f"{drill}{self.ref if self._held(self.state.title) else self.state.title}"

    def _held(self, text: str) -> str:
        return withheld(text, self.state.playbook)

    def _message(self, entry: Recorded, kind: str, text: str = "", title: str = "") -> Outgoing:
        return Outgoing(
            identity=f"{self.ref}.{entry.seq}.{entry.hash[:16]}.github-{kind}",
            destination=Destination(NAME, self.config.repository),
            kind=kind,
            thread=self.ref,
            subject=title,
            text=text,
            url=self._url,
        )
