"""Read GitHub: work off what it sent, and look by itself for what no webhook brought. One process at a time.

Everything here can be done again: a crash in the middle loses nothing and repeats nothing that people see. While GitHub
is away it waits; its webhooks stay kept.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from tocsin.desk import writer
from tocsin.errors import RefusedError, UnavailableError
from tocsin.incident import commands as cmd
from tocsin.integrations.github import acting, arrivals, declaring, follow_ups, ledger, sources
from tocsin.integrations.github.client import GitHub
from tocsin.integrations.github.config import GitHubConfig
from tocsin.integrations.github.models import Arrival, FollowUpIssue, IncidentIssue, ReaderTurn
from tocsin.integrations.github.people import NOBODY
from tocsin.store import queries

log = logging.getLogger(__name__)
TURN = timedelta(seconds=60)
ATTEMPTS_AT_MOST = 20
_OVERLAP = timedelta(minutes=2)
_KEPT = timedelta(days=14)
_PAUSE_SECONDS = 1.0
_BEFORE_GITHUB = datetime(2008, 1, 1, tzinfo=UTC)


class Reader:
    """Reads for this installation. `wake` makes it look at once."""

    def __init__(self, config: GitHubConfig, github: GitHub, now: Callable[[], datetime]) -> None:
        self._config = config
        self._github = github
        self._now = now
        self._handler = arrivals.Handler(config, github)
        self._name = uuid.uuid4().hex
        self._wake = threading.Event()
        self._looked_at: datetime | None = None

    def wake(self) -> None:
        self._wake.set()

    def run_forever(self, stop: threading.Event) -> None:
        """Read until `stop` is set (then call `wake`). Faults are logged and never end it."""
        try:
            while not stop.is_set():
                self._wake.clear()
                try:
                    self.round()
                except UnavailableError as error:
                    log.log(logging.WARNING if error.is_permanent else logging.INFO, "GitHub: %s", error.message)
                except Exception:
                    log.exception("GitHub could not be read; trying again in a moment")
                    connection.close_if_unusable_or_obsolete()
                self._wake.wait(_PAUSE_SECONDS)
        finally:
            connection.close()

    def round(self) -> bool:
        """Do what there is to do; return False where there is nothing or another process is at it.

        *Raises* UnavailableError.
        """
        now = self._now()
        must_look = self._looked_at is None or now - self._looked_at >= timedelta(
            seconds=self._config.polls_every_seconds
        )
        if not (must_look or _has_work()) or not self._take_turn(now):
            return False
        self.work_off(now)
        self.tell_incidents(now)
        self._read_marked(now)
        if must_look:
            self._looked_at = now
            Arrival.objects.filter(done_at__lt=now - _KEPT).delete()
            self.look(now)
            follow_ups.remind(now, timedelta(days=self._config.follow_up_remind_days))
        return True

    # --- what GitHub sent ---------------------------------------------------------------------------------------

    def work_off(self, now: datetime) -> int:
        """Handle what arrived, in order, and return how much. *Raises* UnavailableError; it then goes on from there."""
        count = 0
        for arrival in Arrival.objects.filter(done_at=None).order_by("pk"):
            self._handle(arrival, now)
            count += 1
        return count

    def _handle(self, arrival: Arrival, now: datetime) -> None:
        arrival.attempts += 1
        try:
            self._handler.handle(arrival, now)
        except UnavailableError as error:
            self._failed(arrival, error.message, is_over=error.is_permanent, now=now)
            if not error.is_permanent:
                raise
        except Exception as error:
            # One delivery that cannot be understood must not hold up those behind it; the issue is read as a whole.
            log.exception("A webhook delivery could not be handled: %s %s", arrival.event, arrival.guid)
            self._failed(arrival, repr(error), is_over=True, now=now)
        else:
            arrival.done_at, arrival.last_error = now, ""
            arrival.save(update_fields=["done_at", "attempts", "last_error"])

    def _failed(self, arrival: Arrival, why: str, *, is_over: bool, now: datetime) -> None:
        arrival.last_error = why[:2000]
        if is_over or arrival.attempts >= ATTEMPTS_AT_MOST:
            arrival.done_at = now
            number = (arrival.payload.get("issue") or {}).get("number", 0)
            IncidentIssue.objects.filter(number=number).update(must_be_read=True)
        arrival.save(update_fields=["done_at", "attempts", "last_error"])

    # --- what incidents have to learn ---------------------------------------------------------------------------

    def tell_incidents(self, now: datetime) -> None:
        """Give incidents the addresses of issues that were created, and the remarks that sending left."""
        for issue in IncidentIssue.objects.filter(Q(is_linked=False) | ~Q(remarks=[])):
            if not issue.is_linked:
                self._try(issue.ref, cmd.LinkIssue(by="system", url=issue.url), f"github:{issue.pk}:link", now)
                IncidentIssue.objects.filter(pk=issue.pk).update(is_linked=True)
            for number, remark in enumerate(issue.remarks):
                acting.note(
                    issue.ref, remark, NOBODY, f"github:{issue.pk}:{issue.reading}:remark:{number}:{remark}"[:200], now
                )
            ledger.take_remarks(issue, len(issue.remarks))
        for row in FollowUpIssue.objects.filter(is_linked=False):
            command = cmd.LinkFollowUp(by="system", follow_up=row.follow_up, url=row.url)
            self._try(row.ref, command, f"github:follow-up:{row.pk}:link", now)
            FollowUpIssue.objects.filter(pk=row.pk).update(is_linked=True)

    def _try(self, ref: str, command: cmd.Command, key: str, now: datetime) -> None:
        try:
            writer.run(ref, command, key=key, now=now)
        except RefusedError as error:
            log.info("%s: %s", ref, error.message)

    # --- what no webhook brought --------------------------------------------------------------------------------

    def _read_marked(self, now: datetime) -> None:
        for issue in IncidentIssue.objects.filter(must_be_read=True):
            found = self._github.call("GET", f"/repos/{issue.repository}/issues/{issue.number}")
            self._read(issue, found, now)

    def look(self, now: datetime) -> None:
        """Look at issues and comments that changed since the last look, and at the playbooks."""
        sources.Sources(self._config, self._github).refresh(now)
        since = ReaderTurn.objects.get(pk=1).looked_since
        newest = since or self._begin()
        for repository in dict.fromkeys((self._config.repository, self._config.follow_ups_in)):
            for found in self._changed(repository, newest):
                self._look_at(repository, found, None if since is None else since - _OVERLAP, now)
                newest = max(newest, _moment(found["updated_at"]))
        self._look_at_comments(now)
        ReaderTurn.objects.filter(pk=1).update(looked_since=newest)

    def _begin(self) -> datetime:
        """Return the moment of GitHub's newest change: what was there before Tocsin came starts no incident."""
        path = f"/repos/{self._config.repository}/issues"
        found = self._github.call("GET", path, state="all", sort="updated", direction="desc", per_page=1)
        return _moment(found[0]["updated_at"]) if found else _BEFORE_GITHUB

    def _changed(self, repository: str, since: datetime) -> Iterator[Mapping[str, Any]]:
        """Yield the issues that changed since a moment of GitHub's own clock, with some overlap."""
        stamp = (since - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/repos/{repository}/issues"
        yield from self._github.pages(path, state="all", since=stamp, sort="updated", direction="asc")

    def _look_at(self, repository: str, found: Mapping[str, Any], new_since: datetime | None, now: datetime) -> None:
        issue = IncidentIssue.objects.filter(repository=repository, number=found["number"]).first()
        is_closed = found.get("state") == "closed"
        if issue is not None:
            if str(found.get("updated_at") or "") >= issue.changed_at:
                self._read(issue, found, now)
        elif new_since is not None and repository == self._config.repository and _is_after(found, new_since):
            declaring.consider(repository, found, self._github, now)
        follow_ups.follow(repository, found["number"], is_closed, NOBODY, now)

    def _look_at_comments(self, now: datetime) -> None:
        """Do what comments of open incidents ask for, by their words or by a reaction, of which no webhook tells."""
        refs = [row.ref for row in queries.incidents(statuses=("suspected", "active", "resolved"))]
        for issue in IncidentIssue.objects.filter(ref__in=refs):
            for comment in self._github.pages(f"/repos/{issue.repository}/issues/{issue.number}/comments"):
                arrivals.take_comment(issue, comment, now)
                if (comment.get("reactions") or {}).get(self._config.note_reaction):
                    arrivals.note_comment(issue, comment, now)

    def _read(self, issue: IncidentIssue, found: Mapping[str, Any], now: datetime) -> None:
        text, changed_at = str(found.get("body") or ""), str(found.get("updated_at") or "")
        acting.read_body(issue, text, changed_at, lambda change: NOBODY, now)

    # --- turns --------------------------------------------------------------------------------------------------

    def _take_turn(self, now: datetime) -> bool:
        """Take or keep the turn, so that two processes do not act on one reading under two names."""
        with transaction.atomic():
            ReaderTurn.objects.get_or_create(pk=1)
            mine = Q(holder=self._name) | Q(until=None) | Q(until__lte=now)
            return bool(ReaderTurn.objects.filter(mine, pk=1).update(holder=self._name, until=now + TURN))


def _has_work() -> bool:
    """Return whether something waits, without writing anything."""
    waits = Q(is_linked=False) | ~Q(remarks=[]) | Q(must_be_read=True)
    return (
        Arrival.objects.filter(done_at=None).exists()
        or IncidentIssue.objects.filter(waits).exists()
        or FollowUpIssue.objects.filter(is_linked=False).exists()
    )


def _is_after(found: Mapping[str, Any], moment: datetime) -> bool:
    return _moment(found["created_at"]) >= moment


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
