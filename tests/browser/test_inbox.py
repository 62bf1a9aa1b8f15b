"""U-10, morning triage: Mia reads the night's threads at her desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.overnight import ADA, GAS, MIA, NIGHT, PERSON, texter
from tests.stories.real_server import RealServer

GROUPS = {"Emergency": 0, "Needs a person": 1}
WIRE = 100_000  # bytes the first paint may take


@pytest.fixture(scope="module")
def server(shop_server: RealServer) -> RealServer:
    """After the night; as many calls were missed before it as fill the inbox's first page."""
    for number in range(40):
        shop_server.miss(f"CA{number}", sender=texter(40 + number))
    overnight.night(shop_server)
    return shop_server


@pytest.fixture(scope="module", autouse=True)
def _before(server: RealServer, screens: Screens) -> None:
    """The night is over before anybody looks."""


def opened(page: Page, number: int, name: str | None = None) -> Page:
    """The thread of the night's n-th customer, reached from the inbox, where they stand by name or number."""
    page.goto("/console")
    page.get_by_role("link", name=name or f"(512) 555-02{number:02d}").click()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()
    return page


def test_emergencies_come_first_then_who_needs_a_person_then_the_rest(mia: Page) -> None:
    mia.goto("/console")
    rows = [row.inner_text() for row in mia.locator("#inbox .row").all()]
    groups = [next((place for badge, place in GROUPS.items() if badge in row), 2) for row in rows]
    assert groups == sorted(groups)
    assert (groups.count(0), groups.count(1)) == (NIGHT.count(GAS), NIGHT.count(PERSON))


def test_the_newest_comes_first_inside_each_group(mia: Page) -> None:
    mia.goto("/console")
    told = [
        (row.inner_text(), row.locator("time").get_attribute("datetime")) for row in mia.locator("#inbox .row").all()
    ]
    for badge in (*GROUPS, None):
        times = [at for text, at in told if (badge in text if badge else not any(one in text for one in GROUPS))]
        assert len(times) > 1
        assert times == sorted(times, reverse=True)


def test_the_unread_are_counted(mia: Page, server: RealServer) -> None:
    [(unread,)] = server.rows("select count(*) from conversations where unread > 0")
    mia.goto("/console")
    assert unread > 0
    expect(mia).to_have_title(re.compile(rf"^\({unread}\) Inbox"))
    expect(mia.get_by_role("navigation", name="Threads").get_by_role("link", name=f"Unread {unread}")).to_be_visible()


def test_reading_leaves_a_thread_unread_until_she_says_so(mia: Page) -> None:
    opened(mia, 0)
    mia.goto("/console")
    row = mia.get_by_role("link", name="(512) 555-0200")
    expect(row).to_contain_text("1 unread")
    row.click()
    mia.get_by_role("button", name="Mark read").click()
    expect(mia.get_by_role("button", name="Mark read")).to_have_count(0)
    mia.goto("/console")
    expect(row).not_to_contain_text("unread")


def test_the_card_shows_the_matter_the_address_and_what_to_do_by_when(mia: Page) -> None:
    card = opened(mia, 3).locator("#card")
    expect(card).to_contain_text("AC died")
    expect(card).to_contain_text("12 Oak St")
    expect(card).to_contain_text(re.compile("Next: .+"))
    expect(opened(mia, 2).locator("#card .next time")).to_be_visible()


def test_without_a_model_the_card_says_that_rules_wrote_it(mia: Page) -> None:
    expect(opened(mia, 3).locator("#card")).to_contain_text("from rules")


def test_each_fact_leads_to_the_message_it_was_said_in(mia: Page) -> None:
    cited = opened(mia, 3).locator("#card a.cite").all()
    assert len(cited) >= 2
    for one in cited:
        one.click()
        expect(mia.locator(":target")).to_contain_text("12 Oak St")


def test_the_visit_comes_from_the_store_not_from_what_was_said(mia: Page, server: RealServer) -> None:
    visit = {**overnight.ANN_ON_MONDAY, "customerPhone": texter(4)}
    overnight.asked(server, "POST", "/api/private/v1/bookings", visit)
    expect(opened(mia, 4, "Ann Lee").locator("#card")).to_contain_text("November 23 at 9:00 AM")
    (booked,) = server.bookings(texter(4))
    moved = {"scheduledStartAt": "2026-11-24T20:00:00Z", "scheduledEndAt": "2026-11-24T21:30:00Z"}
    overnight.asked(server, "PATCH", f"/api/private/v1/bookings/{booked['id']}", moved)
    mia.reload()
    expect(mia.locator("#card")).to_contain_text("November 24 at 2:00 PM")


def test_a_new_text_shows_in_the_open_inbox_without_a_reload(mia: Page, server: RealServer) -> None:
    with mia.expect_response(re.compile("/console/live")):
        mia.goto("/console")
    server.text("Is anybody there?", sender=texter(5))
    expect(mia.get_by_role("link", name="(512) 555-0205")).to_contain_text("Is anybody there?")


def test_the_first_paint_takes_little_from_the_wire(window: Callable[..., Page]) -> None:
    page = window(MIA, phone=True)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto("/console", wait_until="load")
    expect(page.locator("#inbox .row")).to_have_count(40)
    assert len(sizes) >= 4
    assert sum(sizes) <= WIRE


def test_signing_out_closes_the_door(window: Callable[..., Page], server: RealServer) -> None:
    overnight.colleague(server, ADA, "admin")
    page = window()
    overnight.sign_in(page, ADA, server.company["owner"]["password"], "/console/leads")
    expect(page).to_have_url(re.compile("/console/leads$"))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out")
    page.goto("/console")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_refused_in_words(window: Callable[..., Page]) -> None:
    page = window()
    page.goto("/console")
    page.get_by_label("E-mail").fill(MIA)
    page.get_by_label("Password").fill("not the one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not go together")


def test_on_a_phone_the_menu_opens_and_leads_on(window: Callable[..., Page]) -> None:
    page = window(MIA, phone=True)
    page.goto("/console")
    expect(page.get_by_role("link", name="Calendar", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Calendar", exact=True).click()
    expect(page).to_have_url(re.compile("/console/calendar"))
