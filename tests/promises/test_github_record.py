"""One incident from an issue that a person opens to the issue that is closed: in the room, in Slack and on GitHub at once.

The template stands in a repository. At the end the issue's body is compared whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.integrations.github.asking import done, skipped, step, told
from tests.integrations.github.documents import BODY, PLAYBOOK
from tests.integrations.github.harbour import Harbour, Town, harbour
from tests.integrations.github.harbour import town as town_in
from tests.integrations.slack.workspace import Workspace, workspace
from tocsin.delivery.worker import Worker
from tocsin.desk import routes
from tocsin.desk.routes import Routes
from tocsin.integrations.room.send import RoomConnector
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.web.clock import page_clock

MARK = "<!-- tocsin:delivery"


@pytest.fixture(scope="module")
def the_harbour() -> Iterator[Harbour]:
    with harbour() as found:
        yield found


class Everywhere:
    """The room, Slack and GitHub around one incident, on one clock."""

    def __init__(self, town: Town, slack: Workspace) -> None:
        self.town, self.slack = town, slack
        connectors = {"room": RoomConnector(), "slack": slack.parts.connector, "github": town.parts.connector}
        routes.hand_in(
            Routes(
                connectors=frozenset(connectors),
                base_url="https://tocsin.example",
                announcers=(slack.parts.announcer, town.parts.announcer),
            )
        )
        town.worker = slack.worker = Worker(connectors, town.clock.now, chance=lambda: 0.0)
        self.room = Client()
        self.commander = Person.objects.create_user("ada@harbour.example", name="Ada", access="commander")
        self.room.force_login(self.commander)
        self._keys = iter(range(1000))

    def settle(self) -> None:
        """Let everybody hear of everything."""
        self.slack.clock.now = self.town.clock.pass_(seconds=20)
        page_clock.hand_in(self.town.clock.now)
        for _ in range(2):
            self.town.hear()
            self.slack.settle()
            self.town.work()

    def do(self, ref: str, verb: str, **words: object) -> None:
        """Send a form of the room."""
        answer = self.room.post(f"/incidents/{ref}/do/{verb}/", {"key": f"key-{next(self._keys)}", **words})
        assert answer.status_code == 302, answer.content.decode()[:3000]
        self.settle()


@pytest.fixture
def everywhere(the_harbour: Harbour, tmp_path: Path, transactional_db: None) -> Iterator[Everywhere]:
    names = ("c0harbour1", "secops")
    with workspace(tmp_path, PLAYBOOK.encode(), names=names) as slack, town_in(the_harbour) as town:
        yield Everywhere(town, slack)


def test_an_incident_lives_on_github_in_slack_and_in_the_room_at_once(everywhere: Everywhere) -> None:
    town, slack = everywhere.town, everywhere.slack
    town.put_file("ada", ".github/ISSUE_TEMPLATE/harbour.md", PLAYBOOK)
    everywhere.settle()

    # Grace opens an issue from the template; the incident starts, with her as reporter.
    number = town.open_issue("grace", "Incident: pier 4 is dark", f"{BODY}\nSeen from the ferry at 08:00.\n")
    everywhere.settle()
    [row] = queries.incidents()
    ref = row.ref
    assert queries.load(ref).state.responders[queries.load(ref).state.declared_by or ""] == "grace"
    root = next(message for message in slack.channel() if ref in message["text"])
    assert "pier 4 is dark" in root["text"]

    # Each place ticks a step of its own; a line is added and a line is removed by hand.
    everywhere.do(ref, "tick", step=step(ref, "Start a video call"))
    everywhere.do(ref, "assign-severity", severity="High")
    slack.type("ben", f"{ref} update The breaker is out; a boat is under way.")
    slack.press("ben", "step:done", {"ref": ref, "step": step(ref, "Check the log")})
    town.edit("grace", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
    town.edit(
        "ada",
        number,
        lambda body: body.replace("- [ ] Retain any relevant materials.\n", "- [ ] Borrow a generator. 🔌\n"),
    )
    everywhere.settle()
    assert {"Start a video call.", "Find out which piers are affected."} <= done(ref)
    assert any("Check the log" in text for text in done(ref)) and "[x] Check the [log" in town.body(number)
    assert skipped(ref) == {"Retain any relevant materials.": "removed on GitHub"}
    assert queries.load(ref).state.severity == "High"
    assert "The breaker is out" in "".join(town.comments(number))
    assert "The breaker is out" in "".join(message["text"] for message in slack.thread(root["ts"]))

    # It is added to and ticked from the other side, resolved, followed up and closed.
    added = queries.load(ref).state.added_steps[0]
    assert (added.text, added.phase) == ("Borrow a generator. 🔌", "Remediate")
    everywhere.do(ref, "tick", step=added.id)
    everywhere.do(ref, "add-step", phase="Remediate", text="Thank the boatman")
    everywhere.do(ref, "resolve", summary="The lamps burn.")
    everywhere.do(ref, "create-follow-up", name="Watch the breaker", category="Adding monitoring")
    everywhere.do(ref, "create-follow-up", name="Draw the wiring", category="Updating documentation")
    _, watch, draw = town.issues()
    assert {label["name"] for label in watch["labels"]} == {"monitoring", "incident follow-up"}
    assert {label["name"] for label in draw["labels"]} == {"documentation", "incident follow-up"}
    assert f"From {town.repository}#{number}." in watch["body"] and f"incidents/{ref}" in watch["body"]
    assert [f.url for f in queries.load(ref).state.follow_ups] == [watch["html_url"], draw["html_url"]]
    town.set_state("ada", watch["number"], "closed")
    everywhere.settle()
    assert [f.done_at is not None for f in queries.load(ref).state.follow_ups] == [True, False]
    everywhere.do(ref, "tick", step=step(ref, "Create issues for"))
    everywhere.do(ref, "close")

    issue = town.issues()[0]
    assert (issue["number"], issue["state"]) == (number, "closed")
    assert issue["body"] == FINAL
    assert "grace" in told(ref)
    assert all(text.count(MARK) == 1 for text in town.comments(number))
    page = everywhere.room.get(f"/incidents/{ref}/").content.decode()
    assert issue["html_url"] in page


FINAL = """\
**Do not put sensitive information in this issue or Slack.**

**Severity:** _High_

## Initiate

1. [x] Create an issue from this template.
1. [x] Declare the incident in the channel [#harbour][harbour].
1. [x] Start a video call.

## Assess

- [x] Assign the severity above:
  - **High:** Passengers' data may be exposed
  - **Medium:** No tickets can be sold for more than 30 minutes
  - **Low:** One kiosk is dark
- [x] Find out which piers are affected.

### High/Medium incidents

- [ ] If it lasts more than 60 minutes, notify the ferry operators.

## Remediate

- [x] Check the [log of the gate](https://harbour.example/gate) for errors. ⛴️
- [x] Borrow a generator. 🔌
- [ ] Thank the boatman

## Follow-up

- [x] Create issues for follow-up tasks, such as:
  - Adding monitoring
  - Updating documentation
  - Having the system fail more gracefully
  - Scheduling a retrospective/post-mortem

[harbour]: https://harbour.slack.com/archives/C0HARBOUR1

Seen from the ferry at 08:00.
"""
