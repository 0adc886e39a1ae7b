"""Incidents from a terminal: in scripts nothing is asked, on a terminal what is needed is."""

from __future__ import annotations

import json
import re
import stat
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.cli.terminal import Terminal
from tests.outside.api_server import RunningServer


def _declare(terminal: Terminal, title: str = "Checkout fails", *more: str) -> str:
    return str(terminal.run("declare", title, "--json", *more).json["ref"])


def test_an_incident_runs_to_its_end_from_a_script(rosa: Terminal, server: RunningServer) -> None:
    ref = _declare(rosa, "Checkout fails", "--suspected")
    kim = Terminal(rosa.home, {**rosa.settings, "TOCSIN_TOKEN": server.tokens["Kim"]})
    story = [
        ("confirm", ref),
        ("severity", ref, "High", "--reason", "Nobody can pay"),
        ("role", "take", ref, "note-taker", "sam@example.org"),
        ("step", "done", ref, "next", "--evidence", "the log"),
        ("step", "assign", ref, "tell-1", "Sam"),
        ("answer", ref, "customers-data-lost", "no"),
        ("impact", ref, "Nobody can pay", "--full-downtime"),
        ("note", ref, "It began with the release"),
        ("update", ref, "Rolling back", "--to", "#incidents"),
        ("resolve", ref, "--summary", "Rolled back"),
        ("followup", "add", ref, "Alert on it", "--owner", "me"),
    ]
    for command in story:
        said = rosa.run(*command)
        assert said.code == 0, (command, said.err)
        assert re.search(r"^\d\d:\d\d:\d\d \w", said.out), command
    assert rosa.run("report", "draft", ref, "-", stdin="# What happened").code == 0
    assert kim.run("report", "approve", ref, "1").code == 0
    assert kim.run("close", ref).code == 0
    assert rosa.run("show", ref, "--json").json["status"] == "closed"


def test_the_room_reads_from_the_top(rosa: Terminal) -> None:
    ref = _declare(rosa)
    lines = rosa.run("show", ref.removeprefix("INC-")).out.splitlines()
    assert lines[0] == f"{ref} Checkout fails"
    assert lines[1].startswith("active · no severity yet · began")
    assert lines[2] == "Next: Look at the release log  assess-1"
    assert any("Waits: applies when" in line for line in lines)


def test_what_people_wrote_is_shown_as_written_and_does_nothing(rosa: Terminal) -> None:
    ref = _declare(rosa, "[red]not red[/red] [/]")
    assert rosa.run("show", ref).out.splitlines()[0] == f"{ref} [red]not red[/red] [/]"


def test_a_list_leaves_out_what_is_over_unless_asked(rosa: Terminal) -> None:
    ref = _declare(rosa, "A false alarm")
    assert rosa.run("dismiss", ref, "--reason", "Test data").code == 0
    assert ref not in rosa.run("list").out.split()
    assert ref in rosa.run("list", "--all").out.split()


def test_every_command_speaks_json(rosa: Terminal) -> None:
    ref = _declare(rosa)
    for command in [
        ("list",),
        ("show", ref),
        ("note", ref, "x"),
        ("whoami",),
        ("token", "list"),
        ("report", "show", ref),
    ]:
        assert rosa.run(*command, "--json").json is not None


def test_a_refusal_is_exit_1_and_says_what_to_do(rosa: Terminal) -> None:
    said = rosa.run("close", _declare(rosa))
    assert (said.code, said.out) == (1, "")
    assert "Resolve it first." in said.err


def test_a_refusal_in_json_is_the_servers_own_document(rosa: Terminal) -> None:
    said = rosa.run("show", "999999", "--json")
    assert said.code == 1
    assert json.loads(said.err)["type"] == "/api/v1/problems/incident-not-found"


def test_in_a_script_what_is_missing_is_exit_2(rosa: Terminal) -> None:
    assert rosa.run("declare").code == 2
    assert rosa.run("note", "1").code == 2
    assert rosa.run("step", "skip", "1", "next").code == 2
    assert rosa.run("show", "not-a-reference").code == 2


def test_a_silent_server_is_exit_3_and_says_what_to_do(rosa: Terminal) -> None:
    said = rosa.run("list", TOCSIN_SERVER="http://127.0.0.1:9")
    assert said.code == 3
    assert "Is it running" in said.err and "tocsin serve" in said.err


def test_a_server_that_is_no_tocsin_is_exit_3(rosa: Terminal) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        said = rosa.run("list", TOCSIN_SERVER=f"http://127.0.0.1:{other.server_port}")
        other.shutdown()
    assert said.code == 3
    assert "no Tocsin server" in said.err


def test_the_program_itself_ends_with_the_exit_code(rosa: Terminal) -> None:
    said = rosa.start("show", "999999")
    assert (said.code, said.out) == (1, "")
    assert said.err.strip() == "There is no incident with this reference. Look for it in the list of incidents."
    assert rosa.start("whoami", "--json").json["name"] == "Rosa"


def test_without_a_token_it_is_exit_4(terminal: Terminal) -> None:
    said = terminal.run("list")
    assert said.code == 4
    assert "tocsin login" in said.err
    assert terminal.run("list", TOCSIN_SERVER="https://tocsin.example.org").code == 4


def test_a_token_that_is_refused_is_exit_4(rosa: Terminal) -> None:
    assert rosa.run("list", TOCSIN_TOKEN="toc_wrong").code == 4


def test_on_a_terminal_declaring_asks_for_the_title(rosa: Terminal) -> None:
    said = rosa.type("declare", keys="Search is empty\n", after="What is wrong")
    assert said.code == 0
    assert "What is wrong" in said.out
    assert "declared: http" in said.out
    assert "Search is empty" in rosa.run("list").out


def test_with_yes_nothing_is_asked_on_a_terminal_either(rosa: Terminal) -> None:
    assert rosa.type("declare", "--yes").code == 2


def test_an_update_opens_the_editor_with_what_happened_since_the_last(rosa: Terminal, tmp_path: Path) -> None:
    ref = _declare(rosa)
    rosa.run("note", ref, "said before")
    rosa.run("update", ref, "The first update")
    rosa.run("note", ref, "said since")
    editor = _editor(tmp_path, 'cp "$1" "$SEEN"; printf "Second update\\n%s" "$(cat "$1")" > "$1"')
    said = rosa.type("update", ref, EDITOR=str(editor), SEEN=str(tmp_path / "seen"))
    assert said.code == 0, said.out
    seen = (tmp_path / "seen").read_text()
    assert "said since" in seen and "said before" not in seen
    sent = rosa.run("show", ref, "--json").json["updates"][-1]["text"]
    assert sent.startswith("Second update") and "said since" in sent
    assert "The first update" not in sent


def test_an_update_that_was_emptied_is_not_sent(rosa: Terminal, tmp_path: Path) -> None:
    ref = _declare(rosa)
    editor = _editor(tmp_path, ': > "$1"')
    assert rosa.type("update", ref, EDITOR=str(editor)).code == 1
    assert rosa.run("show", ref, "--json").json["updates"] == []


def test_words_come_from_standard_input_with_a_dash(rosa: Terminal) -> None:
    ref = _declare(rosa)
    assert rosa.run("note", ref, "-", stdin="from a pipe\nand more").code == 0
    entries = rosa.run("show", ref, "--json").json
    assert entries["version"] > 1


def _editor(folder: Path, script: str) -> Path:
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
