"""The other way, where a message names one: taken when its own way has failed for good. Sends nothing; it queues.

A message names it in its data: `"fallback": {"connector": "email", "address": "ana@example.org", "text": "…"}`.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing


def take(outgoing: Outgoing, reason: str, now: datetime) -> bool:
    """Queue the message for its other way, once, saying why. Return whether it has one."""
    other = outgoing.data.get("fallback")
    if not isinstance(other, dict):
        return False
    found = Outgoing(
        identity=f"{outgoing.identity}.fallback"[:255],
        destination=Destination(str(other["connector"]), str(other["address"])),
        kind=outgoing.kind,
        thread=outgoing.thread,
        subject=outgoing.subject,
        text=f"{other['text']}\n\n({outgoing.destination.connector} did not take this: {reason})",
        url=outgoing.url,
    )
    queue.enqueue(found, now=now)
    return True
