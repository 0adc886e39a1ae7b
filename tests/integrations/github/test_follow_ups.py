"""Follow-ups are filed, linked both ways, followed in their state, listed by age and reminded of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.integrations.github.asking import told
from tests.integrations.github.harbour import Town
from tests.integrations.github.test_two_ways import REPORTER, act, by_looking, by_webhook, declared
from tocsin.delivery import queue
from tocsin.incident import commands as cmd
from tocsin.integrations.github import follow_ups
from tocsin.integrations.github.people import UnknownAccountError, link
from tocsin.people.models import Person
from tocsin.store import queries
from tocsin.web.clock import page_clock


def follow(town: Town, ref: str, **known: str) -> int:
    act(town, ref, cmd.CreateFollowUp(by=REPORTER, title="Watch the breaker", **known))
    town.work()
    return int(town.issues()[-1]["number"])


@pytest.mark.parametrize("notice", [by_webhook, by_looking], ids=["webhook", "looking"])
def test_the_state_of_its_issue_flows_back(town: Town, notice: object) -> None:
    ref, number = declared(town)
    follow_up = follow(town, ref, category="Having the system fail more gracefully")
    issue = town.issues()[-1]
    assert {label["name"] for label in issue["labels"]} == {"fail more gracefully", "incident follow-up"}
    assert f"From {town.repository}#{number}." in issue["body"]
    assert queries.load(ref).state.follow_ups[0].url == issue["html_url"]
    town.set_state("ada", follow_up, "closed")
    notice(town)  # type: ignore[operator]
    assert queries.load(ref).state.follow_ups[0].done_at is not None
    town.set_state("ada", follow_up, "open")
    notice(town)  # type: ignore[operator]
    assert queries.load(ref).state.follow_ups[0].done_at is None
    assert "again" in told(ref)


def test_an_issue_that_is_there_is_linked_and_none_is_created(town: Town) -> None:
    ref, _ = declared(town)
    act(town, ref, cmd.CreateFollowUp(by=REPORTER, title="Watch it", url="https://github.example/a/b/issues/3"))
    town.work()
    assert len(town.issues()) == 1


def test_open_ones_are_listed_by_age_and_reminded_of(town: Town) -> None:
    ref, _ = declared(town)
    follow(town, ref)
    after = timedelta(days=14)
    assert follow_ups.remind(town.clock.pass_(days=13), after) == 0
    assert follow_ups.remind(town.clock.pass_(days=2), after) == 1
    assert follow_ups.remind(town.clock.now(), after) == 0
    [notice] = queue.notices(REPORTER, town.clock.now()).filter(kind="reminder")
    assert "Watch the breaker" in notice.text
    page_clock.hand_in(town.clock.now)
    client = Client()
    client.force_login(Person.objects.create_user("rosa@harbour.example", name="Rosa"))
    page = client.get("/follow-ups/").content.decode()
    assert "Watch the breaker" in page and "15 days" in page and town.issues()[-1]["html_url"] in page


def test_closing_on_github_counts_for_somebody_who_is_known_as_commander(town: Town) -> None:
    ref, number = declared(town)
    Person.objects.create_user("ada@harbour.example", name="Ada", access="commander")
    with pytest.raises(UnknownAccountError):
        link("ada", "ada@harbour.example")
    town.comment("ada", number, "/note Hello")
    by_webhook(town)
    link("ada", "ADA@harbour.example")
    act(town, ref, cmd.ResolveIncident(by=REPORTER))
    town.set_state("ada", number, "closed")
    by_webhook(town)
    assert queries.load(ref).state.status == "closed"
