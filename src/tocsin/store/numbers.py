"""Give out numbers without gaps: a number taken in a transaction that fails is given to the next."""

from __future__ import annotations

from django.db.models import F

from tocsin.store.models import Counter


def take(name: str) -> int:
    """Return the next number of the counter, from 1. Whoever else asks waits for the caller's transaction to end."""
    if not Counter.objects.filter(name=name).update(value=F("value") + 1):
        # Two first users may meet here; the second fails on the primary key and its transaction is run again.
        Counter.objects.create(name=name, value=1)
    return Counter.objects.get(name=name).value
