"""The worker's statements: take what may leave, keep it, give it back, write down how it went. Sends nothing.

The same statements hold on both databases. SQLite lets one writer in at a time (`BEGIN IMMEDIATE`); PostgreSQL locks
the rows chosen and skips those another worker has locked.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tocsin.delivery import fallback
from tocsin.delivery.models import Attempt, Delivery, Pause
from tocsin.delivery.ports import Connector, NotDeliveredError, Outgoing, Paced, Receipt
from tocsin.delivery.retry import GiveUp, RetryPolicy, after_failure, asked_wait
from tocsin.delivery.sending import Failed, Outcome, Sent
from tocsin.errors import UnavailableError

Status = Delivery.Status
LOOKS_AT = 100


@dataclass(frozen=True, slots=True)
class Lease:
    """A message that this worker alone may send until the lease ends. `holder` is unique to the lease."""

    position: int
    holder: str
    outgoing: Outgoing
    is_unclear: bool
    attempts: int
    give_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """How one try went, to be written down."""

    lease: Lease
    outcome: Outcome
    took_ms: int


def take(connector: Connector, now: datetime, length: timedelta, *, at_most: int) -> list[Lease]:
    """Lease the messages of one connector that may leave now, oldest first.

    Only the first of each lane: a later message never overtakes an earlier one that waits or is being sent.
    """
    if not _may_leave(connector.name, now).exists():
        return []
    taken: list[Lease] = []
    with transaction.atomic():
        pauses = _pauses(connector, now)
        while rows := _choose(connector.name, now, at_most - len(taken), looks_at=LOOKS_AT if pauses else 0):
            free = _put_off(rows, connector, pauses)
            taken += [_lease(row, now + length) for row in free[: at_most - len(taken)]]
    return taken


def renew(leases: Collection[Lease], until: datetime) -> None:
    """Keep what is still being sent."""
    if leases:
        holders = [lease.holder for lease in leases]
        Delivery.objects.filter(leased_by__in=holders, status=Status.SENDING).update(lease_until=until)


def reclaim(now: datetime, *, besides: Collection[int] = ()) -> int:
    """Put back what a dead worker held, as unclear: it may have been sent. Return how many.

    `besides` are positions that this process is still sending, whatever the clock says.
    """
    lapsed = Delivery.objects.filter(status=Status.SENDING, lease_until__lte=now).exclude(position__in=list(besides))
    if not lapsed.exists():
        return 0
    with transaction.atomic():
        rows = list(lapsed.select_for_update(skip_locked=True))
        why = "The worker stopped before it could say whether this was sent."
        Attempt.objects.bulk_create(
            Attempt(delivery=row, at=now, outcome=Attempt.Outcome.LOST, error=why) for row in rows
        )
        return Delivery.objects.filter(position__in=[row.position for row in rows]).update(
            status=Status.QUEUED, is_unclear=True, lease_until=None, leased_by="", next_attempt_at=None, last_error=why
        )


def fail_unknown(connectors: Collection[str], now: datetime) -> int:
    """Fail what names a connector that is not set up, so that it shows instead of waiting for ever."""
    rows = Delivery.objects.filter(status=Status.QUEUED).exclude(connector__in=connectors)
    if not rows.exists():
        return 0
    return rows.update(
        status=Status.FAILED,
        last_error="This way of sending is not set up.",
        mend="Run `tocsin doctor`, set up what it names, start Tocsin again, then retry this.",
        next_attempt_at=None,
    )


def write_down(reports: Sequence[Report], now: datetime, policy: RetryPolicy, chance: Callable[[], float]) -> None:
    """Store how each try went, all or none, so that it can be done again after a database error."""
    with transaction.atomic():
        for report in reports:
            match report.outcome:
                case Sent():
                    _write_sent(report, report.outcome, now)
                case Failed():
                    _write_failed(report, report.outcome, now, policy, chance)


def hurry(connector: str, now: datetime, policy: RetryPolicy) -> int:
    """Let what waits after failures go at once: a message just got through. Return how many.

    What may still be on its way keeps its time to arrive; a pause that the service asked for holds all the same.
    """
    waiting = Delivery.objects.filter(connector=connector, status=Status.QUEUED, attempts__gt=0)
    soon = now + policy.unclear_least
    unclear = waiting.filter(is_unclear=True, next_attempt_at__gt=soon).update(next_attempt_at=soon)
    return unclear + waiting.filter(is_unclear=False).exclude(next_attempt_at=None).update(next_attempt_at=None)


def _choose(connector: str, now: datetime, at_most: int, *, looks_at: int = 0) -> list[Delivery]:
    """Hold the oldest that may leave. While a limit of the connector's own holds, look at many at once: it may hold most
    of them back, and each look costs as much as one that finds none."""
    rows = _may_leave(connector, now).select_for_update(skip_locked=True)
    return list(rows[: max(at_most, looks_at)]) if at_most > 0 else []


def _may_leave(connector: str, now: datetime) -> QuerySet[Delivery]:
    unsettled = Delivery.objects.filter(status__in=[Status.QUEUED, Status.SENDING])
    ahead = unsettled.filter(lane=OuterRef("lane")).filter(
        Q(position__lt=OuterRef("position")) | Q(status=Status.SENDING)
    )
    awaited = unsettled.filter(identity=OuterRef("follows"), position__lt=OuterRef("position"))
    paused = Pause.objects.filter(connector=connector, until__gt=now, scope__in=[OuterRef("address"), ""])
    return (
        Delivery.objects.filter(connector=connector, status=Status.QUEUED)
        .filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
        .exclude(Exists(ahead))
        .exclude(Exists(awaited))
        .exclude(Exists(paused))
        .order_by("position")
    )


def _pauses(connector: Connector, now: datetime) -> dict[str, datetime]:
    """Return until when each limit of the connector's own asks for quiet; empty where it has none."""
    if not isinstance(connector, Paced):
        return {}
    asked = Pause.objects.filter(connector=connector.name, until__gt=now)
    return {pause.scope: pause.until for pause in asked}


