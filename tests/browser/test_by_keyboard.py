"""A morning without a mouse: inbox, thread and calendar by the keyboard alone; and what comes in while one looks."""

import time
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.overnight import REPAIR, texter
from tests.stories.real_server import RealServer

STEPS = 80  # tabs after which something cannot be reached
SOON = 1.0  # seconds from a text's arrival to its place in an open thread
FOCUSED = """(at => at.matches('a, button, input, select, textarea, summary') ? at.innerText || at.name : '')
(document.activeElement)"""


@pytest.fixture(scope="module", autouse=True)
def server(shop_server: RealServer, screens: Screens) -> RealServer:
    """Three customers have written, and one has a visit on Monday."""
    for number in range(3):
        shop_server.text(REPAIR, sender=texter(number))
    overnight.asked(shop_server, "POST", "/api/private/v1/bookings", overnight.ANN_ON_MONDAY)
    overnight.settled(shop_server)
    return shop_server


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the element with this text (or this name) has the focus, and see that the focus shows."""
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if text in page.evaluate(FOCUSED):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"no Tab leads to {text!r}")


def follow(page: Page) -> None:
    """Enter on a link or button, and the page it leads to is there."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def thread_of(page: Page, number: int) -> None:
    """From the inbox to a thread, by Tab and Enter."""
    page.goto("/console")
    tab_to(page, f"555-02{number:02d}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()


def test_the_first_tab_offers_to_skip_the_navigation(mia: Page) -> None:
    mia.goto("/console")
    mia.keyboard.press("Tab")
    assert mia.evaluate(FOCUSED) == "Skip to the content"
    mia.keyboard.press("Enter")
    assert mia.evaluate("document.activeElement.id") == "main"


def test_whatever_has_the_focus_shows_it(mia: Page) -> None:
    mia.goto("/console")
    style = "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow })()"
    bare = set()
    for _ in range(20):
        mia.keyboard.press("Tab")
        if mia.evaluate(style) == "nonenone":
            bare.add(mia.evaluate(FOCUSED))
    assert bare == set()


def test_she_answers_a_thread(mia: Page) -> None:
    thread_of(mia, 0)
    tab_to(mia, "body")
    mia.keyboard.type("Hi Sarah, Mia here")
    mia.keyboard.press("Control+Enter")
    expect(mia.get_by_role("region", name="Messages")).to_contain_text("Hi Sarah, Mia here")
    expect(mia.get_by_role("button", name="Hand back")).to_be_visible()


def test_she_takes_a_thread_over_and_hands_it_back(mia: Page) -> None:
    thread_of(mia, 1)
    tab_to(mia, "Take over")
    mia.keyboard.press("Enter")
    expect(mia.get_by_role("button", name="Hand back")).to_be_visible()
    tab_to(mia, "Hand back")
    mia.keyboard.press("Space")
    expect(mia.get_by_role("button", name="Take over")).to_be_visible()


def test_she_moves_a_visit_from_the_calendar(mia: Page, server: RealServer) -> None:
    mia.goto("/console/calendar")
    tab_to(mia, "Week")
    follow(mia)
    tab_to(mia, "Next")
    follow(mia)
    tab_to(mia, "Ann Lee")
    follow(mia)
    expect(mia.get_by_role("heading", name="Diagnostic visit")).to_be_visible()
    tab_to(mia, "slot")
    mia.keyboard.press("ArrowDown")
    tab_to(mia, "Move to this time")
    follow(mia)
    expect(mia.get_by_role("status")).to_be_visible()
    (visit,) = server.bookings(overnight.ANN_ON_MONDAY["customerPhone"])
    assert visit["previousStartAt"] == overnight.ANN_ON_MONDAY["scheduledStartAt"]


def test_a_text_shows_in_an_open_thread_within_a_second(mia: Page, server: RealServer) -> None:
    thread_of(mia, 2)
    here = mia.url
    mia.evaluate("window.stillHere = true")
    waits = []
    for number in range(5):
        words = f"One more thing, number {number}"
        server.text(words, sender=texter(2))
        began = time.perf_counter()
        expect(mia.get_by_role("region", name="Messages")).to_contain_text(words)
        waits.append(time.perf_counter() - began)
    assert median(waits) <= SOON
    assert mia.url == here
    assert mia.evaluate("window.stillHere")


def test_what_she_is_writing_survives_what_comes_in(mia: Page, server: RealServer) -> None:
    thread_of(mia, 2)
    mia.get_by_label("Text to").fill("I am just wri")
    server.text("Are you there?", sender=texter(2))
    expect(mia.get_by_role("region", name="Messages")).to_contain_text("Are you there?")
    expect(mia.get_by_label("Text to")).to_have_value("I am just wri")
    assert mia.evaluate("document.activeElement.name") == "body"


def test_a_phone_shows_a_text_as_soon(window: Callable[..., Page], server: RealServer) -> None:
    page = window(overnight.MIA, phone=True)
    thread_of(page, 0)
    server.text("Now from my phone", sender=texter(0))
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Now from my phone")
