"""The leads of the console: lists by status, a lead's page, and what the office says of it."""

import re
from datetime import timedelta

import pytest

from storage.context import Context
from storage.seed import demo_id
from storage.tables import Booking, Call, Conversation, Customer, Lead
from tests.api.console_staff import Desk
from tests.api.office import leads_the_crew_of, visit_of
from tests.fakes import SARAH, Shop
from tools import leads

pytestmark = pytest.mark.engines("sqlite")

MARCUS = "+15125550143"


async def sarahs(shop: Shop) -> Lead:
    """The lead of Sarah's first text."""
    await shop.text("AC died, 12 Oak St 78701", "SM1")
    [lead] = await shop.rows(Lead)
    return lead


def order(page: str) -> list[str]:
    """The leads of a page, in its order."""
    return re.findall(r'class="row" href="/console/leads/([\w-]+)"', page)


async def test_the_newest_lead_stands_first(shop: Shop, mia: Desk) -> None:
    await sarahs(shop)
    shop.clock.advance(timedelta(minutes=5))
    await shop.text("How much is a visit?", "SM2", sender=MARCUS)
    first, second = await shop.rows(Lead)
    assert order(await mia.get("/console/leads")) == [second.id, first.id]


async def test_each_status_has_its_list_and_its_number(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    await mia.post(f"/console/leads/{lead.id}/status", status="lost", reason="too expensive")
    assert order(await mia.get("/console/leads")) == []
    page = await mia.get("/console/leads", tab="lost")
    assert order(page) == [lead.id]
    assert re.search(r'aria-current="true">Lost <span class="count">1</span>', page)


async def test_a_list_there_is_not_is_a_page_that_says_so(mia: Desk) -> None:
    assert (await mia.client.get("/console/leads", params={"tab": "spam"})).status_code == 400


async def test_the_second_page_of_leads_goes_on_where_the_first_ended(shop: Shop, mia: Desk) -> None:
    def many(ctx: Context) -> None:
        for number in range(43):
            leads.open_lead(ctx, leads.customer_for(ctx, f"(512) 555-03{number:02}"))

    await shop.act(many)
    first = await mia.get("/console/leads")
    [older] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = await mia.get(older.replace("&amp;", "&"))
    assert (len(order(first)), len(order(second))) == (40, 3)
    assert not set(order(first)) & set(order(second))


async def test_a_lead_shows_its_visit_its_thread_and_its_call(shop: Shop, mia: Desk) -> None:
    await shop.miss("CA1")
    lead = await sarahs(shop)
    await visit_of(shop)
    page = await mia.get(f"/console/leads/{lead.id}")
    [visit], [thread], [call] = await shop.rows(Booking), await shop.rows(Conversation), await shop.rows(Call)
    for path in (f"bookings/{visit.id}", f"conversations/{thread.id}", f"calls/{call.id}"):
        assert f'class="row" href="/console/{path}"' in page
    assert "New to booked" in page or "Active to booked" in page


async def test_a_status_is_set_with_its_reason_in_the_timeline(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    await mia.post(f"/console/leads/{lead.id}/status", status="lost", reason="too expensive")
    [kept] = await shop.rows(Lead)
    assert (kept.status, kept.lost_reason) == ("lost", "too_expensive")
    page = await mia.get(f"/console/leads/{lead.id}")
    assert "to lost (too expensive)" in page
    assert '<option value="too expensive" selected>' in page


async def test_priority_worth_notes_and_the_waiting_list_are_kept(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    await mia.post(f"/console/leads/{lead.id}/opinion", priority="hot", worth="$1,250", notes="Two units", waitlist="1")
    [kept] = await shop.rows(Lead)
    assert (kept.priority, kept.worth_cents, kept.notes, kept.waitlist) == ("hot", 125_000, "Two units", True)
    assert 'value="$1,250"' in await mia.get(f"/console/leads/{lead.id}")


async def test_a_worth_that_is_no_money_is_refused(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    answer = await mia.post(f"/console/leads/{lead.id}/opinion", worth="a lot")
    assert answer.status_code == 422
    assert "Worth is not an amount. Write it like 89 or 89.50." in answer.text


async def test_what_was_written_beside_a_bad_worth_still_stands(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    answer = await mia.post(f"/console/leads/{lead.id}/opinion", worth="a lot", notes="Two units", waitlist="1")
    assert 'value="a lot"' in answer.text
    assert ">Two units</textarea>" in answer.text
    assert 'name="waitlist" value="1" checked' in answer.text


async def test_a_worth_and_a_priority_are_taken_back(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    await mia.post(f"/console/leads/{lead.id}/opinion", priority="hot", worth="$1,250", notes="Two units")
    await mia.post(f"/console/leads/{lead.id}/opinion", priority="", worth="", notes="")
    [kept] = await shop.rows(Lead)
    assert (kept.priority, kept.worth_cents, kept.notes) == (None, None, "")


async def test_mia_writes_down_somebody_who_walked_in(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/leads/new", phone="512 555 0142", name="Sarah Jones", issue="No heat")
    [lead], [customer] = await shop.rows(Lead), await shop.rows(Customer)
    assert answer.headers["location"] == f"/console/leads/{lead.id}"
    assert (lead.source, lead.issue, customer.phone, customer.name) == ("CONSOLE", "No heat", SARAH, "Sarah Jones")


async def test_a_number_that_is_none_comes_back_with_what_was_written(shop: Shop, mia: Desk) -> None:
    answer = await mia.post("/console/leads/new", phone="12", name="Sarah Jones")
    assert answer.status_code == 400
    assert 'value="Sarah Jones"' in answer.text
    assert await shop.rows(Lead) == []


async def test_ken_sees_the_leads_of_his_crews_service_and_no_others(shop: Shop, ken: Desk) -> None:
    await visit_of(shop)
    [lead] = await shop.rows(Lead)
    assert order(await ken.get("/console/leads")) == []
    assert (await ken.client.get(f"/console/leads/{lead.id}")).status_code == 404
    await leads_the_crew_of(shop, ken, "diagnostic-visit")
    assert order(await ken.get("/console/leads")) == [lead.id]


async def test_ken_changes_no_lead_he_cannot_see(shop: Shop, ken: Desk) -> None:
    lead = await sarahs(shop)
    assert (await ken.post(f"/console/leads/{lead.id}/status", status="won")).status_code == 404
    [kept] = await shop.rows(Lead)
    assert kept.status != "won"


async def test_ken_gets_no_lead_he_cannot_see_by_writing_its_number_down(shop: Shop, ken: Desk) -> None:
    await leads_the_crew_of(shop, ken, "diagnostic-visit")
    await shop.text("Can I talk to a person please", "SM1")
    [lead] = await shop.rows(Lead)
    about = {"service": demo_id("diagnostic-visit"), "email": "ken@bluebird.example", "notes": "Mine"}
    answer = await ken.post("/console/leads/new", phone=SARAH, **about)
    [kept], [customer] = await shop.rows(Lead), await shop.rows(Customer)
    assert (answer.status_code, kept.service_id, kept.notes, customer.email) == (409, None, lead.notes, None)
    assert order(await ken.get("/console/leads")) == []


async def test_ken_writes_down_somebody_new_and_again_for_his_crew(shop: Shop, ken: Desk) -> None:
    await leads_the_crew_of(shop, ken, "diagnostic-visit")
    about = {"phone": SARAH, "service": demo_id("diagnostic-visit")}
    answers = [await ken.post("/console/leads/new", **about) for _ in range(2)]
    [lead] = await shop.rows(Lead)
    assert [one.headers["location"] for one in answers] == [f"/console/leads/{lead.id}"] * 2


async def test_the_addresses_on_a_leads_page_tell_nothing_of_anybody(shop: Shop, mia: Desk) -> None:
    lead = await sarahs(shop)
    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', await mia.get(f"/console/leads/{lead.id}"))
    assert not re.search(r"5125550|sarah|oak", " ".join(addresses), re.IGNORECASE)
