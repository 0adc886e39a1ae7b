"""GitHub Enterprise Server has its API below a path: every request goes there, whether by App or by token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integrations.github.asking import done, step
from tests.integrations.github.documents import PLAYBOOK
from tests.integrations.github.harbour import Harbour
from tests.integrations.github.harbour import town as town_in
from tests.integrations.github.test_two_ways import REPORTER, act, declared
from tests.outside.github_front import GitHubFront
from tocsin.desk import playbooks
from tocsin.incident import commands as cmd
from tocsin.integrations.github.send import GitHubConnector

TOKEN = {"token": "token-of-ada", "app_id": "", "private_key": ""}


@pytest.mark.parametrize("ending", ["", "/"], ids=["as it is", "with a slash"])
@pytest.mark.parametrize("way", [{}, TOKEN], ids=["App", "token"])
def test_every_request_goes_below_the_path_that_is_set(
    the_harbour: Harbour, transactional_db: None, way: dict[str, str], ending: str
) -> None:
    with GitHubFront(the_harbour.url) as front, town_in(the_harbour, api_url=front.url + ending, **way) as town:
        town.put_file("ada", ".github/ISSUE_TEMPLATE/harbour.md", PLAYBOOK)
        town.meet()
        assert [version.name for version in playbooks.current()] == ["Harbour incident"]
        ref, number = declared(town)
        act(town, ref, cmd.CompleteStep(by=REPORTER, step=step(ref, "Check the")))
        act(town, ref, cmd.PostUpdate(by=REPORTER, text="Lamps are being changed."))
        town.edit("grace", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
        town.meet()
        assert "[x] Check the" in town.body(number) and "Lamps are being changed." in town.comments(number)[0]
        assert any("Find out" in text for text in done(ref))
        assert town.parts.connector.probe().is_well
        assert front.asked and [asked for asked in front.asked if " /api/v3/" not in asked] == []


def test_an_address_without_the_path_is_said_to_be_wrong(the_harbour: Harbour, transactional_db: None) -> None:
    with town_in(the_harbour) as town, GitHubFront(the_harbour.url) as front:
        bare = GitHubConnector(replace(town.config, api_url=front.url.removesuffix("/api/v3")))
        probe = bare.probe()
        assert not probe.is_well and probe.mend
