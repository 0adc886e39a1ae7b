"""A service inside the test: it keeps what it accepts, and does what the test tells it to do with each message."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.delivery.ports import NotDeliveredError, Outgoing, Probe, Receipt


class Crash(BaseException):
    """The process died at this point: nothing after it runs, not even error handling."""


@dataclass(frozen=True, slots=True)
class Act:
    """What happens to one message: whether the service takes it, and what the sender hears (None: its receipt)."""

    takes: bool = True
    hears: Callable[[], BaseException] | None = None


TAKE = Act()
BUSY = Act(takes=False, hears=lambda: NotDeliveredError("It is busy."))
REFUSE = Act(takes=False, hears=lambda: NotDeliveredError("It is refused.", is_permanent=True, mend="Mend it."))
CUT_BEFORE = Act(takes=False, hears=lambda: NotDeliveredError("The line was cut.", is_unclear=True))
CUT_AFTER = Act(takes=True, hears=lambda: NotDeliveredError("The line was cut.", is_unclear=True))
CRASH_BEFORE = Act(takes=False, hears=lambda: Crash())
CRASH_AFTER = Act(takes=True, hears=lambda: Crash())
FAULT = Act(takes=False, hears=lambda: ZeroDivisionError("a bug"))


def wait_until(moment: datetime, scope: str | None = None) -> Act:
    """Return the act of a service that asks to be left alone until then."""
    return Act(takes=False, hears=lambda: NotDeliveredError("Too many.", retry_at=moment, scope=scope))


@dataclass
class Recorder:
    """`acts` are what happens to the next messages; when they run out, messages are taken.

    `can_be_asked` decides what `find` does. `gate`, where there is one, holds every send until it is set.
    """

    name: str = "email"
    can_be_asked: bool = True
    acts: deque[Act] = field(default_factory=deque)
    accepted: list[Outgoing] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    gate: threading.Event | None = None
    arrival: threading.Condition = field(default_factory=threading.Condition)

    def send(self, outgoing: Outgoing) -> Receipt:
        if self.gate is not None:
            self.gate.wait(20)
        act = self.acts.popleft() if self.acts else TAKE
        with self.arrival:
            self.tried.append(outgoing.identity)
            if act.takes:
                self.accepted.append(outgoing)
            self.arrival.notify_all()
        if act.hears is not None:
            raise act.hears()
        return self._receipt(outgoing)

    def find(self, outgoing: Outgoing) -> Receipt | None:
        self.asked.append(outgoing.identity)
        if not self.can_be_asked:
            raise NotDeliveredError("It cannot be asked.", is_permanent=True)
        return self._receipt(outgoing) if outgoing.identity in self.identities else None

    def probe(self) -> Probe:
        return Probe(is_well=True, summary="It is part of the test.")

    @property
    def identities(self) -> list[str]:
        return [outgoing.identity for outgoing in self.accepted]

    @property
    def numbers(self) -> list[int]:
        """The numbers of the messages accepted, as `cast.message` put them into identities."""
        return [int(identity.split(":")[1]) for identity in self.identities]

    def wait_for(self, count: int, seconds: float = 20) -> bool:
        """Wait until this many messages were tried."""
        with self.arrival:
            return self.arrival.wait_for(lambda: len(self.tried) >= count, seconds)

    def _receipt(self, outgoing: Outgoing) -> Receipt:
        return Receipt(f"there-{outgoing.identity}", f"https://there.example/{outgoing.identity}")
