"""The playbook, the people and the moments that the tests of the store and the desk share."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.desk import writer
from tocsin.desk.writer import Outcome
from tocsin.incident.commands import Command, DeclareIncident
from tocsin.playbook import codec
from tocsin.playbook.model import Phase, Playbook, Question, Severity, Step, Timer
from tocsin.store.log import canonical
from tocsin.store.models import PlaybookVersion

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROSA = "person:1"
SAM = "person:2"
SOURCE = b"# A playbook written by hand for the tests\n"
CADENCE = Timer("recurring", 1800, "last_update", line=9, text="every 30 minutes")
STEP_COUNT = 160


def playbook() -> Playbook:
    """Return a playbook with many plain steps, and a cadence that asks for an update every 30 minutes."""
    plain = tuple(
        Step(f"work-{number}", 20 + number, f"Do the thing numbered {number}") for number in range(STEP_COUNT)
    )
    tell = Step("tell-1", 9, "Update #status every 30 minutes", action="post-updates", timers=(CADENCE,))
    return Playbook(
        name="By hand",
        source="by-hand.md",
        digest="sha256:" + hashlib.sha256(SOURCE).hexdigest(),
        severities=(Severity("High", 0, 3), Severity("Low", 1, 4)),
        phases=(Phase("Tell", 8, (tell,)), Phase("Work", 19, plain)),
        questions=(Question("data-lost", "Was data lost?", 12),),
        timers=(),
        channels=("#status",),
    )


def store_playbook() -> str:
    """Store the playbook as the compiler would and return its digest."""
    made = playbook()
    PlaybookVersion.objects.get_or_create(
        digest=made.digest,
        defaults={
            "name": made.name,
            "source_name": made.source,
            "source": SOURCE,
            "compiled": canonical(codec.to_json(made)),
            "added_at": T0,
        },
    )
    return made.digest


def declare(key: str = "declare", now: datetime = T0, **parts: Any) -> Outcome:
    """Declare an incident on the hand-made playbook, by Rosa unless told otherwise."""
    command = DeclareIncident(**{"by": ROSA, "by_name": "Rosa", "title": "The shop is down", **parts})
    return writer.declare(command, store_playbook(), key=key, now=now)


def run(ref: str, command: Command, key: str, after_seconds: float = 60, **parts: Any) -> Outcome:
    """Run a command some seconds after T0."""
    return writer.run(ref, command, key=key, now=T0 + timedelta(seconds=after_seconds), **parts)
