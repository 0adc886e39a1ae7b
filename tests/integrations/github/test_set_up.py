"""With an App or a token, GitHub is reached; what is wrong with the set-up is said with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integrations.github.asking import done
from tests.integrations.github.documents import PLAYBOOK
from tests.integrations.github.harbour import Harbour, Town
from tests.integrations.github.harbour import town as town_in
from tests.integrations.github.test_two_ways import REPORTER, declared
from tocsin.delivery.models import Delivery
from tocsin.desk import playbooks, writer
from tocsin.incident import commands as cmd
from tocsin.integrations.github.connect import connect
from tocsin.integrations.github.send import GitHubConnector
from tocsin.project.options import BadSettingError, Settings
from tocsin.project.wiring import github_from


def other_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def test_a_token_does_what_an_app_does(the_harbour: Harbour, transactional_db: None) -> None:
    with town_in(the_harbour, token="token-of-ada", app_id="", private_key="") as town:
        ref, number = declared(town)
        assert town.issues()[0]["user"]["login"] == "ada"
        # Ada's own edits by hand are hers, although Tocsin writes in her name.
        town.edit("ada", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
        town.hear()
        town.work()
        assert "[x] Find out" in town.body(number)
        assert ref


def test_a_probe_says_that_it_is_well_or_what_to_mend(town: Town) -> None:
    assert town.parts.connector.probe().is_well
    for key in ("no key", other_key()):
        probe = GitHubConnector(replace(town.config, private_key=key)).probe()
        assert not probe.is_well and "new token or key" in probe.mend
    nowhere = GitHubConnector(replace(town.config, repository="harbour/nowhere"))
    assert "repository's name" in nowhere.probe().mend
    silent = GitHubConnector(replace(town.config, api_url="http://localhost:9"))
    assert "could not be reached" in silent.probe().summary


def test_a_private_incident_is_not_on_github_and_a_drill_says_what_it_is(town: Town) -> None:
    digest = playbooks.add(PLAYBOOK.encode(), "harbour.md", now=town.clock.now())
    private = cmd.DeclareIncident(by=REPORTER, title="Between us", by_name="Ada", is_private=True)
    writer.declare(private, digest, key="private", now=town.clock.now())
    assert not Delivery.objects.filter(connector="github").exists()
    drill = cmd.DeclareIncident(by=REPORTER, title="Dark pier", by_name="Ada", is_drill=True)
    writer.declare(drill, digest, key="drill", now=town.clock.now())
    town.work()
    assert [issue["title"] for issue in town.issues()] == ["Incident: [Drill] Dark pier"]


def test_half_a_set_up_is_refused_and_none_is_none(town: Town) -> None:
    assert github_from(Settings({}, {}), town.clock.now) is None
    with pytest.raises(BadSettingError, match="TOCSIN_GITHUB_TOKEN"):
        github_from(Settings({"TOCSIN_GITHUB_REPOSITORY": "harbour/town"}, {}), town.clock.now)
    whole = {"TOCSIN_GITHUB_REPOSITORY": "harbour/town", "TOCSIN_GITHUB_TOKEN": "secret"}
    assert github_from(Settings(whole, {}), town.clock.now) is not None
    assert connect(replace(town.config, repository=""), town.clock.now) is None


def test_one_process_reads_at_a_time_and_another_takes_over_when_it_stops(town: Town) -> None:
    ref, number = declared(town)
    other = connect(town.config, town.clock.now)
    assert other is not None
    assert town.parts.reader.round()
    town.edit("grace", number, lambda body: body.replace("[ ] Find out", "[x] Find out"))
    for posted in town.sent():
        town.deliver(posted)
    assert not other.reader.round()
    assert not any("Find out" in text for text in done(ref))
    town.clock.pass_(seconds=61)
    assert other.reader.round()
    assert any("Find out" in text for text in done(ref))
    town.work()
    assert not other.reader.round()
