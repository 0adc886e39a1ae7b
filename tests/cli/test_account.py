"""Signing a terminal in and out: the token is kept safely, and only ever sent to its own server."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.outside.api_server import RunningServer
from tocsin.cli import asking, client, credentials, exits
from tocsin.errors import MEANINGS, TocsinError


def _file(terminal: Terminal) -> Path:
    return terminal.home / "tocsin" / "credentials.json"


def test_a_token_from_standard_input_signs_in_and_is_kept_for_its_owner_alone(
    terminal: Terminal, server: RunningServer
) -> None:
    said = terminal.run("login", server.address, stdin=server.tokens["Sam"] + "\n")
    assert said.code == 0, said.err
    assert "as Sam (responder)" in said.out
    assert server.tokens["Sam"] not in said.out + said.err
    assert stat.S_IMODE(_file(terminal).stat().st_mode) == 0o600
    assert stat.S_IMODE(_file(terminal).parent.stat().st_mode) == 0o700
    assert terminal.run("whoami", "--json").json["name"] == "Sam"


def test_a_one_time_link_signs_in_and_signing_out_revokes_the_token(terminal: Terminal, server: RunningServer) -> None:
    assert terminal.run("login", server.link).code == 0
    token = json.loads(_file(terminal).read_text())["servers"][server.address]
    assert terminal.run("token", "list").code == 0
    assert terminal.run("logout").code == 0
    assert token not in _file(terminal).read_text()
    assert terminal.run("whoami", TOCSIN_SERVER=server.address, TOCSIN_TOKEN=token).code == 4


def test_a_prompt_does_not_show_the_token(terminal: Terminal, server: RunningServer) -> None:
    said = terminal.type("login", server.address, keys=server.tokens["Sam"] + "\n", after="Token: ")
    assert said.code == 0
    assert "Signed in" in said.out and server.tokens["Sam"] not in said.out


def test_a_token_that_is_refused_is_not_kept(terminal: Terminal, server: RunningServer) -> None:
    assert terminal.run("login", server.address, stdin="toc_wrong\n").code == 4
    assert not _file(terminal).exists()


def test_a_token_is_not_sent_where_others_could_read_it(terminal: Terminal) -> None:
    said = terminal.run("login", "http://tocsin.example.org", stdin="toc_x\n")
    assert said.code == 2
    assert "others could read the token" in " ".join(said.err.replace("│", " ").split())


def test_a_token_is_for_its_own_server_only(terminal: Terminal, server: RunningServer) -> None:
    terminal.run("login", server.address, stdin=server.tokens["Sam"] + "\n")
    assert terminal.run("whoami", "--server", "http://localhost:9").code == 4


def test_a_token_can_be_made_for_a_script_and_revoked(terminal: Terminal, server: RunningServer) -> None:
    terminal.run("login", server.address, stdin=server.tokens["Rosa"] + "\n")
    made = terminal.run("token", "make", "robot", "--scope", "read", "--json").json
    there = {"TOCSIN_SERVER": server.address, "TOCSIN_TOKEN": made["secret"]}
    assert terminal.run("list", **there).code == 0
    assert terminal.run("declare", "x", **there).code == 1
    assert terminal.run("token", "revoke", str(made["token"]["number"])).code == 0
    assert terminal.run("list", **there).code == 4


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tocsin.example.org", "https://tocsin.example.org"),
        ("https://tocsin.example.org/incidents/", "https://tocsin.example.org"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_taken_as_the_browser_shows_it(written: str, meant: str) -> None:
    assert credentials.normalised(written) == meant


@pytest.mark.parametrize("written", ["ftp://example.org", "https://", "https://me:secret@example.org", "http://[x"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(credentials.BadServerAddressError):
        credentials.normalised(written)


def test_a_damaged_file_is_refused_with_what_to_do(terminal: Terminal) -> None:
    _file(terminal).parent.mkdir()
    _file(terminal).write_text("{")
    said = terminal.run("list")
    assert said.code == 1
    assert "tocsin login" in said.err


@pytest.mark.parametrize(
    ("written", "meant"), [("12", "INC-12"), ("inc-12", "INC-12"), ("INC-012", "INC-12"), ("inc12", "INC-12")]
)
def test_a_reference_can_be_written_short(written: str, meant: str) -> None:
    assert asking.incident(written) == meant


def test_every_meaning_of_an_error_has_a_documented_exit_code() -> None:
    assert {meaning.exit_code for meaning in MEANINGS.values()} | {0, 2} == set(exits.EXIT_CODES)


def test_the_clients_errors_are_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    errors: list[TocsinError] = [client.ServerSilentError(), credentials.NotLoggedInError()]
    assert [exits.tell(error, ["list"]) for error in errors] == [3, 4]
    assert len(capsys.readouterr().err.splitlines()) == 2
