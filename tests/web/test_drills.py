"""Drills in the pages: one button starts a scripted one, the room says plainly what it is, one button ends it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.outside.browser import Served
from tests.web.conftest import NOW
from tests.web.rooms import declare, key, room, words_of
from tocsin.desk.drills import DrillLoop
from tocsin.desk.steady_clock import SteadyClock, machine
from tocsin.store import queries


def start(client: Client, digest: str) -> str:
    answer = client.post(f"/playbooks/{digest}/drill/", {"key": key()})
    assert answer.status_code == 302
    return answer.headers["Location"].strip("/").split("/")[-1]


def test_a_drill_is_plainly_marked(rosa: Client, digest: str) -> None:
    ref = declare(rosa, is_drill="on")
    assert "Drill: nobody outside the team hears of this." in room(rosa, ref)
    assert "Stop the drill" not in room(rosa, ref)


@pytest.mark.parametrize("path", ["/", "/playbooks/{}/"])
def test_one_button_starts_a_scripted_drill(rosa: Client, digest: str, path: str) -> None:
    """With no incident open home offers it too."""
    page = rosa.get(path.format(digest)).content.decode()
    assert f'action="/playbooks/{digest}/drill/"' in page
    ref = start(rosa, digest)
    said = room(rosa, ref)
    assert "Drill at 60 times speed" in said
    assert "nobody outside this room hears of it" in said
    assert "Stop the drill" in said
    assert queries.load(ref).state.is_drill


def test_its_room_tells_the_drills_own_time(rosa: Client, digest: str) -> None:
    """Twenty seconds after the start, twenty minutes have passed in it; the list says that its time is its own."""
    ref = start(rosa, digest)
    running = DrillLoop(SteadyClock(machine()))
    for second in range(2, 21, 2):
        running.play(NOW + timedelta(seconds=second))
    page = rosa.get(f"/incidents/{ref}/").content.decode()
    assert 'data-speed="60"' in page
    assert re.search(r'<progress[^>]* max="7200" value="12\d\d"', page)
    assert "20 minutes" in words_of(rosa.get(f"/incidents/{ref}/"))
    assert "Drill at 60 times speed" in words_of(rosa.get("/"))


def test_it_is_stopped_by_a_button(rosa: Client, digest: str) -> None:
    ref = start(rosa, digest)
    assert rosa.post(f"/incidents/{ref}/drill/stop/", {"key": key()}).status_code == 302
    assert queries.load(ref).state.status == "closed"
    assert "This drill has ended." in room(rosa, ref)
    assert "Stop the drill" not in room(rosa, ref)


def test_a_real_incident_is_not_stopped_so(rosa: Client, digest: str) -> None:
    ref = declare(rosa)
    answer = rosa.post(f"/incidents/{ref}/drill/stop/", {"key": key()})
    assert answer.status_code in {400, 409, 422}
    assert "Only a scripted drill can be stopped" in words_of(answer)
    assert queries.load(ref).state.status == "active"


def test_an_observer_starts_and_stops_none(rosa: Client, noor: Client, digest: str) -> None:
    ref = start(rosa, digest)
    assert noor.post(f"/playbooks/{digest}/drill/").status_code == 403
    assert noor.post(f"/incidents/{ref}/drill/stop/").status_code == 403
    assert "Stop the drill" not in room(noor, ref)


def test_a_playbook_that_is_not_there_has_no_drill(rosa: Client, digest: str) -> None:
    assert rosa.post("/playbooks/sha256:none/drill/", {"key": key()}).status_code == 404


def test_a_newcomer_watches_a_whole_incident(served: Served, browser: Browser) -> None:
    """From home, by pressing one button: the open page follows to the end without a reload."""
    page: Page = served.sign_in(browser, "Newcomer", "administrator")
    page.goto("/playbooks/")
    page.locator("main li a").first.click()
    page.get_by_role("button", name="Watch a drill, two minutes").click()
    expect(page.locator(".drill-run")).to_contain_text("Drill at 60 times speed")
    path = page.url
    served.ask("drill", seconds=20)
    expect(page.locator("li.step-done").first).to_be_visible()
    served.ask("drill", seconds=110)
    expect(page.locator(".drill-run")).to_contain_text("This drill has ended.")
    expect(page.locator(".room-facts")).to_contain_text("Closed")
    assert page.url == path
    page.context.close()
