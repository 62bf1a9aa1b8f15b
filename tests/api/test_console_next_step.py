"""What the pages of the office say comes next: whom to call, what to approve, where an open day is."""

import re

import pytest

from storage.seed import demo_id
from storage.tables import Conversation
from tests.api.console_staff import Desk
from tests.api.office import approval_wanted, visit_of
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.engines("sqlite")

CALL_HER = f'<a class="button[^"]*" href="tel:{re.escape(SARAH)}">Call \\(512\\) 555-0142</a>'


async def the_thread(shop: Shop, body: str) -> Conversation:
    """Sarah's thread, after she wrote this."""
    await shop.text(body, "SM1")
    [row] = await shop.rows(Conversation)
    return row


async def test_the_inbox_tells_what_a_thread_is_about_beside_the_answer(shop: Shop, mia: Desk) -> None:
    thread = await the_thread(shop, "AC died upstairs")
    await mia.post(f"/console/conversations/{thread.id}/reply", body="On our way", once="1")
    page = await mia.get("/console")
    assert '<span class="about">AC died upstairs</span> <span class="ours">Mia: On our way</span>' in page


async def test_the_inbox_says_once_what_was_written_last(shop: Shop, mia: Desk) -> None:
    await the_thread(shop, "AC died upstairs")
    assert (await mia.get("/console")).count("AC died upstairs") == 1


async def test_the_inbox_tells_an_emergency_in_the_customers_words(shop: Shop, mia: Desk) -> None:
    await the_thread(shop, "I smell gas in the kitchen")
    assert '<span class="about">I smell gas in the kitchen</span>' in await mia.get("/console")


async def test_the_inbox_leads_to_the_visits_that_wait_for_a_yes(shop: Shop, mia: Desk) -> None:
    await approval_wanted(shop)
    await visit_of(shop)
    assert '<a href="/console/approvals">1 visit waits for your approval</a> until ' in await mia.get("/console")


async def test_the_inbox_says_nothing_of_approvals_where_none_waits(shop: Shop, mia: Desk) -> None:
    await visit_of(shop)
    assert "for your approval" not in await mia.get("/console")


async def test_an_emergency_has_a_button_that_calls_her(shop: Shop, mia: Desk) -> None:
    thread = await the_thread(shop, "I smell gas in the kitchen")
    assert re.search(CALL_HER, await mia.get(f"/console/conversations/{thread.id}"))


async def test_a_thread_the_assistant_has_asks_nobody_to_call(shop: Shop, mia: Desk) -> None:
    thread = await the_thread(shop, "AC died, 12 Oak St 78701")
    assert not re.search(CALL_HER, await mia.get(f"/console/conversations/{thread.id}"))


async def test_a_visit_can_be_booked_from_a_thread_and_its_lead_opened(shop: Shop, mia: Desk) -> None:
    thread = await the_thread(shop, "AC died, 12 Oak St 78701")
    page = await mia.get(f"/console/conversations/{thread.id}")
    for path in (f"/console/book?conversation={thread.id}", f"/console/leads/{thread.lead_id}"):
        assert f'<a class="button" href="{path}">' in page


async def test_a_full_day_offers_the_next_open_one_and_keeps_what_was_written(shop: Shop, mia: Desk) -> None:
    form = {"service": demo_id("diagnostic-visit"), "day": "2026-11-26", "name": "Sarah Jones"}
    closed = (await mia.post("/console/book", **form, look="1")).text
    [day] = re.findall(r'name="look" value="(2026-[\d-]+)"', closed)
    there = (await mia.post("/console/book", **form, look=day)).text
    assert (day, f'value="{day} 08:00"' in there, 'value="Sarah Jones"' in there) == ("2026-11-27", True, True)


async def test_a_missed_call_can_be_called_back_from_its_page(shop: Shop, mia: Desk) -> None:
    await shop.miss("CA1")
    [path] = re.findall(r'href="(/console/calls/[\w-]+)"', await mia.get("/console/calls"))
    assert f'<a class="button" href="tel:{SARAH}">Call back</a>' in await mia.get(path)


async def test_the_set_up_page_tells_what_is_left_before_customers_call(mia: Desk) -> None:
    page = await mia.get("/console/set-up")
    left = page[page.index("Before customers call") : page.index('id="addresses"')]
    assert re.search(r'href="#registration">[^<]+</a> <span class="badge warn">Not started', left)
