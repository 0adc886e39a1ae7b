"""What others do with the outbox: queue a message, see how it fares, retry, cancel, read notices. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from tocsin.delivery import bell
from tocsin.delivery.models import Delivery, lane_of
from tocsin.delivery.ports import Outgoing
from tocsin.errors import NotFoundError, RefusedError

Status = Delivery.Status


class DeliveryNotFoundError(NotFoundError):
    """There is no such delivery. Open the incident's deliveries and choose one from the list."""


class RetryRefusedError(RefusedError):
    """This delivery cannot be tried again. Only one that waits or was not sent can."""


class CancelRefusedError(RefusedError):
    """This delivery cannot be cancelled. Only one that waits or was not sent can."""


class UnfitMessageError(RefusedError):
    """This message cannot be queued. Its identity, thread or kind is empty or too long."""


_WHY_NO_RETRY = {
    Status.SENDING: "This is being sent right now. Wait for the outcome.",
    Status.SENT: "This was sent already. Write a new message to say it again.",
    Status.CANCELLED: "This was cancelled. Write a new message instead.",
    Status.REPLACED: "A newer message took the place of this one. Retry that one instead.",
}
_WHY_NO_CANCEL = {
    Status.SENDING: "This is being sent right now and cannot be called back. Wait for the outcome.",
    Status.SENT: "This was sent already and cannot be called back. Send a correction instead.",
    Status.CANCELLED: "This was cancelled already.",
    Status.REPLACED: "A newer message took the place of this one, so it will not be sent.",
}
_LIMITS = {"identity": 255, "thread": 100, "kind": 50, "fold": 255, "follows": 255}


def enqueue(outgoing: Outgoing, *, now: datetime, not_before: datetime | None = None) -> Delivery:
    """Queue a message in the caller's transaction, and wake this process's workers once that has committed.

    The same identity again changes nothing and returns the first row. *Raises* UnfitMessageError.
    """
    _check(outgoing)
    with transaction.atomic():
        delivery, is_new = Delivery.objects.get_or_create(
            identity=outgoing.identity, defaults=_columns(outgoing, now, not_before)
        )
        if is_new and delivery.fold:
            _fold_earlier(delivery)
    transaction.on_commit(bell.ring_all)
    return delivery


def deliveries(thread: str) -> QuerySet[Delivery]:
    """Return a thread's deliveries, oldest first, notices in the room included."""
    return Delivery.objects.filter(thread=thread)


def attention() -> QuerySet[Delivery]:
    """Return the deliveries that need a person, oldest first."""
    return Delivery.objects.filter(status=Status.FAILED)


def retry(identity: str, now: datetime) -> Delivery:
    """Try it again at once, and for as long as if it were new.

    *Raises* DeliveryNotFoundError, RetryRefusedError.
    """
    with transaction.atomic():
        delivery = _hold(identity)
        if delivery.status not in (Status.QUEUED, Status.FAILED):
            raise RetryRefusedError(_WHY_NO_RETRY[Status(delivery.status)])
        _requeue(Delivery.objects.filter(pk=delivery.pk))
    transaction.on_commit(bell.ring_all)
    return _hold(identity, locks=False)


def retry_failed(connector: str, now: datetime) -> int:
    """Try all of a connector's unsent messages again, after someone mended it. Return how many."""
    count = _requeue(Delivery.objects.filter(connector=connector, status=Status.FAILED))
    transaction.on_commit(bell.ring_all)
    return count


def cancel(identity: str, now: datetime) -> Delivery:
    """Give it up. *Raises* DeliveryNotFoundError, CancelRefusedError."""
    with transaction.atomic():
        delivery = _hold(identity)
        if delivery.status not in (Status.QUEUED, Status.FAILED):
            raise CancelRefusedError(_WHY_NO_CANCEL[Status(delivery.status)])
        delivery.status = Status.CANCELLED
        delivery.next_attempt_at = None
        delivery.save(update_fields=["status", "next_attempt_at"])
    transaction.on_commit(bell.ring_all)
    return delivery


