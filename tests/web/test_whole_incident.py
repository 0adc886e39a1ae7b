"""One whole incident at High, in a browser, from the first word to the last follow-up, on a clock moved by hand.

It runs on a document of this project's own and, where the shared folder is there, on the reference document as it
stands. Both have the same steps on the same lines, so the walk names steps by line and reads their words from the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.outside.browser import Served, start_server
from tests.web.conftest import DOCUMENT
from tocsin.playbook.model import Playbook, Step
from tocsin.playbook.read import compile_document

TITLE = "Nobody can sign in"
# The page counts on by itself from the moment the server told it.
HALF_AN_HOUR = re.compile(r"in (30|29) minutes")


@dataclass(frozen=True)
class Walk:
    """One person's room, with the playbook it runs."""

    page: Page
    playbook: Playbook

    def step(self, line: int) -> Step:
        return next(step for step in self.playbook.all_steps() if step.line == line)

    @property
    def next_card(self) -> Locator:
        return self.page.locator("#next")

    def in_list(self, line: int) -> Locator:
        return self.page.locator(f"#step-{self.step(line).id}")

    def expect_next(self, line: int) -> None:
        """The card at the top asks for the step of that line."""
        expect(self.next_card).to_have_attribute("data-what", self.step(line).id)
        expect(self.in_list(line)).to_contain_text("Next")

    def expect_status(self, line: int, status: str) -> None:
        expect(self.in_list(line)).to_have_class(re.compile(rf"\bstep-{status}\b"))

    def press(self, name: str) -> None:
        self.next_card.get_by_role("button", name=name, exact=True).click()

    def fill(self, label: str, words: str) -> None:
        self.next_card.get_by_label(label, exact=True).fill(words)


@pytest.fixture
def own_document() -> Path:
    return DOCUMENT


@pytest.fixture
def reference_document(shared: Path) -> Path:
    return shared / "playbooks" / "benefits" / "incident-response.md"


