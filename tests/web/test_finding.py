"""The command palette: what it finds, and that the keyboard alone is enough for it."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from tests.web.rooms import declare, done, words_of
from tests.web.test_in_a_browser import RULES
from tests.web.test_in_a_browser import declare as declare_there


def found(client: Client, words: str, ref: str = "") -> str:
    answer = client.get("/find/", {"q": words, "in": ref})
    assert answer.status_code == 200
    return words_of(answer)


def test_it_finds_incidents_steps_people_and_pages(rosa: Client, sam: Client, digest: str) -> None:
    ref = declare(rosa)
    assert f"{ref} Nobody can sign in Active" in found(rosa, "sign nobody")
    assert "Start a video call. step" in found(rosa, "video", ref)
    assert "video" not in found(rosa, "video call").replace("“video call”", "")
    assert "Sam Responder" in found(rosa, "SAM")
    assert "Playbooks page" in found(rosa, "playb")


def test_a_step_added_during_the_incident_is_found(rosa: Client, digest: str) -> None:
    ref = declare(rosa)
    done(rosa, ref, "add-step", phase="Start", text="Ring the harbour master")
    assert "Ring the harbour master step" in found(rosa, "ring master", ref)


def test_it_shows_nothing_that_one_may_not_know_of(rosa: Client, sam: Client, digest: str) -> None:
    ref = declare(rosa, title="Secret trouble", is_private="on")
    assert "Secret" not in found(sam, "trouble").replace("“trouble”", "")
    assert "Start a video call" not in found(sam, "start", ref)
    assert "Webhooks" not in found(sam, "webh").replace("“webh”", "")


def test_without_a_match_it_says_so(rosa: Client, digest: str) -> None:
    assert "Nothing has “<zebra>” in it." in found(rosa, "<zebra>")
    assert "Nothing" in found(rosa, "INC-99", "INC-99")


def test_the_palette_by_keyboard_alone(rosa_page: Page) -> None:
    """It opens by two keys, is a combobox, goes to a step of this room, to another page, and closes."""
    path = declare_there(rosa_page, "Palette")
    keyboard = rosa_page.keyboard
    palette = rosa_page.get_by_role("dialog", name="Find anything")
    box = rosa_page.get_by_role("combobox", name=re.compile("Find an incident"))
    expect(rosa_page.get_by_role("button", name="Find anything")).to_be_visible()
    keyboard.press("Control+k")
    expect(box).to_be_focused()
    keyboard.type("video call")
    option = palette.get_by_role("option", name=re.compile("Start a video call"))
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "found-1")
    assert not Axe().run(rosa_page, options=RULES).response["violations"]
    keyboard.press("Enter")
    expect(palette).to_be_hidden()
    expect(rosa_page.locator("#step-start-3")).to_be_focused()
    assert rosa_page.url.endswith(path)
    keyboard.press("/")
    keyboard.type("e")
    expect(palette.get_by_role("option", name=re.compile("Start a video call"))).to_be_visible()
    keyboard.press("ArrowDown")
    expect(palette.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    keyboard.press("ArrowUp")
    expect(palette.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    keyboard.press("Escape")
    expect(palette).to_be_hidden()
    keyboard.press("Control+k")
    keyboard.type("follow-ups")
    expect(palette.get_by_role("option", name=re.compile("Follow-ups"))).to_have_attribute("aria-selected", "true")
    keyboard.press("Enter")
    rosa_page.wait_for_url("**/follow-ups/")
    keyboard.press("?")
    expect(rosa_page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Find an incident")


def test_a_slash_that_is_typed_is_a_letter(rosa_page: Page) -> None:
    declare_there(rosa_page, "Slash")
    note = rosa_page.get_by_label("Note for the timeline")
    note.focus()
    rosa_page.keyboard.type("a/b")
    expect(note).to_have_value("a/b")
    expect(rosa_page.get_by_role("dialog", name="Find anything")).to_be_hidden()
