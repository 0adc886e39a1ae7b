"""The incident's own history as a picture, with a table that says the same."""

from __future__ import annotations

from xml.etree import ElementTree

from django.test import Client

from tests.web.rooms import declare, done, words_of


def test_an_incident_is_drawn_as_lanes(rosa: Client, digest: str) -> None:
    """The picture is a whole SVG that names the incident, carries its own style and may load nothing."""
    ref = declare(rosa, severity="High")
    answer = rosa.get(f"/incidents/{ref}/picture.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    drawn = ElementTree.fromstring(answer.content)
    said = " ".join(drawn.itertext())
    assert f"{ref} Nobody can sign in" in said
    assert "Start a video call" in said


def test_a_table_says_the_same(rosa: Client, digest: str) -> None:
    ref = declare(rosa, severity="High")
    done(rosa, ref, "resolve", summary="")
    for path in ("timeline/", "picture/"):
        answer = rosa.get(f"/incidents/{ref}/{path}")
        assert f'src="/incidents/{ref}/picture.svg' in answer.content.decode()
        words = words_of(answer)
        assert "The same as a table" in words
        assert "opens" in words
        assert "ends" in words


def test_a_private_incidents_picture_is_seen_by_those_in_it_only(rosa: Client, sam: Client, digest: str) -> None:
    ref = declare(rosa, is_private="on")
    assert rosa.get(f"/incidents/{ref}/picture.svg").status_code == 200
    assert sam.get(f"/incidents/{ref}/picture.svg").status_code == 404
    assert sam.get(f"/incidents/{ref}/picture/").status_code == 404
