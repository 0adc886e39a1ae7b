"""Keep which issue belongs to which incident and what both sides know of its body. The only writer of `IncidentIssue`.

What was read and what was written may come at once from two threads: each change is made to the newest state of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tocsin.integrations.github import operations as codec
from tocsin.integrations.github.known import Known, known_from_json
from tocsin.integrations.github.merge import Operation
from tocsin.integrations.github.models import BodyWrite, FollowUpIssue, IncidentIssue

WRITES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Wrote:
    """A body as it was read, as it was written, and when, as GitHub says."""

    read: str
    written: str
    changed_at: str


def issue_of(ref: str) -> IncidentIssue | None:
    """Return the issue of an incident, or None where it has none yet."""
    return IncidentIssue.objects.filter(ref=ref).first()


def known_of(issue: IncidentIssue) -> Known:
    return known_from_json(issue.known)


def own_of(issue: IncidentIssue) -> tuple[Operation, ...]:
    return codec.from_json(issue.own)


def remember(ref: str, repository: str, found: Mapping[str, Any], known: Known, *, is_linked: bool) -> IncidentIssue:
    """Note that this issue, as GitHub describes it, is the incident's; the first one noted stays."""
    issue, _ = IncidentIssue.objects.get_or_create(
        ref=ref,
        defaults={
            "repository": repository,
            "number": found["number"],
            "url": found["html_url"],
            "known": known.to_json(),
            "is_linked": is_linked,
            "must_be_read": True,
        },
    )
    return issue


def intend(issue: IncidentIssue, operations: Sequence[Operation]) -> None:
    """Note what is about to be written, so that it is not taken for a person's change if the answer is lost."""

    def change(row: IncidentIssue) -> None:
        row.own = codec.to_json(operations)

    _change(issue.pk, change)


def wrote(
    issue: IncidentIssue, apply: Callable[[Known], Known], missed: Sequence[str], wrote: Wrote | None, at: datetime
) -> None:
    """Note that a body was written, or, where `wrote` is None, that it needed no writing."""

    def change(row: IncidentIssue) -> None:
        row.known = apply(known_from_json(row.known)).to_json()
        row.own = []
        row.remarks = [*row.remarks, *missed]
        if wrote is not None:
            row.changed_at = max(row.changed_at, wrote.changed_at)
            BodyWrite.objects.create(
                issue=row, read=wrote.read, written=wrote.written, changed_at=wrote.changed_at, at=at
            )
            kept = BodyWrite.objects.filter(issue=row).order_by("-pk").values_list("pk", flat=True)[:WRITES_KEPT]
            BodyWrite.objects.filter(issue=row).exclude(pk__in=list(kept)).delete()

    _change(issue.pk, change)


def read(issue: IncidentIssue, known: Known, changed_at: str) -> bool:
    """Note what is known after a reading, unless a write came in between: then return False and read anew."""
    with transaction.atomic():
        row = IncidentIssue.objects.select_for_update().get(pk=issue.pk)
        if row.known != issue.known or row.own != issue.own:
            return False
        row.known = known.to_json()
        row.reading += 1
        row.must_be_read = False
        row.changed_at = changed_at
        row.save()
    return True


def take_remarks(issue: IncidentIssue, count: int) -> None:
    """Remove the first `count` remarks, which are in the timeline now."""

    def change(row: IncidentIssue) -> None:
        row.remarks = row.remarks[count:]

    _change(issue.pk, change)


def remember_follow_up(ref: str, follow_up: str, repository: str, found: Mapping[str, Any]) -> FollowUpIssue:
    row, _ = FollowUpIssue.objects.get_or_create(
        ref=ref,
        follow_up=follow_up,
        defaults={
            "repository": repository,
            "number": found["number"],
            "url": found["html_url"],
            "is_closed": found.get("state") == "closed",
        },
    )
    return row


def _change(pk: int, change: Callable[[IncidentIssue], None]) -> None:
    with transaction.atomic():
        row = IncidentIssue.objects.select_for_update().get(pk=pk)
        change(row)
        row.save()
