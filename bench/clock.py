"""How late due work fires with ten thousand incidents open, and what the clock costs. Run: `make bench`.

Fills an installation of its own in a temporary folder (or the empty database that `TOCSIN_DATABASE_URL` names), spreads
the due times of some hundred incidents over a minute, and lets the clock loop run in real time. Lateness is from the due
time to the commit of what fires, as the loop's own process sees it. The same loop on an empty database is the
reference for the processor time.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The hand-made playbook first reminds 25 minutes after an incident is declared.
AHEAD = timedelta(minutes=25)
REFERENCE_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 30.0
BURST = 200
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=10_000, help="incidents that are open")
    parser.add_argument("--due", type=int, default=500, help="incidents that fall due while the clock runs")
    parser.add_argument("--seconds", type=float, default=60, help="how long the clock runs")
    chosen = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="tocsin-bench-")
    try:
        _set_up(folder)
        _run(chosen.open, chosen.due, chosen.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(folder: str) -> None:
    os.environ |= {"TOCSIN_DATA": folder, "TOCSIN_SECRET_KEY": "bench"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _run(open_count: int, due_count: int, seconds: float) -> None:
    idle = _processor_share(REFERENCE_SECONDS)
    began = time.monotonic()
    _declare(open_count - due_count, lambda _: timedelta(hours=1))
    print(f"{open_count} incidents open, {due_count} of them falling due in {seconds:.0f} s")
    print(f"declared at {(open_count - due_count) / (time.monotonic() - began):.0f} a second", flush=True)
    waiting = _processor_share(REFERENCE_SECONDS)
    due_ats = _declare(due_count, lambda number: timedelta(seconds=40 + number / due_count * seconds))
    late, share = _fire(due_ats)
    print(f"lateness p50 {_at(late, 0.5):.0f} ms, p99 {_at(late, 0.99):.0f} ms, worst {late[-1]:.0f} ms")
    print(f"processor: empty {idle:.2%}, {open_count - due_count} open and none due {waiting:.2%}, firing {share:.2%}")
    print(f"waiting costs {waiting / idle:.1f} times the empty loop, firing {share / idle:.1f} times")
    burst = _declare(BURST, lambda _: timedelta(seconds=20))
    late, _ = _fire(burst)
    print(f"{BURST} due at one instant: p50 {_at(late, 0.5):.0f} ms, the last after {late[-1]:.0f} ms")


def _declare(count: int, due_in: Callable[[int], timedelta]) -> dict[str, datetime]:
    """Declare incidents, dated back so that each falls due so long from now, and return when each does."""
    from tests.desk import cast
    from tocsin.desk import writer
    from tocsin.incident.commands import DeclareIncident

    digest, begin, due_ats = cast.store_playbook(), datetime.now(UTC), {}
    for number in range(count):
        at = begin + due_in(number)
        command = DeclareIncident(by=cast.ROSA, title=f"Incident {number}")
        outcome = writer.declare(command, digest, key=secrets.token_hex(8), now=at - AHEAD)
        due_ats[outcome.ref] = at
    if count and datetime.now(UTC) > min(due_ats.values()):
        raise SystemExit("This machine was too slow to declare the incidents before the first fell due.")
    return due_ats


def _fire(due_ats: dict[str, datetime]) -> tuple[list[float], float]:
    """Run the loop until all have fired; return each one's lateness in ms, sorted, and the share of the processor."""
    from tocsin.desk import bus

    late: dict[str, float] = {}
    all_fired = threading.Event()

    def note(changed: bus.Changed) -> None:
        if changed.ref in due_ats and changed.ref not in late:
            late[changed.ref] = (datetime.now(UTC) - due_ats[changed.ref]).total_seconds() * 1e3
            if len(late) == len(due_ats):
                all_fired.set()

    until_first = (min(due_ats.values()) - datetime.now(UTC)).total_seconds()
    time.sleep(max(0.0, until_first - 1))
    stop_listening = bus.listen(note)
    seconds = (max(due_ats.values()) - datetime.now(UTC)).total_seconds() + LONGEST_WAIT_SECONDS
    share = _processor_share(seconds, all_fired)
    stop_listening()
    if len(late) < len(due_ats):
        raise SystemExit(f"{len(due_ats) - len(late)} incidents never fired.")
    return sorted(late.values()), share


def _processor_share(seconds: float, until: threading.Event | None = None) -> float:
    """Run a clock loop for so long, or until the event, and return the share of one processor this process used."""
    from tocsin.desk import steady_clock
    from tocsin.desk.clock import ClockLoop

    loop, stop = ClockLoop(steady_clock.start()), threading.Event()
    thread = threading.Thread(target=loop.run_forever, args=[stop])
    began, used = time.monotonic(), time.process_time()
    thread.start()
    (until or threading.Event()).wait(seconds)
    stop.set()
    loop.wake()
    thread.join()
    return (time.process_time() - used) / (time.monotonic() - began)


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main()
