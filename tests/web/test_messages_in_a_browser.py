"""From an empty directory to a sent message in a browser; every page on the way meets WCAG and fits a phone."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.outside.browser import Served
from tests.web.test_in_a_browser import RULES, declare, signed_in

PHONE = {"width": 360, "height": 740}


def test_a_message_goes_out_by_hand_and_every_page_can_be_used_by_all(served: Served, browser: Browser) -> None:
    look = signed_in(served, browser, PHONE)
    page = look.page

    def check() -> None:
        path = page.url.removeprefix(served.base_url)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => each.open = true)")
        look.ask_axe(path, RULES)
        look.measure(path)

    page.goto("/audiences/")
    check()
    page.get_by_role("link", name="Add an audience").click()
    check()
    page.get_by_label("Name").first.fill("Harbour masters")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a contact").click()
    check()
    page.get_by_label("Name").first.fill("Ada")
    page.get_by_label("Organisation").fill("North pier")
    page.get_by_label("E-mail address").fill("ada@pier.example")
    page.get_by_role("button", name="Save").click()
    check()
    page.goto("/teams/new/")
    check()
    room = declare(page, "The crane is stuck")
    page.goto(f"{room}messages/")
    check()
    page.get_by_role("link", name="Write to Harbour masters").click()
    check()
    page.get_by_label("Message").fill("Dear {name}, the crane is stuck.")
    page.get_by_role("button", name="See it as it arrives").click()
    expect(page.get_by_role("heading", name="As North pier gets it")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Dear Ada, the crane is stuck.")).to_be_visible()
    check()
    page.get_by_role("button", name="Approve and send").press("Enter")
    expect(page.get_by_text("It is on its way.")).to_be_visible()
    page.context.close()
    assert not look.found, "\n".join(look.found)