def _put_off(rows: Sequence[Delivery], connector: Connector, pauses: Mapping[str, datetime]) -> list[Delivery]:
    """Put off what a limit of the connector's own holds back until that ends, and return the rest."""
    if not pauses or not isinstance(connector, Paced):
        return list(rows)
    free: list[Delivery] = []
    held: dict[datetime, list[int]] = {}
    for row in rows:
        waits = [pauses[scope] for scope in connector.scopes(row.outgoing()) if scope in pauses]
        if waits:
            held.setdefault(max(waits), []).append(row.position)
        else:
            free.append(row)
    for until, positions in held.items():
        Delivery.objects.filter(position__in=positions).update(next_attempt_at=until)
    return free


def _lease(row: Delivery, until: datetime) -> Lease:
    row.status = Status.SENDING
    row.lease_until = until
    row.leased_by = uuid.uuid4().hex
    row.attempts += 1
    row.save(update_fields=["status", "lease_until", "leased_by", "attempts"])
    outgoing = row.outgoing(_receipt_of(row.follows))
    return Lease(row.position, row.leased_by, outgoing, row.is_unclear, row.attempts, row.give_up_at)


def _receipt_of(identity: str) -> Receipt | None:
    if not identity:
        return None
    parent = Delivery.objects.filter(identity=identity, status=Status.SENT).first()
    return parent.receipt if parent else None


def _write_sent(report: Report, sent: Sent, now: datetime) -> None:
    """What was sent is sent, even if the lease has passed to someone else or a person cancelled it meanwhile."""
    changed = (
        Delivery.objects.filter(pk=report.lease.position)
        .exclude(status=Status.SENT)
        .update(
            status=Status.SENT,
            sent_at=now,
            external_id=_plain(sent.receipt.external_id),
            external_url=_plain(sent.receipt.url),
            is_unclear=False,
            **_RELEASED,
            last_error="",
            mend="",
        )
    )
    if changed:
        _add_attempt(report, now, Attempt.Outcome.FOUND if sent.was_found else Attempt.Outcome.SENT, "")


def _write_failed(
    report: Report, failed: Failed, now: datetime, policy: RetryPolicy, chance: Callable[[], float]
) -> None:
    lease, error = report.lease, failed.error
    patience = fallback.patience(lease.outgoing, policy)
    step = after_failure(patience, error, attempts=lease.attempts, give_up_at=lease.give_up_at, now=now, chance=chance)
    columns: dict[str, object] = {**_RELEASED, "is_unclear": failed.is_unclear, "last_error": _plain(error.message)}
    if isinstance(step, GiveUp):
        has_other_way = fallback.replaces(lease.outgoing)
        columns["status"] = Status.REPLACED if has_other_way else Status.FAILED
        columns["mend"] = "" if has_other_way else _plain(failed.mend or step.mend)
    else:
        columns |= {"status": Status.QUEUED, "mend": _plain(failed.mend)}
        columns |= {"next_attempt_at": step.at, "give_up_at": step.give_up_at}
    held = Delivery.objects.filter(pk=lease.position, leased_by=lease.holder, status=Status.SENDING)
    if held.update(**columns):
        _add_attempt(report, now, Attempt.Outcome.FAILED, _plain(error.message))
        if isinstance(step, GiveUp):
            fallback.take(lease.outgoing, _plain(error.message), now)
    if until := asked_wait(policy, error, now):
        _pause(lease.outgoing, error, until)


def _pause(outgoing: Outgoing, error: UnavailableError, until: datetime) -> None:
    scope = error.scope if isinstance(error, NotDeliveredError) else None
    name = outgoing.destination.address if scope is None else scope
    pause, is_new = Pause.objects.get_or_create(
        connector=outgoing.destination.connector, scope=name, defaults={"until": until}
    )
    if not is_new:  # Two answers may cross: the longer wait holds.
        Pause.objects.filter(pk=pause.pk, until__lt=until).update(until=until)


def _add_attempt(report: Report, now: datetime, outcome: str, error: str) -> None:
    Attempt.objects.create(
        delivery_id=report.lease.position, at=now, outcome=outcome, error=error, took_ms=report.took_ms
    )


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")[:10_000]


_RELEASED: dict[str, object] = {"lease_until": None, "leased_by": "", "next_attempt_at": None}
