"""Work off what GitHub sent: each webhook delivery becomes commands of the person who acted. In order, each once.

A delivery tells what one person changed. Where it does not follow on what is known (one before it was lost, or it comes
late), the issue is read anew and the delivery only says who did what. It never trusts an old body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.integrations.github import acting, declaring, follow_ups, ledger, marks, merge, sources
from tocsin.integrations.github.client import GitHub
from tocsin.integrations.github.config import NAME, GitHubConfig
from tocsin.integrations.github.merge import Change
from tocsin.integrations.github.models import Arrival, BodyWrite, IncidentIssue
from tocsin.integrations.github.people import NOBODY, Actor, actor_of, is_trusted, may_edit
from tocsin.store import queries

_ASKS = re.compile(r"^\s*/(?:tocsin[ \t]+)?(note|follow-up)\b[ \t]*", re.I)


@dataclass(frozen=True, slots=True)
class Handler:
    """Handles one arrival after the other. *Raises* GitHubError where GitHub is needed and away."""

    config: GitHubConfig
    github: GitHub

    def handle(self, arrival: Arrival, now: datetime) -> None:
        payload = arrival.payload
        kind = f"{arrival.event}.{payload.get('action', '')}".rstrip(".")
        handlers: Mapping[str, Callable[[Arrival, Mapping[str, Any], datetime], None]] = {
            "issues.opened": self._opened,
            "issues.edited": self._edited,
            "issues.closed": self._state,
            "issues.reopened": self._state,
            "issues.deleted": self._deleted,
            "issue_comment.created": self._comment,
            "push": self._push,
        }
        if kind in handlers:
            handlers[kind](arrival, payload, now)

    def _opened(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        repository = _repository(payload)
        if repository == self.config.repository:
            declaring.consider(repository, payload["issue"], self.github, now)

    # --- the body -----------------------------------------------------------------------------------------------

    def _edited(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        found = payload["issue"]
        changed = (payload.get("changes") or {}).get("body")
        issue = _issue(payload)
        if issue is None or not changed:
            return
        before = changed.get("from") if isinstance(changed, dict) else None
        text = str(found.get("body") or "")
        changed_at = str(found.get("updated_at") or "")
        write = BodyWrite.objects.filter(issue=issue, written=text, changed_at=changed_at).order_by("-pk").first()
        if write is not None:
            if before is not None and before not in (write.read, text):
                self._bring_back(issue, write, str(before), arrival.guid, now)
            return
        actor = actor_of(payload.get("sender")) if may_edit(found, payload.get("sender")) else NOBODY
        self._read(issue, found, before, actor, now)

    def _read(
        self, issue: IncidentIssue, found: Mapping[str, Any], before: str | None, actor: Actor, now: datetime
    ) -> None:
        text, changed_at = str(found.get("body") or ""), str(found.get("updated_at") or "")
        levels = acting.levels_of(queries.load(issue.ref).state)
        known, own = ledger.known_of(issue), ledger.own_of(issue)
        at_first = merge.read(known, before, levels, own) if before is not None else None
        if at_first is not None and not at_first.changes and changed_at >= issue.changed_at:
            acting.read_body(issue, text, changed_at, lambda change: actor, now)
            return
        theirs = merge.read(at_first.known if at_first else known, text, levels, own).changes
        claimed = {_name(change) for change in theirs}
        fresh = self.github.call("GET", f"/repos/{issue.repository}/issues/{issue.number}")
        acting.read_body(
            issue,
            str(fresh.get("body") or ""),
            str(fresh.get("updated_at") or ""),
            lambda change: actor if _name(change) in claimed else NOBODY,
            now,
        )

    def _bring_back(self, issue: IncidentIssue, write: BodyWrite, lost: str, guid: str, now: datetime) -> None:
        """Somebody's edit came between our reading and our writing and was written over: bring it back."""
        outgoing = Outgoing(
            identity=f"{issue.ref}.repair.{guid}"[:255],
            destination=Destination(NAME, issue.repository),
            kind="issue-repair",
            thread=issue.ref,
            subject="",
            text="",
            data={"read": write.read, "lost": lost},
        )
        queue.enqueue(outgoing, now=now)

    # --- state, comments, files ---------------------------------------------------------------------------------

    def _state(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        actor = actor_of(payload.get("sender"))
        is_closed = payload["action"] == "closed"
        issue = _issue(payload)
        if issue is not None and self.config.closes_issue:
            follow_ups.follow_incident(issue.ref, is_closed, actor, arrival.guid, now)
        elif issue is not None:
            words = f"The issue was {payload['action']} on GitHub. The settings say that the incident does not follow."
            acting.note(issue.ref, words, actor, f"github:{arrival.guid}", now)
        follow_ups.follow(_repository(payload), payload["issue"]["number"], is_closed, actor, now)

    def _deleted(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        issue = _issue(payload)
        if issue is not None:
            words = "The issue was deleted on GitHub. The incident goes on here."
            acting.note(issue.ref, words, actor_of(payload.get("sender")), f"github:{arrival.guid}", now)

    def _comment(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        issue = _issue(payload)
        if issue is not None:
            take_comment(issue, payload["comment"], now)

    def _push(self, arrival: Arrival, payload: Mapping[str, Any], now: datetime) -> None:
        repository = payload.get("repository") or {}
        is_default = payload.get("ref") == f"refs/heads/{repository.get('default_branch')}"
        if _repository(payload) == self.config.repository and is_default and not payload.get("deleted"):
            sources.Sources(self.config, self.github).refresh(now)


def take_comment(issue: IncidentIssue, comment: Mapping[str, Any], now: datetime) -> None:
    """Do what a comment asks for: `/note …` puts its words into the timeline, `/follow-up …` notes a follow-up, which may
    be the address of an issue. A comment that asks for nothing stays a comment."""
    text = str(comment.get("body") or "")
    asks = _ASKS.match(text)
    if asks is None or marks.is_ours(text) or not is_trusted(comment):
        return
    words = text[asks.end() :].strip()
    actor = actor_of(comment.get("user"))
    if asks[1].lower() == "note" and words:
        acting.note(issue.ref, words, actor, f"github:comment:{comment['id']}", now)
    elif words:
        follow_ups.note_follow_up(issue.ref, words, actor, f"github:comment:{comment['id']}", now)


def note_comment(issue: IncidentIssue, comment: Mapping[str, Any], now: datetime) -> None:
    """Put a whole comment into the timeline as its author's note."""
    text = str(comment.get("body") or "").strip()
    if text and not marks.is_ours(text) and is_trusted(comment):
        acting.note(issue.ref, text, actor_of(comment.get("user")), f"github:comment:{comment['id']}", now)


def _issue(payload: Mapping[str, Any]) -> IncidentIssue | None:
    return IncidentIssue.objects.filter(repository=_repository(payload), number=payload["issue"]["number"]).first()


def _repository(payload: Mapping[str, Any]) -> str:
    return str((payload.get("repository") or {}).get("full_name", ""))


def _name(change: Change) -> tuple[object, ...]:
    """Name a change so that it is the same in two readings, whatever new boxes are called in them."""
    match change:
        case merge.Added(_, text, _, section, is_ticked):
            return ("added", text, section, is_ticked)
        case _:
            return (type(change).__name__, change)
