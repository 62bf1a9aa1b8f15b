"""Where no script runs: Sarah books and cancels, Mia reads, answers, moves a visit and signs out."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from api.console.pages import NAVIGATION, Entry
from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.overnight import MIA
from tests.browser.test_homeowner_pages import fill_in, manage_link
from tests.stories.real_server import SARAH, RealServer


@pytest.fixture(scope="module")
def server(shop_server: RealServer) -> RealServer:
    """A company with something on every page."""
    overnight.a_working_week(shop_server)
    return shop_server


@pytest.fixture(scope="module", autouse=True)
def _before(server: RealServer, screens: Screens) -> None:
    """The week is over before anybody looks."""


@pytest.fixture
def plain(window: Callable[..., Page]) -> Page:
    """Mia's browser, on a phone, with scripts switched off."""
    return window(MIA, phone=True, javascript=False)


def test_sarah_books_and_cancels(window: Callable[..., Page], server: RealServer) -> None:
    page = window(phone=True, javascript=False)
    page.goto("/book/bluebird")
    page.get_by_label("Water heater install").check()
    page.get_by_label("ZIP").fill("78701")
    page.get_by_role("button", name="See open times").click()
    fill_in(page, SARAH)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading")).to_have_text("You're booked")
    overnight.settled(server)
    page.goto(manage_link(server))
    page.get_by_text("Cancel the visit").click()
    page.get_by_role("button", name="Yes, cancel").click()
    expect(page.get_by_role("status")).to_contain_text("cancelled")


def test_sarah_chats(window: Callable[..., Page]) -> None:
    page = window(phone=True, javascript=False)
    page.goto("/chat/bluebird")
    page.get_by_role("textbox").fill("My heat is out")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".ringback-said.mine")).to_contain_text("My heat is out")


def test_mia_answers_from_the_inbox(plain: Page) -> None:
    plain.goto("/console")
    plain.get_by_role("link", name="(512) 555-0203").click()
    plain.get_by_label("Text to").fill("Mia here, on our way")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_role("region", name="Messages")).to_contain_text("Mia here, on our way")
    plain.get_by_role("button", name="Hand back").click()
    expect(plain.get_by_role("status").first).to_contain_text("The assistant has this thread again")


def test_mia_moves_a_visit(plain: Page) -> None:
    plain.goto("/console/calendar?view=week&day=2026-11-23")
    plain.get_by_role("link", name="Ann Lee").first.click()
    plain.locator(".time").last.click()
    plain.get_by_role("button", name="Move to this time").click()
    expect(plain.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize("entry", [one for one in NAVIGATION if not one.sandbox_only], ids=lambda one: one.name)
def test_the_menu_leads_to_every_page(plain: Page, entry: Entry) -> None:
    plain.goto("/console/sessions")
    plain.get_by_role("button", name="Menu").click()
    plain.get_by_role("link", name=entry.name, exact=True).click()
    expect(plain).to_have_url(re.compile(f"{re.escape(entry.path)}$"))
    expect(plain.get_by_role("heading", level=1)).to_be_visible()


def test_mia_opens_a_booking_page_and_removes_it(plain: Page) -> None:
    plain.goto("/console/settings/booking-pages")
    plain.get_by_role("link", name="New booking page").click()
    plain.get_by_label("Title").fill("Boilers")
    plain.get_by_label("Water heater install").check()
    plain.get_by_role("button", name="Save").click()
    here = plain.url
    plain.get_by_role("link", name="Open Boilers").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Boilers")
    expect(plain.get_by_role("radio")).to_have_count(1)
    plain.goto(here)
    plain.get_by_text("Remove this page").click()
    plain.get_by_role("button", name="Remove the page").click()
    expect(plain.get_by_role("status")).to_contain_text("The page is removed")
    expect(plain.get_by_role("link", name="Boilers", exact=True)).to_have_count(0)


def test_mia_signs_out(window: Callable[..., Page], server: RealServer) -> None:
    page = window(phone=True, javascript=False)
    overnight.sign_in(page, MIA, server.company["owner"]["password"])
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
