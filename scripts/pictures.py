"""Take the screenshots in docs/pictures anew: a server of its own, a moved clock, one incident under way at High.

Run by `make pictures`. Look at them before you commit them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.outside.browser import ROOT, Served, start_browser, start_server

PICTURES = ROOT / "docs" / "pictures"
DOCUMENT = ROOT / "tests" / "web" / "documents" / "harbour.md"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
ROOM = "/incidents/INC-1/"
PAGES = {
    "home": "/",
    "declare": "/declare/",
    "room": ROOM,
    "promises": f"{ROOM}promises/",
    "timeline": f"{ROOM}timeline/",
    "picture": f"{ROOM}picture/",
    "people": "/people/",
    "webhooks": "/settings/webhooks/",
}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, start_server(Path(folder)) as served, start_browser() as browser:
        served.ask("playbook", path=str(DOCUMENT))
        play(served, browser)
        drill = play_drill(served, browser)
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            take(served, browser, size, viewport, "light", drill)
        take(served, browser, "desktop-dark", DESKTOP, "dark", drill)
    sys.stdout.write(f"{len(list(PICTURES.glob('*.png')))} pictures in {PICTURES.relative_to(ROOT)}\n")


def play(served: Served, browser: Browser) -> None:
    """Bring an incident to the moment before its second update, with two people in it."""
    rosa = served.sign_in(browser, "Rosa", "administrator")
    declare(rosa, "Berths cannot be booked", "Bookings fail since the **8:40** release.", "High")
    served.move(2)
    press(rosa, "Declare there", "Start a video call")
    rosa.locator("#next").get_by_label("Address of the call").fill("https://meet.example.org/berths")
    press(rosa, "This is the call", "Share the link")
    press(rosa, "Share it", "Delegate the tasks")
    press(rosa, "Done", "Determine the impact")
    served.move(4)
    rosa.locator("#next").get_by_label("Who and what is affected?").fill("Skippers in all harbours; nothing is lost.")
    press(rosa, "Save impact", "Notify #harbour-ops")
    sam = served.sign_in(browser, "Sam")
    sam.goto(ROOM)
    sam.get_by_role("button", name="Take the role communications lead").click()
    expect(sam.get_by_role("button", name="Leave the role communications lead")).to_be_visible()
    sam.get_by_label("Note for the timeline").fill("The release of this morning is **rolled back**.")
    sam.get_by_role("button", name="Add note").click()
    expect(sam.locator("#timeline .tale")).to_contain_text("rolled back")
    served.move(4)
    declare(sam, "Odd sign-ins from one address", "", "Low")
    for page in (rosa, sam):
        page.context.close()


def play_drill(served: Served, browser: Browser) -> str:
    """Bring a scripted drill to its middle and return its room's path."""
    page = served.sign_in(browser, "Rosa", "administrator")
    page.goto("/playbooks/")
    page.locator("main li a").first.click()
    page.get_by_role("button", name="Watch a drill, two minutes").click()
    expect(page.locator(".drill-run")).to_be_visible()
    path = page.url.removeprefix(served.base_url)
    served.ask("drill", seconds=40)
    page.context.close()
    return path


def declare(page: Page, title: str, summary: str, severity: str) -> None:
    page.goto("/declare/")
    page.get_by_label("What is going on?").fill(title)
    page.get_by_label("What is known").fill(summary)
    page.get_by_role("radio", name=severity).check()
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def press(page: Page, button: str, then: str) -> None:
    """Press a button of the card at the top and wait for what is next."""
    page.locator("#next").get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#next .next-text")).to_contain_text(then)


def take(served: Served, browser: Browser, suffix: str, viewport: dict[str, int], scheme: str, drill: str) -> None:
    page = served.sign_in(browser, "Rosa", "administrator", viewport=viewport, color_scheme=scheme)
    page.goto("/playbooks/")
    playbook = page.locator("main li a").first.get_attribute("href") or ""
    for name, path in {**PAGES, "playbook": playbook, "drill": drill}.items():
        page.goto(path)
        page.evaluate("document.fonts.ready")
        page.screenshot(path=PICTURES / f"{name}-{suffix}.png")
    page.goto(ROOM)
    expect(page.get_by_role("button", name="Find anything")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("video")
    expect(page.locator("#found li").first).to_contain_text("video")
    page.screenshot(path=PICTURES / f"palette-{suffix}.png")
    page.context.close()


if __name__ == "__main__":
    main()
