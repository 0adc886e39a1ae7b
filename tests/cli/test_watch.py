"""`tocsin watch` follows a room: what others do shows without asking again, and an outage is sat out."""

from __future__ import annotations

import json

from tests.cli.terminal import Terminal


def test_what_others_do_shows_as_it_happens_until_the_end(rosa: Terminal) -> None:
    ref = rosa.run("declare", "Mail is slow", "--json").json["ref"]
    with rosa.follow("watch", ref, "--json", "--until-closed", "--every", "0.2") as watching:
        assert watching.stdout is not None
        seen = [json.loads(watching.stdout.readline())]
        assert seen[0]["type"] == "IncidentDeclared"
        rosa.run("note", ref, "Seen live")
        rosa.run("dismiss", ref, "--reason", "Test data")
        seen += [json.loads(line) for line in watching.stdout]
    assert watching.returncode == 0
    assert [entry["seq"] for entry in seen] == list(range(1, len(seen) + 1))
    assert "Rosa noted: Seen live." in [entry["text"] for entry in seen]


def test_on_a_terminal_the_room_stays_on_the_screen(rosa: Terminal) -> None:
    ref = rosa.run("declare", "Mail is slow", "--json").json["ref"]
    rosa.run("dismiss", ref, "--reason", "Test data")
    said = rosa.type("watch", ref, "--until-closed", TERM="xterm", NO_COLOR="")
    assert said.code == 0
    assert "Mail is slow" in said.out and "dismissed" in said.out
    assert "Ctrl-C ends watching" in said.out


def test_an_incident_that_is_not_there_is_refused_at_once(rosa: Terminal) -> None:
    assert rosa.run("watch", "999999").code == 1
