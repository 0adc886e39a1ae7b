"""What a person types outlives a closed tab and a session that ended; what they tick can be taken back; who is here."""

from __future__ import annotations

import re

from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.outside.browser import Served
from tests.web.rooms import words_of
from tests.web.test_in_a_browser import declare
from tocsin.delivery.models import Delivery
from tocsin.desk import routes
from tocsin.desk.routes import Routes


def test_words_outlive_a_closed_tab_and_can_be_let_go(rosa_page: Page) -> None:
    """They come back with a notice in another tab, and one button lets them go for good."""
    declare(rosa_page, "Closed tab")
    path = rosa_page.url
    rosa_page.get_by_label("Note for the timeline").fill("Half a thought")
    other = rosa_page.context.new_page()
    rosa_page.close()
    other.goto(path)
    note = other.get_by_label("Note for the timeline")
    expect(note).to_have_value("Half a thought")
    expect(other.get_by_text("These are your words from before.")).to_be_visible()
    other.get_by_role("button", name="Let them go").click()
    expect(note).to_have_value("")
    other.reload()
    expect(note).to_have_value("")


def test_a_session_that_ended_while_declaring_loses_no_words(served: Served, browser: Browser) -> None:
    """The answer leads to signing in, which leads back to the form with its words; once sent they are gone."""
    page = served.sign_in(browser, "Ines", "administrator")
    page.goto("/declare/")
    expect(page.get_by_role("button", name="Find anything")).to_be_visible()
    page.get_by_label("What is going on?").fill("All cranes stand still")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name="How to sign in").click()
    secret = served.ask("person", name="Ines", access="administrator")
    page.goto(f"/sign-in/{secret}/")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/declare/")
    expect(page.get_by_label("What is going on?")).to_have_value("All cranes stand still")
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("All cranes stand still")
    page.goto("/declare/")
    expect(page.get_by_role("button", name="Find anything")).to_be_visible()
    expect(page.get_by_label("What is going on?")).to_have_value("")
    page.context.close()


def test_signing_out_leaves_no_words_behind(served: Served, browser: Browser) -> None:
    page = served.sign_in(browser, "Omar", "administrator")
    declare(page, "Left behind")
    page.get_by_label("Note for the timeline").fill("Between us")
    page.locator("summary", has_text="Omar").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    kept = page.evaluate("Object.values(localStorage).filter((text) => text.includes('Between us'))")
    assert kept == []
    page.context.close()


def test_a_tick_is_undone_in_place(rosa_page: Page) -> None:
    declare(rosa_page, "Undo")
    rosa_page.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
    expect(rosa_page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    rosa_page.locator("#undo").get_by_role("button", name="Undo").click()
    expect(rosa_page.locator("#step-start-3")).to_have_class(re.compile("step-open"))
    expect(rosa_page.locator("#undo")).to_have_count(0)


def test_who_is_in_the_room_now(served: Served, browser: Browser, rosa_page: Page) -> None:
    """Each person once, however many tabs; who leaves is gone by itself; another room is another room."""
    declare(rosa_page, "Elsewhere")
    declare(rosa_page, "Here")
    here = rosa_page.get_by_role("list", name="Who is in the room now")
    expect(here.get_by_role("img", name="Rosa")).to_be_visible()
    page = served.sign_in(browser, "Kim")
    page.goto(rosa_page.url)
    second = page.context.new_page()
    second.goto(rosa_page.url)
    expect(here.get_by_role("listitem")).to_have_count(2)
    expect(here.get_by_role("img", name="Kim")).to_be_visible()
    page.context.close()
    expect(here.get_by_role("listitem")).to_have_count(1)


def test_an_invitation_goes_by_mail_where_mail_is_set_up(rosa: Client) -> None:
    """The page shows the link in any case; the letter is queued with the same one, and only with mail."""
    form = {"name": "Ada", "email": "ada@example.org", "access": "responder"}
    before = routes.current()
    routes.hand_in(Routes(connectors=frozenset({"room", "email"})))
    try:
        answer = rosa.post("/people/", form)
    finally:
        routes.hand_in(before)
    link = re.search(r"http://testserver/sign-in/[^\"]+/", answer.content.decode())
    assert link is not None
    assert "It is on its way to ada@example.org as well." in words_of(answer)
    letter = Delivery.objects.get(kind="invitation")
    assert (letter.connector, letter.address) == ("email", "ada@example.org")
    assert link.group() in letter.text
    without = rosa.post("/people/", {**form, "email": "ben@example.org"})
    assert "on its way" not in words_of(without)
    assert Delivery.objects.filter(kind="invitation").count() == 1
