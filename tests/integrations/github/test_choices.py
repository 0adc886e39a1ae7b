"""What the settings choose: other playbook files, another repository for follow-ups, what shows on the issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.integrations.github import harbour
from tests.integrations.github.asking import told
from tests.integrations.github.documents import BODY, PLAYBOOK
from tests.integrations.github.harbour import Harbour, Town
from tests.integrations.github.harbour import town as town_in
from tests.integrations.github.test_two_ways import REPORTER, act, by_looking, by_webhook, declared
from tocsin.desk import playbooks
from tocsin.incident import commands as cmd
from tocsin.integrations.github.people import link
from tocsin.people.models import Person
from tocsin.project.options import Settings
from tocsin.project.wiring import github_from
from tocsin.store import queries

DEFAULT = ".github/ISSUE_TEMPLATE/harbour.md"


def named(name: str) -> str:
    return PLAYBOOK.replace("name: Harbour incident", f"name: {name}")


def names() -> list[str]:
    return sorted(version.name for version in playbooks.current())


def test_playbooks_come_from_the_files_that_are_named_and_no_others(
    the_harbour: Harbour, transactional_db: None
) -> None:
    paths = ("INCIDENTS.md", "docs/playbooks/*.md", "ops/one.yml")
    with town_in(the_harbour, playbook_paths=paths) as town:
        for path, name in [
            (DEFAULT, "default"),
            ("INCIDENTS.md", "at the root"),
            ("docs/playbooks/pier.md", "pier"),
            ("docs/playbooks/gate.md", "gate"),
            ("docs/playbooks/old/gate.md", "deeper"),
            ("docs/other.md", "other"),
            ("ops/two.yml", "two"),
        ]:
            town.put_file("ada", path, named(name))
        town.hear()
        assert names() == ["at the root", "gate", "pier"]
        town.put_file("ada", "docs/playbooks/pier.md", named("pier").replace("Start a video call", "Start a call"))
        town.hear()
        assert names() == ["at the root", "gate", "pier"]
        assert len({version.digest for version in playbooks.current()}) == 3


def test_an_issue_opened_from_a_playbook_at_another_path_starts_an_incident(
    the_harbour: Harbour, transactional_db: None
) -> None:
    with town_in(the_harbour, playbook_paths=("docs/playbooks/*",)) as town:
        town.put_file("ada", "docs/playbooks/harbour.md", PLAYBOOK)
        town.hear()
        town.open_issue("grace", "Pier 4 is dark", BODY)
        town.hear()
        assert [row.title for row in queries.incidents()] == ["Pier 4 is dark"]


def test_the_settings_reach_the_parts() -> None:
    values = {
        "TOCSIN_GITHUB_REPOSITORY": "harbour/town",
        "TOCSIN_GITHUB_TOKEN": "secret",
        "TOCSIN_GITHUB_API_URL": "https://git.harbour.example/api/v3",
        "TOCSIN_GITHUB_PLAYBOOK_PATHS": "docs/playbooks/*.md, INCIDENTS.md,",
        "TOCSIN_GITHUB_FOLLOW_UP_REPOSITORY": "harbour/chores",
        "TOCSIN_GITHUB_CLOSES_ISSUE": "no",
        "TOCSIN_GITHUB_POSTS_UPDATES": "no",
        "TOCSIN_GITHUB_NOTE_REACTION": "eyes",
        "TOCSIN_GITHUB_POLL_SECONDS": "7",
    }
    parts = github_from(Settings(values, {}), harbour.Clock().now)
    assert parts is not None
    config = parts.announcer.config
    assert config.api_url == "https://git.harbour.example/api/v3"
    assert config.playbook_paths == ("docs/playbooks/*.md", "INCIDENTS.md")
    assert config.follow_ups_in == "harbour/chores"
    assert (config.closes_issue, config.posts_updates) == (False, False)
    assert (config.note_reaction, config.polls_every_seconds) == ("eyes", 7)


@pytest.mark.parametrize("notice", [by_webhook, by_looking], ids=["webhook", "looking"])
def test_follow_ups_are_filed_in_the_repository_of_choice(
    the_harbour: Harbour, transactional_db: None, notice: Callable[[Town], None]
) -> None:
    chores = harbour.fresh_name()
    with town_in(the_harbour, follow_up_repository=f"harbour/{chores}") as town:
        beside = replace(town, name=chores, seen=set(), awaited=[])
        ref, number = declared(town)
        act(town, ref, cmd.CreateFollowUp(by=REPORTER, title="Watch the breaker", category="Adding monitoring"))
        town.work()
        assert len(town.issues()) == 1
        [filed] = beside.issues()
        assert filed["title"] == "Watch the breaker"
        assert {label["name"] for label in filed["labels"]} == {"monitoring", "incident follow-up"}
        assert f"From {town.repository}#{number}." in filed["body"] and f"incidents/{ref}" in filed["body"]
        assert queries.load(ref).state.follow_ups[0].url == filed["html_url"]
        for state, is_done in (("closed", True), ("open", False)):
            beside.set_state("ada", filed["number"], state)
            notice(beside)
            assert (queries.load(ref).state.follow_ups[0].done_at is not None) == is_done
        # The two repositories count their issues alike: the incident's own issue is not the follow-up's.
        assert (filed["number"], queries.load(ref).state.status) == (number, "active")


def test_an_issue_in_the_follow_ups_repository_starts_no_incident(the_harbour: Harbour, transactional_db: None) -> None:
    chores = harbour.fresh_name()
    with town_in(the_harbour, follow_up_repository=f"harbour/{chores}") as town:
        town.put_file("ada", DEFAULT, PLAYBOOK)
        town.hear()
        beside = replace(town, name=chores, seen=set(), awaited=[])
        beside.open_issue("grace", "Pier 4 is dark", BODY)
        beside.hear()
        town.meet()
        assert queries.incidents() == []


def test_the_issue_stays_open_and_closed_as_people_leave_it_where_the_setting_says_so(
    the_harbour: Harbour, transactional_db: None
) -> None:
    with town_in(the_harbour, closes_issue=False) as town:
        ref, number = declared(town, severity="Low")
        act(town, ref, cmd.ResolveIncident(by=REPORTER, summary="Lamps work."))
        act(town, ref, cmd.CloseIncident(by=REPORTER))
        town.work()
        assert "Lamps work." in "".join(town.comments(number))
        assert [issue["state"] for issue in town.issues()] == ["open"]
        town.set_state("ada", number, "closed")
        town.hear()
        act(town, ref, cmd.ReopenIncident(by=REPORTER, reason="Dark again"))
        town.work()
        assert [issue["state"] for issue in town.issues()] == ["closed"]


def test_closing_on_github_does_nothing_here_either_where_the_setting_says_so(
    the_harbour: Harbour, transactional_db: None
) -> None:
    with town_in(the_harbour, closes_issue=False) as town:
        ref, number = declared(town)
        Person.objects.create_user("ada@harbour.example", name="Ada", access="commander")
        town.comment("ada", number, "/note Hello")
        town.hear()
        link("ada", "ada@harbour.example")
        act(town, ref, cmd.ResolveIncident(by=REPORTER))
        town.set_state("ada", number, "closed")
        town.hear()
        assert queries.load(ref).state.status == "resolved"
        assert "The issue was closed on GitHub" in told(ref)


def test_updates_stay_off_the_issue_where_the_setting_says_so(the_harbour: Harbour, transactional_db: None) -> None:
    with town_in(the_harbour, posts_updates=False) as town:
        ref, number = declared(town)
        act(town, ref, cmd.PostUpdate(by=REPORTER, text="Lamps are being changed."))
        act(town, ref, cmd.ResolveIncident(by=REPORTER, summary="Lamps work."))
        town.work()
        [said] = town.comments(number)
        assert "**Resolved**" in said
