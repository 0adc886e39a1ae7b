"""The other way, where a message names one: taken when its own way has failed for good, or for the time it allows. Sends
nothing; it queues.

A message names it in its data: `"fallback": {"connector": "email", "address": "ana@example.org", "text": "…"}`. With
`"after_seconds": 600` in it, the first way is given up after that long; `"fallback"` in it is the way after that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.delivery import queue
from tocsin.delivery.ports import Destination, Outgoing
from tocsin.delivery.retry import RetryPolicy

_TRAVELS = ("list", "unsubscribe", "calendar")


def patience(outgoing: Outgoing, policy: RetryPolicy) -> RetryPolicy:
    """Return how long this message's own way is tried: less where another one waits."""
    other = outgoing.data.get("fallback")
    seconds = other.get("after_seconds") if isinstance(other, Mapping) else None
    if not isinstance(seconds, int | float):
        return policy
    return replace(policy, give_up_after=min(policy.give_up_after, timedelta(seconds=seconds)))


def replaces(outgoing: Outgoing) -> bool:
    """Return whether the other way takes this one's place for good, so that nobody gets the message twice."""
    other = outgoing.data.get("fallback")
    return isinstance(other, Mapping) and "after_seconds" in other


def take(outgoing: Outgoing, reason: str, now: datetime) -> bool:
    """Queue the message for its other way, once, saying why. Return whether it has one."""
    other = outgoing.data.get("fallback")
    if not isinstance(other, Mapping):
        return False
    data = {name: outgoing.data[name] for name in _TRAVELS if name in outgoing.data}
    if "fallback" in other:
        data["fallback"] = other["fallback"]
    found = Outgoing(
        identity=f"{outgoing.identity}.fallback"[:255],
        destination=Destination(str(other["connector"]), str(other["address"])),
        kind=outgoing.kind,
        thread=outgoing.thread,
        subject=outgoing.subject,
        text=str(other["text"]),
        html=outgoing.html,
        url=outgoing.url,
        data=data,
    )
    if replaces(outgoing):
        queue.enqueue(_notice(outgoing, found, reason), now=now)
    else:
        found = replace(
            found, text=f"{other['text']}\n\n({outgoing.destination.connector} did not take this: {reason})"
        )
    queue.enqueue(found, now=now)
    return True


def _notice(outgoing: Outgoing, found: Outgoing, reason: str) -> Outgoing:
    """Say in the room that another way was taken; why is for colleagues, not for those who are told."""
    first, other = outgoing.destination, found.destination
    said = f"{first.address} could not be reached by {first.connector}, so {other.connector} was used: {reason}"
    identity = f"{outgoing.identity}.other-way"[:255]
    return Outgoing(identity, Destination("room", "everyone"), "other-way", outgoing.thread, outgoing.subject, said)