@pytest.fixture(params=["own_document", "reference_document"])
def document(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


@pytest.fixture
def server(tmp_path: Path, document: Path) -> Iterator[Served]:
    with start_server(tmp_path / "data") as running:
        running.ask("playbook", path=str(document))
        yield running


def test_a_whole_incident_at_high(server: Served, browser: Browser, document: Path) -> None:
    """From the declaration to the last follow-up, the room shows what is next, why, by when and for whom."""
    playbook = compile_document(document.read_bytes(), document.name)
    rosa = Walk(server.sign_in(browser, "Rosa", "administrator"), playbook)
    sam = Walk(server.sign_in(browser, "Sam", "responder"), playbook)
    declare(rosa, sam)
    initiate(rosa, server)
    assess(rosa, sam, server)
    remediate(rosa, sam, server)
    keep_the_cadence(rosa, sam, server)
    what_time_and_answers_open(rosa, sam, server)
    resolve(rosa, sam, server)
    follow_up(rosa, sam, server)
    look_back(rosa)


def declare(rosa: Walk, sam: Walk) -> None:
    """T+0. A title is enough; everybody's list shows it, and the room begins with the first step."""
    expect(sam.page.get_by_role("heading", name="No incident is open")).to_be_visible()
    expect(rosa.page.get_by_role("link", name="Try a drill")).to_be_visible()
    rosa.page.keyboard.press("c")
    rosa.page.get_by_label("What is going on?").fill(TITLE)
    rosa.page.get_by_role("button", name="Declare", exact=True).click()
    expect(rosa.page.get_by_role("heading", level=1)).to_have_text(f"INC-1 {TITLE}")
    sam.page.get_by_role("link", name=f"INC-1 {TITLE}").click()
    for walk in (rosa, sam):
        walk.expect_next(13)
        expect(walk.page.locator(".room-facts")).to_contain_text("Active")
        expect(walk.page.locator(".room-facts")).to_contain_text("Rosa leads")
        expect(walk.page.locator(".room-facts")).to_contain_text("Severity not set")
    rosa.expect_status(12, "done")
    for line in (29, 30, 31, 37, 42, 43, 44, 48, 49):
        rosa.expect_status(line, "waiting")
    expect(rosa.in_list(29)).to_contain_text("Waits: applies when severity is High or Medium")
    expect(rosa.in_list(37)).to_contain_text("when the incident is resolved")


def initiate(rosa: Walk, server: Served) -> None:
    """T+1 to T+4. Declare in the channel, start and share the call, delegate."""
    server.move(1)
    expect(rosa.next_card.get_by_label("Brief details")).to_have_value(re.compile(TITLE))
    expect(rosa.next_card.locator(".policy")).to_contain_text("sensitive information")
    rosa.fill("Brief details", "Sign-in fails for everybody since this morning.")
    rosa.press("Declare there")
    rosa.expect_next(15)
    rosa.fill("Address of the call", "not an address")
    rosa.press("This is the call")
    expect(rosa.next_card).to_contain_text("Give an address that starts with https://")
    expect(rosa.next_card.get_by_label("Address of the call")).to_have_value("not an address")
    rosa.fill("Address of the call", "https://meet.example.org/room")
    rosa.press("This is the call")
    rosa.expect_next(16)
    expect(rosa.page.get_by_role("link", name="Join the call")).to_have_attribute(
        "href", "https://meet.example.org/room"
    )
    server.move(1)
    rosa.press("Share it")
    rosa.expect_next(17)
    rosa.press("Done")
    rosa.expect_next(21)
    rosa.expect_status(17, "done")


def assess(rosa: Walk, sam: Walk, server: Served) -> None:
    """T+8. Impact, then High: the steps for it open everywhere at once, and the clock begins to count."""
    rosa.fill("Who and what is affected?", "Everybody who signs in. Keys may have leaked.")
    rosa.press("Save impact")
    rosa.expect_next(22)
    server.move(6)
    for level in rosa.playbook.severities:
        expect(rosa.next_card.locator(".level", has_text=level.name)).to_contain_text(level.criteria[0])
    rosa.next_card.get_by_role("radio", name="High").check()
    rosa.press("Assign")
    for walk in (rosa, sam):
        walk.expect_next(29)
        expect(walk.page.locator(".room-facts .sev")).to_have_text("High")
        for line in (29, 42, 43, 48, 49, 51, 52):
            walk.expect_status(line, "open")
        for line in (30, 31, 37, 44):
            walk.expect_status(line, "waiting")
        expect(walk.page.locator("#update .countdown")).to_have_text(HALF_AN_HOUR)
    expect(rosa.in_list(29)).to_contain_text("Applies because severity is High")
    expect(rosa.in_list(30)).to_contain_text("60 minutes after the start")
    expect(rosa.page.locator("#promises")).to_contain_text(HALF_AN_HOUR)


def remediate(rosa: Walk, sam: Walk, server: Served) -> None:
    """T+8 to T+12. Tell the channel, choose a note-taker, consult the handbook, keep material, release the fix."""
    expect(rosa.next_card.get_by_label("Message")).to_have_value(re.compile("Severity: High"))
    rosa.press("Send")
    rosa.expect_next(35)
    expect(rosa.page.locator("#said")).to_contain_text("will be told")
    rosa.next_card.get_by_label("Who takes notes?").select_option(label="Sam")
    rosa.press("They take notes")
    rosa.expect_next(36)
    expect(sam.page.locator("#people")).to_contain_text("Note-taker")
    sam.page.keyboard.press("n")
    sam.page.keyboard.type("Rolled back the release of this morning.")
    sam.page.get_by_role("button", name="Add note").click()
    expect(rosa.page.locator("#timeline")).to_contain_text("Rolled back the release of this morning.")
    rosa.fill("What did you find?", "The page on sign-in says to restart the gate.")
    rosa.press("Done reading")
    rosa.expect_next(38)
    rosa.fill("What is it?", "Logs of the gate")
    rosa.press("Keep it")
    rosa.expect_next(43)
    server.move(4)
    rosa.fill("What was released?", "Version 4.1.3 restarts the gate.")
    rosa.press("It is released")
    # The cadence rests until it comes near, so the report is next; nobody has to write it yet.
    rosa.expect_next(49)


def keep_the_cadence(rosa: Walk, sam: Walk, server: Served) -> None:
    """T+12 to T+38. The update is reminded of ahead of time, is due 30 minutes after the severity, and starts anew."""
    server.move(21)
    for walk in (rosa, sam):
        walk.expect_next(42)
        expect(walk.page.locator("#timeline")).to_contain_text("reminded ahead of time")
    server.move(6)
    expect(sam.next_card).to_contain_text(re.compile(r"1 minute( \d+ seconds?)? late"))
    expect(sam.page.locator("#timeline")).to_contain_text("reminded that it is due")
    channel = sam.step(42).channels[0].name
    expect(sam.next_card.get_by_role("checkbox", name=channel)).to_be_checked()
    sam.fill("How does it stand?", "The gate restarts. Half of the sign-ins work again.")
    sam.press("Post update")
    for walk in (rosa, sam):
        expect(walk.page.locator("#update")).to_contain_text("Half of the sign-ins work again.")
        expect(walk.page.locator("#update .countdown")).to_have_text(HALF_AN_HOUR)
        walk.expect_next(49)
    expect(sam.page.locator("#timeline")).to_contain_text("kept 1 minute late")


def what_time_and_answers_open(rosa: Walk, sam: Walk, server: Served) -> None:
    """T+50: an answer opens its step at once. T+60: the hour opens the other, without anybody pressing anything."""
    server.move(11)
    attack = rosa.playbook.questions[1]
    rosa.page.locator(f"#question-{attack.id}").get_by_role("button", name="Yes").click()
    for walk in (rosa, sam):
        walk.expect_next(31)
        expect(walk.in_list(31)).to_contain_text("was answered yes")
    rosa.press("Send")
    rosa.expect_status(31, "done")
    rosa.expect_next(49)
    rosa.expect_status(30, "waiting")
    server.move(10)
    for walk in (rosa, sam):
        walk.expect_next(30)
        walk.expect_status(30, "open")
        expect(walk.in_list(30)).to_contain_text("60 minutes")
    expect(sam.page.locator("#timeline")).to_contain_text("opened: If the incident is lasting more than 60 minutes")
    audience = rosa.step(30).audiences[0]
    expect(rosa.next_card.get_by_label("Who is told")).to_have_value(audience)
    rosa.press("Send")
    rosa.expect_status(30, "done")
    rosa.expect_next(49)
    server.move(8)
    rosa.expect_next(42)
    rosa.press("Nothing new")
    rosa.expect_next(49)
    expect(rosa.page.locator("#update")).to_contain_text("Nothing new")


def resolve(rosa: Walk, sam: Walk, server: Served) -> None:
    """T+75. Resolving ends the cadence, withdraws its promise, and asks for the announcements."""
    server.move(5)
    rosa.page.get_by_text("Resolve the incident").click()
    rosa.page.get_by_label("How did it end?").fill("The gate is mended and the keys are changed.")
    rosa.page.locator("#resolve-room").get_by_role("button", name="Resolve").click()
    for walk in (rosa, sam):
        walk.expect_next(37)
        expect(walk.page.locator(".room-facts")).to_contain_text("Resolved")
        walk.expect_status(42, "done")
        walk.expect_status(44, "open")
    expect(rosa.page.locator("#promises")).to_contain_text("Nothing is due.")
    expect(rosa.next_card.get_by_label("Message")).to_have_value(re.compile("It lasted 1 hour"))
    rosa.press("Announce")
    rosa.expect_next(44)
    rosa.press("Announce")
    rosa.expect_next(49)


def follow_up(rosa: Walk, sam: Walk, server: Served) -> None:
    """The next day. Draft, thumbs-up by somebody else, share; then the follow-ups, and the incident closes."""
    server.move(60 * 20)
    rosa.fill("Report", "# What happened\n\nThe gate stood still.")
    rosa.press("Save this version")
    for walk in (rosa, sam):
        walk.expect_next(51)
    rosa.press("Approve")
    expect(rosa.page.locator("#refused")).to_contain_text("somebody else has to approve it")
    sam.press("Approve")
    for walk in (rosa, sam):
        walk.expect_next(52)
        expect(walk.page.locator("#report")).to_contain_text("Sam")
    rosa.fill("Who gets it", "the board")
    rosa.press("Share it")
    rosa.expect_next(48)
    rosa.press("Done")
    rosa.expect_next(53)
    for title in ("Watch the gate", "Write down how to change the keys"):
        rosa.fill("What is to be done later?", title)
        rosa.press("Add follow-up")
        expect(rosa.page.locator("#follow-ups")).to_contain_text(title)
    if rosa.next_card.get_attribute("data-what") == rosa.step(53).id:
        rosa.press("Tick it, done elsewhere")
    expect(rosa.next_card).to_contain_text("Every step that applies is done.")
    expect(sam.next_card).to_contain_text("Every step that applies is done.")
    for title in ("Watch the gate", "Write down how to change the keys"):
        rosa.page.get_by_role("button", name=f"Done: {title}").click()
        expect(rosa.page.get_by_role("button", name=f"Done: {title}")).to_have_count(0)
    rosa.page.get_by_role("link", name="Close…").click()
    rosa.page.locator("#close-room").get_by_role("button").click()
    for walk in (rosa, sam):
        expect(walk.next_card).to_contain_text("This incident is closed.")
        expect(walk.page.locator(".room-facts")).to_contain_text("Closed")


def look_back(rosa: Walk) -> None:
    """Afterwards: every promise is settled, the whole timeline is there, and the room can be seen as it was."""
    page = rosa.page
    page.get_by_role("link", name="All of them").first.click()
    expect(page.get_by_role("heading", name="Promises")).to_be_visible()
    expect(page.get_by_text("Nothing is owed now.")).to_be_visible()
    expect(page.locator("#whole")).to_contain_text("kept 1 minute late")
    expect(page.locator("#whole")).to_contain_text("withdrawn")
    page.goto("/incidents/INC-1/timeline/")
    for words in ("declared the incident", "assigned High", "posted update 1", "resolved the incident", "closed the"):
        expect(page.locator("#whole")).to_contain_text(words)
    page.goto("/incidents/INC-1/?at=2026-03-02T09:20:00Z")
    expect(page.get_by_text("This is the room as it was then")).to_be_visible()
    expect(page.locator(".room-facts")).to_contain_text("Active")
    rosa.expect_status(30, "waiting")
    rosa.expect_next(49)
    expect(page.locator("#room form[method=post]")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_role("heading", name="No incident is open")).to_be_visible()
    expect(page.locator(".ended")).to_contain_text(TITLE)
