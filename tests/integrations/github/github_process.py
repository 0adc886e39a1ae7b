"""Tocsin as a process of its own beside a repository: `live` until it is killed, or come `back` later. A test kills it.

Run as `python -m tests.integrations.github.github_process COMMAND PLAN`, where PLAN is JSON: repository, api_url, hours.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Plan = dict[str, Any]
BY = "person:9001"


def clock(plan: Plan) -> Callable[[], datetime]:
    """The time, as many hours later as the plan says."""
    return lambda: datetime.now(UTC) + timedelta(hours=plan["hours"])


def parts(plan: Plan) -> tuple[Any, Any]:
    """Connect Tocsin as its wiring does, and return its parts and worker."""
    from tocsin.delivery.worker import Worker
    from tocsin.desk import routes
    from tocsin.desk.routes import Routes
    from tocsin.integrations.github.config import GitHubConfig
    from tocsin.integrations.github.connect import connect
    from tocsin.integrations.room.send import RoomConnector

    config = GitHubConfig(
        repository=plan["repository"],
        api_url=plan["api_url"],
        token="token-of-ada",
        timeout_seconds=5,
        polls_every_seconds=0,
    )
    github = connect(config, clock(plan))
    assert github is not None
    connectors = {"github": github.connector, "room": RoomConnector()}
    routes.hand_in(Routes(connectors=frozenset(connectors), announcers=(github.announcer,)))
    return github, Worker(connectors, clock(plan), poll_seconds=0.1)


def live(plan: Plan) -> None:
    """Declare, say which issue it is, wait to be told, tick and add on Tocsin's side, and send until killed."""
    from tests.integrations.github.asking import step
    from tests.integrations.github.documents import PLAYBOOK
    from tocsin.desk import playbooks, writer
    from tocsin.incident import commands as cmd
    from tocsin.store import queries

    now = clock(plan)
    github, worker = parts(plan)
    github.reader.round()
    digest = playbooks.add(PLAYBOOK.encode(), "harbour.md", now=now())
    declare = cmd.DeclareIncident(by=BY, title="Pier 4 is dark", by_name="Ada")
    ref = writer.declare(declare, digest, key="declare", now=now()).ref
    worker.run_due(now())
    github.reader.round()
    print(queries.load(ref).state.issue_url.rpartition("/")[2], flush=True)
    sys.stdin.readline()
    for number, words in enumerate(("Start a video", "Check the")):
        writer.run(ref, cmd.CompleteStep(by=BY, step=step(ref, words)), key=f"tick {number}", now=now())
    writer.run(ref, cmd.AddStep(by=BY, phase="Remediate", text="Call the diver"), key="add", now=now())
    worker.run_forever(threading.Event())


def back(plan: Plan) -> None:
    """Meet GitHub again, and print what the incident holds."""
    from tests.integrations.github.asking import done, skipped
    from tocsin.delivery.models import Delivery
    from tocsin.store import queries

    github, worker = parts(plan)
    for _ in range(4):
        github.reader.round()
        worker.run_due(clock(plan)())
    [row] = queries.incidents()
    state = queries.load(row.ref).state
    unsent = Delivery.objects.filter(connector="github").exclude(status__in=["sent", "replaced"])
    told = {
        "done": sorted(done(row.ref)),
        "skipped": skipped(row.ref),
        "added": sorted(entry.text for entry in state.added_steps),
        "unsent": [f"{delivery.kind}: {delivery.last_error}" for delivery in unsent],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.project.settings")
    django.setup()
    {"live": live, "back": back}[sys.argv[1]](json.loads(sys.argv[2]))