@dataclass(frozen=True, slots=True)
class Health:
    """How the outbox fares. `oldest_at` is when the oldest message that waits and may leave was queued, or None."""

    queued: int
    sending: int
    failed: int
    oldest_at: datetime | None


def health(now: datetime, connector: str | None = None) -> Health:
    """Count what waits, for `/readyz`, `/metrics` and the settings page; of one connector or of all."""
    rows = Delivery.objects.filter(status__in=[Status.QUEUED, Status.SENDING, Status.FAILED])
    if connector is not None:
        rows = rows.filter(connector=connector)
    is_late = Q(status=Status.QUEUED) & (Q(attempts__gt=0) | Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
    return Health(
        **rows.aggregate(
            queued=Count("pk", filter=Q(status=Status.QUEUED)),
            sending=Count("pk", filter=Q(status=Status.SENDING)),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
            oldest_at=Min("created_at", filter=is_late),
        )
    )


def notices(address: str, now: datetime, *, unseen_only: bool = False) -> QuerySet[Delivery]:
    """Return what the room has to say to a person ("person:3") or a channel name, newest first.

    A notice shows as soon as it is queued, whether or not a worker has been.
    """
    shown = Delivery.objects.filter(connector="room", address=address).filter(
        Q(status__in=[Status.SENDING, Status.SENT])
        | Q(status=Status.QUEUED) & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
    )
    return (shown.filter(seen_at=None) if unseen_only else shown).order_by("-position")


def mark_seen(address: str, now: datetime, identities: Iterable[str] | None = None) -> int:
    """Mark notices as seen, those named or all that show. Return how many were new."""
    unseen = notices(address, now, unseen_only=True)
    if identities is not None:
        unseen = unseen.filter(identity__in=list(identities))
    return unseen.order_by().update(seen_at=now)


def _check(outgoing: Outgoing) -> None:
    for name, limit in _LIMITS.items():
        length = len(getattr(outgoing, name))
        if length > limit or (length == 0 and name in {"identity", "kind"}):
            raise UnfitMessageError(
                f"This message cannot be queued: its {name} has {length} characters (1 to {limit})."
            )


def _columns(outgoing: Outgoing, now: datetime, not_before: datetime | None) -> dict[str, object]:
    words = {name: _clean(getattr(outgoing, name)) for name in ("subject", "text", "html", "url")}
    return {
        **words,
        "connector": outgoing.destination.connector,
        "address": _clean(outgoing.destination.address),
        "thread": outgoing.thread,
        "lane": lane_of(outgoing.thread, outgoing.destination),
        "kind": outgoing.kind,
        "data": _clean_json(outgoing.data),
        "fold": outgoing.fold,
        "follows": outgoing.follows,
        "created_at": now,
        "next_attempt_at": not_before,
    }


def _clean(text: str) -> str:
    """Replace what a database cannot hold: PostgreSQL takes neither a zero byte nor half a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _clean_json(value: object) -> object:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {_clean(str(key)): _clean_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean_json(item) for item in value]
    return value


def _fold_earlier(delivery: Delivery) -> None:
    Delivery.objects.filter(
        lane=delivery.lane, fold=delivery.fold, status=Status.QUEUED, position__lt=delivery.position
    ).update(status=Status.REPLACED, next_attempt_at=None)


def _requeue(rows: QuerySet[Delivery]) -> int:
    return rows.update(status=Status.QUEUED, next_attempt_at=None, give_up_at=None, mend="")


def _hold(identity: str, *, locks: bool = True) -> Delivery:
    rows = Delivery.objects.select_for_update() if locks else Delivery.objects
    delivery = rows.filter(identity=identity).first()
    if delivery is None:
        raise DeliveryNotFoundError
    return delivery
