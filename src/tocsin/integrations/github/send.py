"""Deliver to GitHub: create issues, change single places of a body, comment, close. Knows neither desk nor store.

Every issue and comment carries its delivery's identity in a hidden mark and is looked for by it after an unclear outcome.
A change to a body is made to the body as it is at that moment. It never retries, orders or queues; the worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt
from tocsin.integrations.github import body as bodies
from tocsin.integrations.github import ledger, lines, marks, merge, operations
from tocsin.integrations.github.client import GitHub, GitHubError, utc_now
from tocsin.integrations.github.config import NAME, GitHubConfig
from tocsin.integrations.github.known import known_from_json
from tocsin.integrations.github.models import IncidentIssue

LOOKS_BACK = timedelta(minutes=5)
_NO_ISSUE = "This incident has no issue on GitHub yet, so there is nothing to change."
_MEND_LINE = "Check TOCSIN_GITHUB_API_URL, and that this machine reaches it; what waits is sent when it does."
_MEND_FIRST = "Mend and retry the creation of the incident's issue first, then retry this."


class GitHubConnector:
    """Sends what `announce` made. `notify` is called after an issue was created, so that it is linked at once."""

    name = NAME

    def __init__(
        self,
        config: GitHubConfig,
        github: GitHub | None = None,
        now: Callable[[], datetime] = utc_now,
        notify: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._github = github or GitHub(config, now)
        self._now = now
        self._notify = notify
        self._senders: Mapping[str, Callable[[Outgoing], Receipt]] = {
            "issue": self._create,
            "follow-up": self._create_follow_up,
            "issue-edit": self._edit,
            "issue-repair": self._repair,
            "issue-comment": self._comment,
            "issue-state": self._set_state,
        }

    def send(self, outgoing: Outgoing) -> Receipt:
        try:
            return self._senders[outgoing.kind](outgoing)
        finally:
            _leave_database()

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """Look for an issue or comment by its mark. The other kinds change nothing when they are done twice."""
        try:
            if outgoing.kind in {"issue", "follow-up"}:
                return self._find_issue(outgoing)
            if outgoing.kind == "issue-comment":
                return self._find_comment(outgoing)
            return None
        finally:
            _leave_database()

    def probe(self) -> Probe:
        try:
            found = self._github.call("GET", f"/repos/{self._config.repository}")
        except GitHubError as error:
            return Probe(is_well=False, summary=error.message, mend=error.mend or _MEND_LINE)
        if not found.get("has_issues", True):
            return Probe(is_well=False, summary=f"{found['full_name']} has no issues.", mend="Turn them on there.")
        return Probe(is_well=True, summary=f"{found['full_name']} answers.")

    # --- issues -------------------------------------------------------------------------------------------------

    def _create(self, outgoing: Outgoing) -> Receipt:
        """Create the incident's issue, unless a person has opened it already."""
        there = ledger.issue_of(outgoing.thread)
        if there is not None:
            return Receipt(str(there.number), there.url)
        return self._noted(outgoing, self._post_issue(outgoing))

    def _create_follow_up(self, outgoing: Outgoing) -> Receipt:
        return self._noted(outgoing, self._post_issue(outgoing))

    def _post_issue(self, outgoing: Outgoing) -> Mapping[str, Any]:
        data = outgoing.data
        body = _with_origin(outgoing.text, ledger.issue_of(outgoing.thread), outgoing.kind)
        fields: dict[str, object] = {
            "title": outgoing.subject[:256],
            "body": marks.marked(body, outgoing.identity),
            "labels": data.get("labels") or [],
            "assignees": data.get("assignees") or [],
        }
        path = f"/repos/{outgoing.destination.address}/issues"
        try:
            return dict(self._github.call("POST", path, fields))
        except GitHubError as error:
            if error.status != 422 or not fields["assignees"]:
                raise
            # Somebody named in the template cannot be assigned any more; the issue matters more.
            return dict(self._github.call("POST", path, {**fields, "assignees": []}))

    def _noted(self, outgoing: Outgoing, found: Mapping[str, Any]) -> Receipt:
        """Write down which issue it is. The incident learns of it from there."""
        repository = outgoing.destination.address
        if outgoing.kind == "issue":
            known = known_from_json(_mapping(outgoing.data["known"]))
            ledger.remember(outgoing.thread, repository, found, known, is_linked=False)
        else:
            ledger.remember_follow_up(outgoing.thread, str(outgoing.data["follow_up"]), repository, found)
        self._notify()
        return Receipt(str(found["number"]), str(found["html_url"]))

    def _find_issue(self, outgoing: Outgoing) -> Receipt | None:
        path = f"/repos/{outgoing.destination.address}/issues"
        since = _since(outgoing)
        for found in self._github.pages(path, state="all", sort="created", direction="desc", since=since):
            if marks.has_mark(found.get("body"), outgoing.identity):
                return self._noted(outgoing, found)
        return None

    # --- the body -----------------------------------------------------------------------------------------------

    def _edit(self, outgoing: Outgoing) -> Receipt:
        """Make the changes to the body as it is now. Between the reading and the writing lies one request; whoever
        writes in it is found by `listen` from GitHub's own account of the edit, and repaired."""
        issue = self._issue_of(outgoing)
        wanted = operations.from_json(_list(outgoing.data["operations"]))
        levels = [str(level) for level in _list(outgoing.data["levels"])]
        text = str(self._github.call("GET", _path(issue)).get("body") or "")
        written = merge.write(ledger.known_of(issue), text, wanted, levels)
        wrote = None
        if written.text != text:
            ledger.intend(issue, wanted)
            found = self._github.call("PATCH", _path(issue), {"body": written.text})
            wrote = ledger.Wrote(text, written.text, str(found.get("updated_at") or ""))
        ledger.wrote(
            issue,
            lambda known: merge.write(known, text, wanted, levels).known,
            written.missed,
            wrote,
            self._now(),
        )
        return Receipt(str(issue.number), issue.url)

    def _repair(self, outgoing: Outgoing) -> Receipt:
        """Bring back an edit that Tocsin wrote over: all three bodies are known, so nothing is lost."""
        issue = self._issue_of(outgoing)
        text = str(self._github.call("GET", _path(issue)).get("body") or "")
        mended = lines.merge(str(outgoing.data["read"]), str(outgoing.data["lost"]), text)
        if mended != text and len(mended) <= bodies.LIMIT:
            self._github.call("PATCH", _path(issue), {"body": mended})
        return Receipt(str(issue.number), issue.url)

    # --- comments and state -------------------------------------------------------------------------------------

    def _comment(self, outgoing: Outgoing) -> Receipt:
        issue = self._issue_of(outgoing)
        words = outgoing.text if len(outgoing.text) < bodies.LIMIT - 500 else outgoing.text[: bodies.LIMIT - 500] + "…"
        found = self._github.call("POST", f"{_path(issue)}/comments", {"body": marks.marked(words, outgoing.identity)})
        return Receipt(str(found["id"]), str(found["html_url"]))

    def _find_comment(self, outgoing: Outgoing) -> Receipt | None:
        issue = self._issue_of(outgoing)
        for found in self._github.pages(f"{_path(issue)}/comments", since=_since(outgoing)):
            if marks.has_mark(found.get("body"), outgoing.identity):
                return Receipt(str(found["id"]), str(found["html_url"]))
        return None

    def _set_state(self, outgoing: Outgoing) -> Receipt:
        issue = self._issue_of(outgoing)
        wanted = {"state": outgoing.data["state"], "state_reason": outgoing.data["reason"]}
        self._github.call("PATCH", _path(issue), wanted)
        return Receipt(str(issue.number), issue.url)

    def _issue_of(self, outgoing: Outgoing) -> IncidentIssue:
        issue = ledger.issue_of(outgoing.thread)
        if issue is None:
            raise NotDeliveredError(_NO_ISSUE, is_permanent=True, mend=_MEND_FIRST)
        return issue


def _path(issue: IncidentIssue) -> str:
    return f"/repos/{issue.repository}/issues/{issue.number}"


def _with_origin(text: str, issue: IncidentIssue | None, kind: str) -> str:
    """A follow-up names the incident's issue, by which GitHub shows it there as well."""
    return f"{text}\n\nFrom {issue.repository}#{issue.number}." if kind == "follow-up" and issue else text


def _since(outgoing: Outgoing) -> str:
    at = outgoing.queued_at
    return (at - LOOKS_BACK).strftime("%Y-%m-%dT%H:%M:%SZ") if at else "2008-01-01T00:00:00Z"


def _mapping(value: object) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value


def _list(value: object) -> list[Any]:
    assert isinstance(value, list)
    return value


def _leave_database() -> None:
    """Give the connection back: the worker sends on threads that end. Inside a transaction it is the caller's."""
    if not connection.in_atomic_block:
        connection.close()
