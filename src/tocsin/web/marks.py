"""A mark tells one version of what a page shows from the next: it changes when the incident or its deliveries do."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Max, Q, Sum

from tocsin.delivery.models import Delivery
from tocsin.store.models import Incident

ALL = "*"


def of(ref: str) -> str:
    """Return the mark of one incident, "" when there is none."""
    return of_each([ref]).get(ref, "")


def of_all() -> str:
    """Return the mark of the list of incidents."""
    sums = Incident.objects.aggregate(count=Count("pk"), versions=Sum("version"))
    return f"{sums['count']}.{sums['versions'] or 0}"


def of_each(refs: Iterable[str]) -> dict[str, str]:
    """Return the marks of several incidents by ref, with two questions to the database however many they are."""
    wanted = list(refs)
    versions = dict(Incident.objects.filter(ref__in=wanted).values_list("ref", "version"))
    sent = {
        row["thread"]: f"{row['last']}.{row['attempts']}.{row['open']}.{row['failed']}"
        for row in Delivery.objects.filter(thread__in=wanted)
        .order_by()
        .values("thread")
        .annotate(
            last=Max("position"),
            attempts=Sum("attempts"),
            open=Count("pk", filter=Q(status__in=["queued", "sending"])),
            failed=Count("pk", filter=Q(status="failed")),
        )
    }
    return {ref: f"{version}.{sent.get(ref, '')}" for ref, version in versions.items()}
