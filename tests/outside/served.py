"""A whole server in a process of its own, with a clock that the test moves. Run as a program by `browser.start_server`.

It is wired like the real one, but time stands still until told: one JSON object a line on standard input asks, one on
standard output answers. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class MovableClock:
    """Tells the time it was last moved to."""

    def __init__(self) -> None:
        self._now = BEGIN

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        self._now = moment


class Control:
    """Does what the test asks for, beside the pages."""

    def __init__(self, clock: MovableClock) -> None:
        from tocsin.delivery.worker import Worker
        from tocsin.desk.drills import DrillLoop
        from tocsin.desk.steady_clock import SteadyClock, machine
        from tocsin.integrations.room.send import RoomConnector

        self.clock = clock
        self.drills = DrillLoop(SteadyClock(machine()))
        room = RoomConnector()
        self.worker = Worker({room.name: room}, clock.now)

    def playbook(self, path: str) -> str:
        from tocsin.desk import playbooks

        return playbooks.add(Path(path).read_bytes(), Path(path).name, now=self.clock.now())

    def person(self, name: str, access: str, time_zone: str = "UTC") -> str:
        """Add a person and return the secret of a link that signs them in."""
        from tocsin.people.models import Person
        from tocsin.people.sign_in import make_secret

        fields = {"name": name, "access": access, "time_zone": time_zone}
        person, _ = Person.objects.get_or_create(email=f"{name.lower()}@example.org", defaults=fields)
        return make_secret(person, self.clock.now())

    def move(self, seconds: float) -> str:
        """Let time pass: stop at each moment at which something is due, as the real clock would."""
        from tocsin.desk import clock as desk_clock

        target = self.clock.now() + timedelta(seconds=seconds)
        while (wake := desk_clock.next_wake(self.clock.now())) is not None and wake <= target:
            self.clock.move_to(wake)
            if not desk_clock.tick(wake):
                break
        self.clock.move_to(target)
        self.worker.run_due(target)
        return target.isoformat()

    def drill(self, seconds: float) -> str:
        """Let real time pass for the scripted drills, two seconds at a time."""
        for _ in range(round(seconds / 2)):
            self.clock.move_to(self.clock.now() + timedelta(seconds=2))
            self.drills.play(self.clock.now())
        return self.clock.now().isoformat()


def main() -> None:
    import django
    from django.core.management import call_command

    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.project.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)

    import uvicorn

    from tocsin.project.asgi import application
    from tocsin.web.clock import page_clock

    clock = MovableClock()
    page_clock.hand_in(clock.now)
    control = Control(clock)
    port = int(sys.argv[1])
    config = uvicorn.Config(
        application, host="127.0.0.1", port=port, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_listen, args=[control, server], daemon=True).start()
    server.run()


def _listen(control: Control, server: Any) -> None:
    from tocsin.web.pulse import end_all

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"is": getattr(control, asked.pop("do"))(**asked)}
        except Exception as error:
            answer = {"failed": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    end_all()
    server.should_exit = True


if __name__ == "__main__":
    main()
