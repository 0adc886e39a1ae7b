"""A real server of the API in a process of its own, on a free port, with a small cast and one playbook.

`python -m tests.outside.api_server FOLDER` prints one line of JSON (address, tokens, a sign-in link) and serves until it
is ended.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class RunningServer:
    """Where it listens, and one token for each of the cast by name."""

    address: str
    tokens: dict[str, str]
    link: str
    process: subprocess.Popen[str]


@contextmanager
def running(folder: Path) -> Iterator[RunningServer]:
    """Start a server whose data is in `folder`, and end it."""
    names = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment = {**names, "TOCSIN_DATA": str(folder), "TOCSIN_SECRET_KEY": "only-for-tests"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "tests.outside.api_server"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield RunningServer(said["address"], said["tokens"], said["link"], process)
        finally:
            process.terminate()


def main() -> None:
    """Set up the data, say where it listens, and serve."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.project.settings"
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    os.environ["TOCSIN_BASE_URL"] = address

    import django
    import uvicorn
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tocsin.project.asgi import application

    sys.stdout.write(json.dumps({"address": address, **_cast(address)}) + "\n")
    sys.stdout.flush()
    config = uvicorn.Config(application, log_level="warning", lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


def _cast(address: str) -> dict[str, object]:
    from tests.api.scene import CAST
    from tocsin.api import tokens
    from tocsin.api.examples import PLAYBOOK, PLAYBOOK_NAME
    from tocsin.desk import playbooks
    from tocsin.people import sign_in
    from tocsin.people.models import Person

    now = datetime.now(UTC)
    playbooks.add(PLAYBOOK.encode(), PLAYBOOK_NAME, now=now)
    secrets = {}
    for pk, name, access in CAST:
        person = Person.objects.create_user(f"{name.lower()}@example.org", pk=pk, name=name, access=access)
        secrets[name] = tokens.make(tokens.Wish(person, "test", "admin"), now)[1]
    rosa = Person.objects.get(name="Rosa")
    return {"tokens": secrets, "link": f"{address}/sign-in/{sign_in.make_secret(rosa, now)}/"}


if __name__ == "__main__":
    main()
