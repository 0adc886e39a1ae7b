"""The list of incidents and declaring one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.web.conftest import NOW
from tests.web.rooms import declare, done, key, words_of
from tocsin.desk import playbooks
from tocsin.desk.drills import DrillLoop
from tocsin.desk.steady_clock import SteadyClock, machine
from tocsin.store import queries


def test_with_nothing_going_on_home_says_what_to_do(rosa: Client, digest: str) -> None:
    words = words_of(rosa.get("/"))
    assert "No incident is open" in words
    assert "a suspicion is welcome" in words
    assert "Try a drill" in words


def test_an_incident_is_listed_with_severity_age_leader_and_what_is_due(rosa: Client, digest: str) -> None:
    declare(rosa, severity="High")
    words = words_of(rosa.get("/"))
    for part in ("INC-1 Nobody can sign in", "Active", "High", "Rosa leads", "in 30 minutes"):
        assert part in words


def test_a_title_is_enough(rosa: Client, digest: str) -> None:
    ref = declare(rosa)
    state = queries.load(ref).state
    assert (state.status, state.severity, state.is_drill, state.is_private) == ("active", None, False, False)


def test_everything_else_may_be_said_at_once(rosa: Client, digest: str) -> None:
    ref = declare(
        rosa,
        summary="Since nine",
        certainty="suspected",
        severity="Low",
        is_drill="on",
        is_private="on",
        playbook=digest,
    )
    state = queries.load(ref).state
    assert (state.status, state.summary, state.severity) == ("suspected", "Since nine", "Low")
    assert state.is_drill
    assert state.is_private


def test_without_a_title_nothing_is_lost(rosa: Client, digest: str) -> None:
    answer = rosa.post("/declare/", {"key": key(), "title": " ", "summary": "A long story", "severity": "High"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Say in a few words what is going on" in page
    assert "A long story" in page
    assert 'value="High" checked' in page


def test_pressing_declare_twice_declares_once(rosa: Client, digest: str) -> None:
    same = {"key": key(), "title": "Once"}
    first, second = rosa.post("/declare/", same), rosa.post("/declare/", same)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(queries.incidents()) == 1


def test_choosing_another_playbook_shows_its_levels_and_keeps_the_words(
    rosa: Client, digest: str, tmp_path: Path
) -> None:
    source = b"# Small\n\n## Levels\n\n- **SEV1:** all is down\n- **SEV2:** some is down\n\n## Do\n\n- [ ] Look\n"
    other = playbooks.add(source, "small.md", now=NOW)
    answer = rosa.post("/declare/", {"title": "Typed", "playbook": other, "choose": "1"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="SEV1"' in page
    assert 'value="Typed"' in page
    assert not queries.incidents()


def test_a_level_of_another_playbook_is_refused(rosa: Client, digest: str) -> None:
    answer = rosa.post("/declare/", {"key": key(), "title": "Typed", "severity": "SEV9"})
    assert answer.status_code == 422
    assert "SEV9 is not one of the available choices" in words_of(answer)


def test_without_a_playbook_declaring_says_how_to_get_one(rosa: Client) -> None:
    answer = rosa.get("/declare/")
    assert answer.status_code == 409
    assert "tocsin serve --playbook" in words_of(answer)


def test_observers_are_not_offered_to_declare(noor: Client, digest: str) -> None:
    assert "data-declare" not in noor.get("/").content.decode()
    answer = noor.get("/declare/")
    assert answer.status_code == 403
    assert "Ask an administrator for responder access" in words_of(answer)


def test_a_private_incident_is_seen_by_those_in_it_only(rosa: Client, sam: Client, digest: str) -> None:
    ref = declare(rosa, title="Secret trouble", is_private="on")
    assert "Secret trouble" not in words_of(sam.get("/"))
    assert sam.get(f"/incidents/{ref}/").status_code == 404
    assert sam.post(f"/incidents/{ref}/do/note/", {"key": key(), "text": "x"}).status_code == 404


@pytest.mark.parametrize("status", ["closed", "dismissed"])
def test_ended_incidents_stand_apart(rosa: Client, digest: str, status: str) -> None:
    ref = declare(rosa)
    if status == "closed":
        done(rosa, ref, "resolve", summary="")
        done(rosa, ref, "close")
    else:
        done(rosa, ref, "dismiss", reason="It was a test")
    words = words_of(rosa.get("/"))
    assert "No incident is open" in words
    assert "Ended" in words


def test_incidents_are_searched_and_narrowed(rosa: Client, digest: str) -> None:
    """By words of the title or the reference; open and ended apart; without a match it says what to do."""
    declare(rosa, title="Lost parcels")
    over = declare(rosa, title="Broken cranes")
    done(rosa, over, "dismiss", reason="It was a test")
    assert "Broken cranes" not in words_of(rosa.get("/?q=parcels"))
    assert "Lost parcels" in words_of(rosa.get("/?q=parcels"))
    assert "Broken cranes" in words_of(rosa.get(f"/?q={over}"))
    assert "Broken cranes" not in words_of(rosa.get("/?show=open"))
    assert "Lost parcels" not in words_of(rosa.get("/?show=ended"))
    nothing = words_of(rosa.get("/?q=zebra"))
    assert "No incident like that" in nothing
    assert "No incident is open" not in nothing


def test_a_drill_never_stands_before_an_incident(rosa: Client, digest: str) -> None:
    """However severe it is. Who leads a scripted one is named, though they have no account."""
    rosa.post(f"/playbooks/{digest}/drill/", {"key": key()})
    DrillLoop(SteadyClock(machine())).play(NOW + timedelta(seconds=5))
    declare(rosa, title="Lost parcels", severity="Low")
    words = words_of(rosa.get("/"))
    assert words.index("Lost parcels") < words.index("Drill: ")
    assert "incident commander leads" in words
