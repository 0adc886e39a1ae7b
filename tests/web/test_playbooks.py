"""Playbooks: versions by digest, and the document beside what was understood."""

from __future__ import annotations

from django.test import Client

from tests.web.conftest import DOCUMENT, NOW
from tests.web.rooms import declare, words_of
from tocsin.desk import playbooks
from tocsin.playbook.read import compile_document
from tocsin.web.views.playbooks import lines_of


def test_without_a_playbook_the_page_says_how_to_get_one(rosa: Client) -> None:
    assert "tocsin serve --playbook" in words_of(rosa.get("/playbooks/"))


def test_versions_are_listed_and_the_current_one_is_named(rosa: Client, digest: str) -> None:
    newer = playbooks.add(DOCUMENT.read_bytes() + b"\n", DOCUMENT.name, now=NOW)
    words = words_of(rosa.get("/playbooks/"))
    assert "current" in words
    assert "earlier" in words
    assert newer.removeprefix("sha256:")[:12] in words


def test_each_line_stands_beside_what_was_read_from_it(rosa: Client, digest: str) -> None:
    declare(rosa)
    words = words_of(rosa.get(f"/playbooks/{digest}/"))
    assert "every 30 minutes from the last update" in words
    assert "#harbour-ops, C0HARBOUR1" in words
    assert "1 incident" in words
    assert "What could be mended" in words
    assert "nobody is in the audience" in words


def test_no_step_and_no_reading_is_left_out() -> None:
    source = DOCUMENT.read_bytes()
    playbook = compile_document(source, DOCUMENT.name)
    lines = lines_of(source.decode(), playbook)
    assert sum(len(line.steps) for line in lines) == len(list(playbook.all_steps())) == 22
    assert sum(len(line.readings) for line in lines) == len(playbook.readings)


def test_the_simulated_hours_are_a_picture_and_a_table(rosa: Client, digest: str) -> None:
    picture = rosa.get(f"/playbooks/{digest}/simulation.svg", {"severity": "Medium"})
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")
    assert "default-src 'none'" in picture.headers["Content-Security-Policy"]
    assert "The same as a table" in words_of(rosa.get(f"/playbooks/{digest}/"))


def test_an_unknown_digest_is_said_to_be_so(rosa: Client) -> None:
    for part in ("", "simulation.svg"):
        answer = rosa.get(f"/playbooks/sha256:0/{part}")
        assert answer.status_code == 404
        assert "Add the playbook first" in words_of(answer)
