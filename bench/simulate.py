"""Measure the core: 72 simulated hours, and folding a log of a thousand events, beside a plain loop, in processor time.

Run it with `python bench/simulate.py`. A ratio holds on any machine: it is time over the time of a loop of 100,000
additions and look-ups in the same run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from tocsin.incident.evolve import fold
from tocsin.incident.simulate import simulate
from tocsin.playbook import compile_document

HOURS = 72
TIMES = 9
DOCUMENT = b"""\
# When parcels cannot be tracked

## Judge

- [ ] Find out what is hit.
- [ ] Choose the severity:
  - **High:** addresses have been breached
  - **Medium:** full downtime for more than 30 minutes
  - **Low:** some depots are slow

### Medium/High incidents

- [ ] Notify #parcel-status.
- [ ] If it lasts more than 60 minutes or addresses have been breached, notify the shops.

## Mend

- [ ] Delegate someone to take notes.
- [ ] Retain any relevant materials.

### Medium/High incidents

- [ ] Provide updates to #parcel-status every 30 minutes.
- [ ] Notify #parcel-status when the incident has been resolved.

## After

- [ ] For Medium/High incidents, write a report.
  1. [ ] Write a draft.
  1. [ ] Get approval from those involved.
  1. [ ] Share it with the shops.
"""


def main() -> None:
    source = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else DOCUMENT
    playbook = compile_document(source, "bench.md")
    severity = playbook.severities[0].name if playbook.severities else None

    def run(absent: bool) -> Callable[[], object]:
        return lambda: simulate(playbook, severity=severity, duration_seconds=HOURS * 3600, absent=absent)

    log = simulate(playbook, severity=severity, duration_seconds=HOURS * 3600).events
    thousand = (
        log[:1000] if len(log) >= 1000 else simulate(playbook, severity=severity, duration_seconds=110 * 3600).events
    )
    reference = fastest(plain_loop)
    print(f"{'':34}{'ms':>9}{'ratio':>9}")
    for name, call in (
        ("a plain loop (the reference)", plain_loop),
        ("compile the document", lambda: compile_document(source, "bench.md")),
        (f"simulate {HOURS} h, {len(log)} events", run(absent=False)),
        (f"simulate {HOURS} h, nobody acts", run(absent=True)),
        (f"fold {len(thousand)} events", lambda: fold(playbook, thousand)),
    ):
        seconds = fastest(call)
        print(f"{name:34}{seconds * 1000:9.2f}{seconds / reference:9.2f}")


def plain_loop() -> int:
    total, seen = 0, dict.fromkeys(range(64), 1)
    for number in range(100_000):
        total += seen[number & 63]
    return total


def fastest(call: Callable[[], object]) -> float:
    """The best of several runs: what the machine can do when nothing else takes its time."""
    best = float("inf")
    for _ in range(TIMES):
        began = process_time()
        call()
        best = min(best, process_time() - began)
    return best


if __name__ == "__main__":
    main()
