"""What GitHub really sends, taken from its own examples, is understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integrations.github.asking import done, step
from tests.integrations.github.documents import BODY, PLAYBOOK
from tests.integrations.github.harbour import Town, signed
from tests.outside.github_payloads import example, examples
from tocsin.desk import playbooks
from tocsin.integrations.github.models import Arrival, IncidentIssue
from tocsin.store import queries


def here(town: Town, payload: dict[str, Any]) -> dict[str, Any]:
    """The example as if it came from the town's repository."""
    full_name = payload["repository"]["full_name"]
    return dict(json.loads(json.dumps(payload).replace(full_name, town.repository)))


@pytest.mark.parametrize("event", ["issues", "issue_comment", "push", "ping", "pull_request", "star"])
def test_every_example_is_taken_and_worked_off_without_a_fault(town: Town, event: str) -> None:
    for number, payload in enumerate(examples(event)):
        ours = here(town, payload) if "repository" in payload else payload
        assert town.deliver(signed(event, ours, f"guid-{number}")) == 202
    town.parts.reader.work_off(town.clock.now())
    assert list(Arrival.objects.exclude(last_error="").values_list("guid", "last_error")) == []
    assert queries.incidents() == []


def test_a_real_account_of_an_opened_and_an_edited_issue_is_an_incident_and_a_step(town: Town) -> None:
    playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    opened = here(town, example("issues", "opened"))
    opened["issue"] |= {"body": BODY, "title": "Pier 4 is dark", "author_association": "MEMBER"}
    assert town.deliver(signed("issues", opened, "guid-opened")) == 202
    town.parts.reader.work_off(town.clock.now())
    [row] = queries.incidents()
    assert queries.load(row.ref).state.responders[queries.load(row.ref).state.declared_by or ""] == "Codertocat"

    edited = here(town, example("issues", "edited"))
    after = BODY.replace("[ ] Find out", "[x] Find out")
    edited["issue"] |= {"body": after, "number": opened["issue"]["number"], "author_association": "MEMBER"}
    edited["changes"] = {"body": {"from": BODY}}
    edited["sender"] |= {"id": 77, "login": "harbourmaster"}
    assert town.deliver(signed("issues", edited, "guid-edited")) == 202
    town.parts.reader.work_off(town.clock.now())
    state = queries.load(row.ref).state
    assert any("Find out" in text for text in done(row.ref))
    assert state.responders[state.steps[step(row.ref, "Find out")].done_by or ""] == "harbourmaster"
    # No call was needed: the emulator knows no such issue.
    assert IncidentIssue.objects.get(ref=row.ref).must_be_read is False


def test_a_comment_as_github_sends_it_links_an_issue_as_follow_up(town: Town) -> None:
    playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    number = town.open_issue("grace", "Pier 4 is dark", BODY)
    town.hear()
    [row] = queries.incidents()
    created = here(town, example("issue_comment", "created"))
    created["issue"]["number"] = number
    address = f"https://github.example/{town.repository}/issues/7"
    created["comment"] |= {"body": f"/follow-up Rewire the pier {address}", "author_association": "MEMBER"}
    assert town.deliver(signed("issue_comment", created, "guid-comment")) == 202
    town.parts.reader.work_off(town.clock.now())
    [follow_up] = queries.load(row.ref).state.follow_ups
    assert (follow_up.title, follow_up.url) == ("Rewire the pier", address)
    town.work()
    assert len(town.issues()) == 1
