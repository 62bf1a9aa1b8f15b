"""U-11: Mia steps into a thread and hands it back, and answers requests; Ken and Ruth see what is theirs to see."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser import overnight
from tests.browser.conftest import Screens
from tests.browser.overnight import KEN, REPAIR, RUTH, texter
from tests.stories.real_server import RealServer

SILENT, ASKS, WAITS, APART = texter(0), texter(1), texter(2), texter(3)


@pytest.fixture(scope="module", autouse=True)
def server(shop_server: RealServer, screens: Screens) -> RealServer:
    """Visits need the office's yes; an agent and a supervisor of one team, and a thread that is another's."""
    overnight.needs_approval(shop_server)
    team = overnight.asked(shop_server, "POST", "/api/v1/teams", {"name": "North side"})["id"]
    overnight.colleague(shop_server, KEN, "agent", team)
    overnight.colleague(shop_server, RUTH, "supervisor", team)
    shop_server.text(REPAIR, sender=APART)
    overnight.settled(shop_server)
    return shop_server


def thread(page: Page, phone: str) -> None:
    """The thread of a number, from the inbox."""
    page.goto("/console")
    page.locator("#inbox").get_by_role("link", name=f"(512) 555-{phone[-4:]}").click()
    expect(page.get_by_role("heading", name="Summary")).to_be_visible()


def answers(server: RealServer, phone: str, *words: str) -> int:
    """How many replies of the assistant these texts brought."""
    before = len(server.sent(phone, "reply"))
    for one in words:
        assert server.text(one, sender=phone).is_success
        overnight.settled(server)
    return len(server.sent(phone, "reply")) - before


@contextmanager
def later(server: RealServer, hours: float) -> Iterator[None]:
    """So many hours on; afterwards the clock is set back for whoever comes next."""
    now = datetime.fromisoformat(server.http.get("/api/sandbox/clock").json()["now"])
    server.http.post("/api/sandbox/clock", json={"now": (now + timedelta(hours=hours)).isoformat()}).raise_for_status()
    overnight.settled(server)
    yield
    server.http.post("/api/sandbox/clock", json={"now": now.isoformat()}).raise_for_status()


def test_who_writes_has_the_thread_until_she_hands_it_back(mia: Page, server: RealServer) -> None:
    assert answers(server, SILENT, REPAIR) == 1
    thread(mia, SILENT)
    mia.get_by_label("Text to").fill("Hi Sarah, Mia here")
    mia.get_by_role("button", name="Send").click()
    expect(mia.locator("#standing")).to_contain_text("Mia")
    assert [one["body"] for one in server.sent(SILENT, "staff")] == ["Hi Sarah, Mia here"]
    assert answers(server, SILENT, "Oh hello", "When can you come?", "Monday?") == 0
    with later(server, 72):
        assert answers(server, SILENT, "Still there?") == 0
        mia.reload()
        mia.get_by_role("button", name="Hand back").click()
        expect(mia.get_by_role("button", name="Take over")).to_be_visible()
        assert answers(server, SILENT, "Can somebody come on Friday?") == 1


def requested(server: RealServer, phone: str, day: str) -> str:
    """A visit asked for by text, and what the assistant said to it."""
    server.say(f"AC died, 12 Oak St 78701, {day} morning?", sender=phone)
    return server.say(f"{day} at 9 works", sender=phone)


def row_of(page: Page, phone: str) -> str:
    """The selector of a request's row."""
    page.goto("/console/approvals")
    return f".approval:has-text('(512) 555-{phone[-4:]}')"


def test_going_back_after_a_reply_does_not_leave_it_to_be_sent_again(mia: Page) -> None:
    thread(mia, APART)
    written = mia.get_by_label("Text to")
    for words in ("We are on our way.", "Ten more minutes."):
        written.fill(words)
        mia.get_by_role("button", name="Send").click()
        expect(mia.get_by_text(words)).to_be_visible()
    mia.go_back()
    expect(mia.get_by_text("Ten more minutes.")).to_be_visible()
    expect(written).to_have_value("")


def test_a_request_is_approved_and_confirmed_once(mia: Page, server: RealServer) -> None:
    said = requested(server, ASKS, "Monday").lower()
    assert "request" in said
    assert "confirmed" not in said
    assert [one["status"] for one in server.bookings(ASKS)] == ["PENDING"]
    assert "2026-11-23 09:00" not in server.open_slots()
    known = len(server.sent(ASKS))
    mia.locator(row_of(mia, ASKS)).get_by_role("button", name="Approve").click()
    expect(mia.get_by_role("status")).to_contain_text("Approved")
    overnight.settled(server)
    assert [one["status"] for one in server.bookings(ASKS)] == ["CONFIRMED"]
    (text,) = server.sent(ASKS)[known:]
    assert "Monday, November 23 at 9:00 AM" in text["body"]


def test_a_request_left_for_a_day_expires(mia: Page, server: RealServer) -> None:
    requested(server, WAITS, "Tuesday")
    expect(mia.locator(row_of(mia, WAITS))).to_be_visible()
    told = len(server.sent(WAITS))
    with later(server, 24.1):
        expect(mia.locator(row_of(mia, WAITS))).to_have_count(0)
        assert "2026-11-24 09:00" in server.open_slots()
        server.until(lambda: len(server.sent(WAITS)) > told)
        thread(mia, WAITS)
        expect(mia.get_by_role("heading", name="To do")).to_be_visible()


def test_an_agent_may_not_open_the_keys(window: Callable[..., Page]) -> None:
    page = window(KEN)
    answer = page.goto("/console/settings/keys")
    assert answer
    assert answer.status == 403
    expect(page.get_by_role("heading", name="This page is not yours to open")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)


@pytest.mark.parametrize("email", [KEN, RUTH])
def test_a_thread_of_no_team_of_theirs_is_not_there(
    window: Callable[..., Page], server: RealServer, email: str
) -> None:
    [(other,)] = server.rows("select id from conversations where phone = ?", APART)
    page = window(email)
    page.goto("/console")
    expect(page.locator("#inbox")).not_to_contain_text(f"555-{APART[-4:]}")
    answer = page.goto(f"/console/conversations/{other}")
    assert answer
    assert answer.status == 404


def test_an_assigned_thread_is_there_for_the_whole_team(
    window: Callable[..., Page], mia: Page, server: RealServer
) -> None:
    phone = texter(7)
    answers(server, phone, REPAIR)
    thread(mia, phone)
    mia.locator("#f-staff").select_option(label="Ken")
    mia.get_by_role("button", name="Assign").click()
    expect(mia.get_by_role("status").first).to_be_visible()
    page = window(RUTH)
    page.goto("/console")
    expect(page.locator("#inbox")).to_contain_text(f"555-{phone[-4:]}")
