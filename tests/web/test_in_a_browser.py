"""The pages in a real browser: keyboard, live changes, typed words, no JavaScript, phones, and accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.outside.browser import Served, start_server
from tests.web.conftest import DOCUMENT

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def declare(page: Page, title: str, severity: str = "High") -> str:
    """Declare an incident and return the room's path."""
    page.goto("/declare/")
    page.get_by_label("What is going on?").fill(title)
    page.get_by_role("radio", name=re.compile(severity)).check()
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page.url.removeprefix(page.context.pages[0].url.split("/incidents")[0])


@pytest.fixture
def sam_page(served: Served, browser: Browser) -> Iterator[Page]:
    page = served.sign_in(browser, "Sam")
    yield page
    page.context.close()


def test_another_persons_change_appears_by_itself(rosa_page: Page, sam_page: Page) -> None:
    """Rosa ticks, and Sam's open room and open list follow without a reload."""
    path = declare(rosa_page, "Seen by both")
    listed = sam_page.context.new_page()
    listed.goto("/")
    sam_page.goto(path)
    rosa_page.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
    expect(sam_page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    rosa_page.get_by_text("Change the severity").click()
    rosa_page.locator("#severity").get_by_role("radio", name=re.compile("Low")).check()
    rosa_page.locator("#severity").get_by_role("button", name="Change severity").click()
    expect(listed.locator(".incident", has_text="Seen by both")).to_contain_text("Low")


def test_a_change_comes_along_the_stream_to_those_who_look_on(rosa_page: Page, sam_page: Page) -> None:
    """Sam's page asks for nothing, and what came works: its buttons carry his own keys and tokens."""
    path = declare(rosa_page, "Sent along")
    sam_page.goto(path)
    with sam_page.expect_response(re.compile("/live/")):
        sam_page.reload()
    asked: list[str] = []
    sam_page.on("request", lambda request: asked.append(request.url) if "/incidents/" in request.url else None)
    rosa_page.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
    expect(sam_page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    assert asked == []
    sam_page.get_by_role("button", name=re.compile("^Tick: Declare the incident")).click()
    expect(rosa_page.locator("#step-start-2")).to_have_class(re.compile("step-done"))
    sam_page.get_by_role("button", name="Take the role communications lead").click()
    expect(sam_page.get_by_role("button", name="Leave the role communications lead")).to_be_visible()


def test_what_is_being_typed_outlives_other_peoples_changes(rosa_page: Page, sam_page: Page) -> None:
    """Words in the card at the top, in a note and in an update stay while the room around them changes."""
    path = declare(rosa_page, "Typing")
    sam_page.goto(path)
    sam_page.get_by_label("Brief details").fill("My long words")
    sam_page.get_by_label("Note for the timeline").fill("My note")
    rosa_page.get_by_role("button", name=re.compile("^Tick: Declare the incident")).click()
    expect(sam_page.locator("#step-start-2")).to_have_class(re.compile("step-done"))
    expect(sam_page.get_by_label("Brief details")).to_have_value("My long words")
    expect(sam_page.get_by_label("Note for the timeline")).to_have_value("My note")
    expect(sam_page.get_by_text("Something changed while you were typing.")).to_be_visible()
    sam_page.get_by_role("button", name="Show it, drop my words").click()
    expect(sam_page.locator("#next")).to_contain_text("Start a video call")
    expect(sam_page.get_by_label("Note for the timeline")).to_have_value("My note")


def test_what_was_typed_is_there_after_a_reload_and_gone_once_sent(rosa_page: Page) -> None:
    declare(rosa_page, "Reload")
    note = rosa_page.get_by_label("Note for the timeline")
    note.fill("Half a thought")
    rosa_page.reload()
    expect(note).to_have_value("Half a thought")
    rosa_page.get_by_role("button", name="Add note").click()
    expect(rosa_page.locator("#timeline .tale")).to_contain_text("Half a thought")
    expect(note).to_have_value("")
    rosa_page.reload()
    expect(note).to_have_value("")


def test_a_signed_out_session_loses_no_words(served: Served, browser: Browser) -> None:
    """The answer says what to do; after signing in elsewhere the same button works."""
    page = served.sign_in(browser, "Ada", "administrator")
    declare(page, "Signed out")
    page.get_by_label("Note for the timeline").fill("Do not lose me")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#alert")).to_contain_text("Sign in by a link in another tab")
    other = page.context.new_page()
    other.goto(f"/sign-in/{served.ask('person', name='Ada', access='administrator')}/")
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_role("heading", name="Incidents")).to_be_visible()
    expect(page.get_by_label("Note for the timeline")).to_have_value("Do not lose me")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#timeline .tale")).to_contain_text("Do not lose me")
    page.context.close()


def test_a_restart_of_the_server_is_followed(browser: Browser, tmp_path: Path) -> None:
    """A page that stays open over a restart says that it is cut off, comes back by itself, and shows what is new."""
    folder = tmp_path / "data"
    with start_server(folder) as first:
        first.ask("playbook", path=str(DOCUMENT))
        port = int(first.base_url.rsplit(":", 1)[1])
        rosa, sam = first.sign_in(browser, "Rosa", "administrator"), first.sign_in(browser, "Sam")
        path = declare(rosa, "Restart")
        sam.goto(path)
        expect(sam.locator("#step-start-3")).to_have_class(re.compile("step-open"))
    expect(sam.locator("#away")).to_be_visible()
    with start_server(folder, port):
        rosa.goto(path)
        rosa.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
        expect(sam.locator("#step-start-3")).to_have_class(re.compile("step-done"))
        expect(sam.locator("#away")).to_be_hidden()
        rosa.context.close()
        sam.context.close()


def test_the_keyboard_alone_is_enough(rosa_page: Page) -> None:
    keyboard = rosa_page.keyboard
    rosa_page.goto("/")
    keyboard.press("c")
    expect(rosa_page.get_by_label("What is going on?")).to_be_focused()
    keyboard.type("By keyboard")
    keyboard.press("Enter")
    expect(rosa_page.locator("#next")).to_contain_text("Declare the incident")
    keyboard.press("x")
    expect(rosa_page.locator("#step-start-2")).to_have_class(re.compile("step-done"))
    for _ in range(4):
        keyboard.press("j")
    keyboard.press("k")
    expect(rosa_page.locator("#step-start-3")).to_be_focused()
    keyboard.press("x")
    expect(rosa_page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    keyboard.press("n")
    keyboard.type("x is a letter here")
    expect(rosa_page.get_by_label("Note for the timeline")).to_have_value("x is a letter here")
    rosa_page.get_by_label("Note for the timeline").blur()
    keyboard.press("u")
    expect(rosa_page.locator("#update").get_by_label("How does it stand?")).to_be_focused()
    rosa_page.locator("#update").get_by_label("How does it stand?").blur()
    keyboard.press("?")
    expect(rosa_page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keyboard.press("Escape")
    expect(rosa_page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what says these words has the focus."""
    says = "() => (document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate(says).startswith(words):
            return
    pytest.fail(f"No press of Tab leads to “{words}”.")


def test_an_update_is_posted_and_the_incident_resolved_by_keys_alone(rosa_page: Page) -> None:
    keyboard = rosa_page.keyboard
    rosa_page.goto("/declare/")
    keyboard.type("Ended by keyboard")
    keyboard.press("Enter")
    expect(rosa_page.locator("#next")).to_contain_text("Declare the incident")
    keyboard.press("u")
    expect(rosa_page.locator("#update").get_by_label("How does it stand?")).to_be_focused()
    keyboard.type("It stands well")
    tab_to(rosa_page, "Post update")
    keyboard.press("Enter")
    expect(rosa_page.locator("#update .last-update")).to_contain_text("It stands well")
    tab_to(rosa_page, "Resolve the incident")
    keyboard.press("Enter")
    tab_to(rosa_page, "Resolve")
    keyboard.press("Enter")
    expect(rosa_page.locator(".room-facts")).to_contain_text("Resolved")


def test_declaring_ticking_and_updating_need_no_javascript(served: Served, browser: Browser) -> None:
    page = served.sign_in(browser, "Rosa", "administrator", java_script_enabled=False)
    declare(page, "Without scripts")
    page.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
    expect(page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    page.locator("#update summary").click()
    page.locator("#update").get_by_label("How does it stand?").fill("It stands well")
    page.locator("#update").get_by_role("button", name="Post update").click()
    expect(page.locator("#update")).to_contain_text("It stands well")
    page.locator("#more-next-start-2 summary").click()
    page.locator("#skip-start-2").get_by_role("button", name="Skip").click()
    expect(page.locator("#skip-start-2")).to_contain_text("This field is required.")
    page.context.close()


def test_countdowns_go_by_the_servers_clock(rosa_page: Page) -> None:
    """The browser's clock is months away from the server's; what is left is right and runs on."""
    declare(rosa_page, "Countdown")
    shown = rosa_page.locator("#update .countdown")
    expect(shown).to_have_text(re.compile("in (30|29) minutes"))
    rosa_page.evaluate(
        "document.querySelector('#update .countdown').dataset.due = document.querySelector('#room').dataset.now"
    )
    expect(shown).to_have_text(re.compile(r"\d seconds? late"))
    expect(shown).to_have_class(re.compile("is-late"))


PAGES = ["/", "/declare/", "/playbooks/", "/people/", "/people/me/", "/people/1/", "/follow-ups/", "/nowhere/"]
PAGES += ["/settings/webhooks/", "/?q=zebra"]
SIGNED_OUT = ["/sign-in/", "/sign-in/a-secret/"]
IN_ROOM = ["", "timeline/", "picture/", "promises/", "deliveries/", "?at=2100-01-01T00:00:00Z"]


@pytest.fixture(scope="module")
def rooms(served: Served, browser: Browser) -> list[str]:
    """A room in full swing, a resolved one and a suspected one."""
    page = served.sign_in(browser, "Rosa", "administrator")
    busy = declare(page, "Busy")
    page.get_by_label("Note for the timeline").fill("**A note** with `code`")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#timeline .tale")).to_contain_text("A note")
    page.get_by_role("button", name=re.compile("^Tick: Start a video call")).click()
    expect(page.locator("#step-start-3")).to_have_class(re.compile("step-done"))
    over = declare(page, "Over", "Low")
    page.get_by_role("link", name="Resolve…").or_(page.get_by_text("Resolve the incident")).first.click()
    page.locator("#resolve-room").get_by_role("button", name="Resolve").click()
    expect(page.locator(".room-facts")).to_contain_text("Resolved")
    page.goto("/declare/")
    page.get_by_label("What is going on?").fill("Perhaps")
    page.get_by_role("radio", name="It is a suspicion").check()
    page.get_by_label(re.compile("This is a drill")).check()
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_text("This is a suspicion. Is it real?")).to_be_visible()
    suspected = page.url.removeprefix(served.base_url)
    page.goto("/playbooks/")
    playbook = page.locator("main li a").first.get_attribute("href") or ""
    page.goto(playbook)
    page.get_by_role("button", name="Watch a drill, two minutes").click()
    expect(page.locator(".drill-run")).to_be_visible()
    drill = page.url.removeprefix(served.base_url)
    page.context.close()
    return [*(busy + part for part in IN_ROOM), over, suspected, playbook, drill]


@dataclass
class Look:
    """One browser that goes through pages and writes down what is wrong with them."""

    page: Page
    home: str
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.notice(request.url))
        self.page.on("pageerror", lambda error: self.found.append(str(error)))
        self.page.on("console", lambda said: self.hear(said.text))

    def hear(self, words: str) -> None:
        if "Content Security Policy" in words:
            self.found.append(words)

    def notice(self, address: str) -> None:
        """Nothing is loaded from another server."""
        if not address.startswith((f"{self.home}/", "data:")):
            self.found.append(f"asks for {address}")

    def open(self, path: str) -> None:
        """Open a page with all its folded parts."""
        self.page.goto(path)
        self.page.evaluate("document.querySelectorAll('main details').forEach((each) => each.open = true)")

    def ask_axe(self, path: str, options: dict[str, Any]) -> None:
        answer = Axe().run(self.page, options={**options, "resultTypes": ["violations"]})
        for each in answer.response["violations"]:
            self.found.append(f"{path}: {each['id']} {[node['target'] for node in each['nodes'][:3]]}")

    def measure(self, path: str) -> None:
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.found.append(f"{path}: {too_wide} px wider than the screen")


def look_at(look: Look, path: str) -> None:
    """Hold a page to all rules in light, and to those of colours in dark."""
    look.open(path)
    look.ask_axe(path, RULES)
    look.page.emulate_media(color_scheme="dark")
    expect(look.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    look.ask_axe(f"{path} in dark", COLOURS)
    look.page.emulate_media(color_scheme="light")


def signed_in(served: Served, browser: Browser, size: dict[str, int], access: str = "administrator") -> Look:
    name = {"administrator": "Rosa", "observer": "Noor"}[access]
    settings = {"color_scheme": "light", "reduced_motion": "reduce", "viewport": size}
    return Look(served.sign_in(browser, name, access, **settings), served.base_url)


def test_every_page_meets_wcag_in_light_and_dark(served: Served, browser: Browser, rooms: list[str]) -> None:
    """Axe finds nothing: all its rules in light, and the colours once more in dark; nothing comes from elsewhere."""
    look = signed_in(served, browser, DESKTOP)
    for path in [*PAGES, *rooms]:
        look_at(look, path)
    look.page.context.clear_cookies()
    for path in SIGNED_OUT:
        look_at(look, path)
    look.page.context.close()
    assert not look.found, "\n".join(look.found)


def test_a_refusal_meets_wcag_and_so_does_an_observers_room(served: Served, browser: Browser, rooms: list[str]) -> None:
    look = signed_in(served, browser, DESKTOP)
    look.page.goto(rooms[0])
    look.page.locator("#more-next-start-2 summary").click()
    look.page.locator("#skip-start-2").get_by_role("button", name="Skip").click()
    expect(look.page.locator("#skip-start-2")).to_contain_text("This field is required.")
    look.ask_axe("a refusal", RULES)
    look.page.keyboard.press("?")
    look.ask_axe("the sheet of keys", RULES)
    look.page.context.close()
    reader = signed_in(served, browser, PHONE, "observer")
    look_at(reader, rooms[0])
    reader.measure(rooms[0])
    reader.page.context.close()
    assert not look.found + reader.found, "\n".join(look.found + reader.found)


def test_every_page_fits_a_phone(served: Served, browser: Browser, rooms: list[str]) -> None:
    """Nothing is wider than 360 pixels in English or in Spanish, folded parts included; all of axe's rules hold."""
    look = signed_in(served, browser, PHONE)
    for path in [*PAGES, *rooms]:
        look_at(look, path)
        look.measure(path)
    look.page.set_extra_http_headers({"Accept-Language": "es"})
    for path in [*PAGES, *rooms]:
        look.open(path)
        expect(look.page.locator("html")).to_have_attribute("lang", "es")
        look.measure(f"{path} in Spanish")
    look.page.context.close()
    assert not look.found, "\n".join(look.found)
