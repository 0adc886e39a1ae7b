"""What a process of a test installation does. Run as `python -m tests.promises.child COMMAND ARGUMENT…`.

It prints one JSON value a line. Nothing here is a test.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from tests.desk import cast  # noqa: E402
from tests.desk.cast import ROSA, SAM, T0  # noqa: E402
from tocsin.delivery.models import Delivery  # noqa: E402
from tocsin.delivery.ports import Outgoing, Probe, Receipt  # noqa: E402
from tocsin.delivery.worker import Worker  # noqa: E402
from tocsin.desk import bus, routes, steady_clock  # noqa: E402
from tocsin.desk.clock import ClockLoop  # noqa: E402
from tocsin.desk.routes import Routes  # noqa: E402
from tocsin.desk.steady_clock import Sources  # noqa: E402
from tocsin.errors import UnavailableError  # noqa: E402
from tocsin.incident.codec import event_to_json  # noqa: E402
from tocsin.incident.commands import AddNote, CompleteStep  # noqa: E402
from tocsin.store import queries  # noqa: E402
from tocsin.store.models import Incident  # noqa: E402
from tocsin.store.verify import verify  # noqa: E402

Result = TypeVar("Result")
_printing = threading.Lock()
WEBHOOK = Routes(frozenset({"room", "webhook"}), webhook_url="https://hook.example/in")


def say(value: object) -> None:
    """Print a value as one line that a kill cannot cut in two."""
    with _printing:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    say("migrated")


def declare(count: str = "1") -> None:
    """Declare incidents and print their references."""
    say([cast.declare(f"declare-{number}").ref for number in range(int(count))])


def look() -> None:
    """Print what is stored: faults, the events of every incident, and how many messages a webhook has waiting."""
    say(
        {
            "faults": [f"{fault.ref} {fault.seq}: {fault.what}" for fault in verify()],
            "events": {
                ref: [{"seq": entry.seq, **event_to_json(entry.event)} for entry in queries.timeline(ref)]
                for ref in Incident.objects.order_by("number").values_list("ref", flat=True)
            },
            "database": connection.vendor,
            "webhooks": Delivery.objects.filter(connector="webhook").count(),
        }
    )


def declare_at_once(process: str, threads: str) -> None:
    """Declare an incident from each thread, and one from all threads of all processes with one key."""
    cast.store_playbook()

    def work(thread: int) -> tuple[str, str]:
        return cast.declare("shared", title="Shared").ref, cast.declare(f"own-{process}-{thread}").ref

    answers, failures = _at_once(work, int(threads))
    say(
        {
            "failures": failures,
            "shared": ", ".join(sorted({shared for shared, _ in answers})),
            "refs": [own for _, own in answers],
        }
    )


def tick_steps(ref: str, process: str, threads: str, each: str) -> None:
    """Tick steps of one incident from many threads at once, when told to go; print what failed and what was done.

    Every thread ticks steps of its own, and all threads of all processes send one note with one key.
    """

    def work(thread: int) -> bool:
        first = (int(process) * int(threads) + thread) * int(each)
        shared = cast.run(ref, AddNote(by=SAM, text="Sent by all at once"), "shared", after_seconds=1)
        for number in range(first, first + int(each)):
            cast.run(ref, CompleteStep(by=ROSA, step=f"work-{number}"), f"step-{number}", after_seconds=60 + number)
        return shared.is_repeat

    repeats, failures = _at_once(work, int(threads))
    say({"failures": failures, "firsts": repeats.count(False)})


def _at_once(work: Callable[[int], Result], threads: int) -> tuple[list[Result], list[str]]:
    """When told to go, do `work` in many threads; return what they return and what they raise."""
    results: list[Result] = []
    failures: list[str] = []

    def guarded(thread: int) -> None:
        try:
            results.append(work(thread))
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    workers = [threading.Thread(target=guarded, args=[number]) for number in range(threads)]
    say("ready")
    sys.stdin.readline()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results, failures


def write_on(first: str) -> None:
    """Send commands numbered from `first` for ever, printing each number once its command is committed.

    Every tenth declares an incident; the others write a note in it. A webhook is told of each event.
    """
    routes.hand_in(WEBHOOK)
    for number in itertools.count(int(first)):
        key = f"command-{number}"
        if number % 10 == 0:
            cast.declare(key, now=T0 + timedelta(seconds=number))
        else:
            ref = f"INC-{number // 10 + 1}"
            cast.run(ref, AddNote(by=ROSA, text=f"Note {number}"), key, after_seconds=number)
        say(number)


def fork_for_each_line() -> None:
    """For each line "COMMAND ARGUMENT…", fork a process that does it, print its pid, and when it ends how it ended.

    A fork is a fresh process with a connection of its own, without the second that a start takes.
    """
    say("ready")
    for line in sys.stdin:
        command, *arguments = line.split()
        pid = os.fork()
        if pid == 0:
            COMMANDS[command](*arguments)
            os._exit(0)
        say({"pid": pid})
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})


def find_faults() -> None:
    """Print what `verify` finds."""
    say([f"{fault.ref} {fault.seq}: {fault.what}" for fault in verify()])


def run_clock(wall: str, boot_seconds: str, speed: str = "1", begin: str = "") -> None:
    """Run the clock loop on a machine whose clock stands at `wall` and runs `speed` times as fast.

    It stands still until `begin` (seconds of the real machine's monotonic clock). Prints "running", then each change of
    an incident. For a line with a moment it prints the time once its clock has reached that; it ends with its input.
    """
    begin_seconds, begin_at = float(begin or time.monotonic()), datetime.fromisoformat(wall)

    def passed() -> float:
        return max(0.0, time.monotonic() - begin_seconds) * float(speed)

    sources = Sources(
        lambda: begin_at + timedelta(seconds=passed()), lambda: float(boot_seconds) + passed(), boot_id="boot-1"
    )
    clock = steady_clock.start(sources)
    bus.listen(lambda changed: say({"ref": changed.ref, "version": changed.version}))
    stop = threading.Event()
    loop = ClockLoop(clock)
    thread = threading.Thread(target=loop.run_forever, args=[stop])
    thread.start()
    say("running")
    for line in sys.stdin:
        while clock.now() < datetime.fromisoformat(line.strip()):
            time.sleep(0.02)
        say(clock.now().isoformat())
    stop.set()
    loop.wake()
    thread.join()


class Hook:
    """A webhook's connector that fails as it is told: it raises, or holds on until it is let go."""

    name = "webhook"

    def __init__(self, let_go: threading.Event | None = None) -> None:
        self.is_held = threading.Event()
        self._let_go = let_go

    def send(self, outgoing: Outgoing) -> Receipt:
        if self._let_go is not None:
            self.is_held.set()
            self._let_go.wait()
        raise UnavailableError("The hook is down.")

    def find(self, outgoing: Outgoing) -> Receipt | None:
        return None

    def probe(self) -> Probe:
        return Probe(False, "It is down.")


def run_while_hanging(count: str) -> None:
    """Run commands while a worker of this process is stuck in a send."""
    routes.hand_in(WEBHOOK)
    stop, let_go = threading.Event(), threading.Event()
    hook = Hook(let_go)
    worker = Worker({"webhook": hook}, lambda: T0)
    thread = threading.Thread(target=worker.run_forever, args=[stop])
    thread.start()
    ref = cast.declare().ref
    was_hanging = hook.is_held.wait(30)
    committed = _notes(ref, int(count))
    waiting = Delivery.objects.filter(connector="webhook", status="queued").count()
    say({"committed": committed, "was_hanging": was_hanging and not let_go.is_set(), "waiting": waiting})
    stop.set()
    let_go.set()
    worker.wake()
    thread.join()


def run_while_failing(count: str) -> None:
    """Run commands and let the worker try after each; every try fails."""
    routes.hand_in(WEBHOOK)
    worker = Worker({"webhook": Hook()}, lambda: T0)
    ref, committed = cast.declare().ref, 0
    for number in range(int(count)):
        committed += _notes(ref, 1, first=number)
        worker.run_due(T0)
    hooked = Delivery.objects.filter(connector="webhook").order_by("position")
    first = hooked.first()
    say(
        {"committed": committed, "sent": hooked.filter(status="sent").count(), "last_error": first and first.last_error}
    )


def _notes(ref: str, count: int, first: int = 0) -> int:
    """Write notes and return how many events they became."""
    numbers = range(first, first + count)
    done = [cast.run(ref, AddNote(by=ROSA, text=f"Note {number}"), f"note-{number}") for number in numbers]
    return sum(len(outcome.events) for outcome in done)


COMMANDS: dict[str, Callable[..., Any]] = {
    "migrate": migrate,
    "declare": declare,
    "look": look,
    "declare-at-once": declare_at_once,
    "tick-steps": tick_steps,
    "write-on": write_on,
    "run-clock": run_clock,
    "find-faults": find_faults,
    "run-while-hanging": run_while_hanging,
    "run-while-failing": run_while_failing,
    "fork-for-each-line": fork_for_each_line,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
