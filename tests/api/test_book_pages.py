"""The pages a homeowner sees: her visit by its link, and the booking page."""

import re
from datetime import timedelta

import pytest

from storage.tables import Booking
from tests.api.doors import second_business
from tests.fakes import Shop

pytestmark = pytest.mark.engines("sqlite")

FORM = {
    "service": "Diagnostic visit",
    "zip_code": "78701",
    "slot": "2026-11-23 09:00",
    "name": "Sarah Jones",
    "phone": "512-555-0142",
    "address": "12 Oak St",
}


@pytest.fixture
async def link(shop: Shop) -> str:
    """The path of Sarah's manage link, for Monday at nine."""
    await shop.client.post("/book/bluebird", data=FORM)
    return f"/book/bluebird/manage/{(await the_visit(shop)).management_token}"


async def the_visit(shop: Shop) -> Booking:
    [visit] = await shop.rows(Booking)
    return visit


async def test_the_booking_page_books_the_time_that_was_picked(shop: Shop) -> None:
    answer = await shop.client.post("/book/bluebird", data=FORM)
    visit = await the_visit(shop)
    assert (answer.status_code, visit.status, visit.customer_phone) == (201, "confirmed", "+15125550142")
    assert visit.local_start.isoformat() == "2026-11-23T09:00:00-06:00"


async def test_the_same_form_sent_twice_is_one_visit(shop: Shop) -> None:
    for _ in range(2):
        await shop.client.post("/book/bluebird", data=FORM)
    assert len(await shop.rows(Booking)) == 1


async def test_the_booking_page_offers_times_only_for_a_zip_in_the_area(shop: Shop) -> None:
    inside = await shop.client.get("/book/bluebird", params={"service": "Diagnostic visit", "zip_code": "78701"})
    outside = await shop.client.get("/book/bluebird", params={"service": "Diagnostic visit", "zip_code": "79901"})
    assert 'value="2026-11-23 09:00"' in inside.text
    assert outside.status_code == 422
    assert 'name="slot"' not in outside.text


async def test_a_form_without_a_phone_says_what_is_missing_and_keeps_the_rest(shop: Shop) -> None:
    answer = await shop.client.post("/book/bluebird", data=FORM | {"phone": ""})
    assert answer.status_code == 422
    assert "fill in name, phone and address" in answer.text
    assert 'value="Sarah Jones"' in answer.text
    assert await shop.rows(Booking) == []


async def test_looking_three_times_changes_nothing(shop: Shop, link: str) -> None:
    before = await the_visit(shop)
    for _ in range(3):
        assert (await shop.client.get(link)).status_code == 200
    after = await the_visit(shop)
    assert (after.start_at, after.status, after.revision) == (before.start_at, before.status, before.revision)


async def test_sarah_moves_her_visit(shop: Shop, link: str) -> None:
    answer = await shop.client.post(f"{link}/move", data={"slot": "2026-11-24 14:00"})
    visit = await the_visit(shop)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}?said=moved")
    assert (visit.status, visit.local_start.isoformat()) == ("rescheduled", "2026-11-24T14:00:00-06:00")


async def test_a_taken_time_leaves_the_visit_where_it_is(shop: Shop, link: str) -> None:
    await shop.client.post("/book/bluebird", data=FORM | {"slot": "2026-11-24 14:00", "phone": "512-555-0177"})
    answer = await shop.client.post(f"{link}/move", data={"slot": "2026-11-24 14:00"})
    hers = [one for one in await shop.rows(Booking) if one.customer_phone == "+15125550142"]
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert [one.local_start.hour for one in hers] == [9]


async def test_cancelling_twice_is_cancelling_once(shop: Shop, link: str) -> None:
    for _ in range(2):
        assert (await shop.client.post(f"{link}/cancel")).status_code == 303
    visit = await the_visit(shop)
    assert (visit.status, visit.revision) == ("cancelled", 1)


async def test_another_sites_form_cancels_nothing(shop: Shop, link: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert (await shop.client.post(f"{link}/cancel", headers=headers)).status_code == 403
    assert (await the_visit(shop)).status == "confirmed"


async def test_the_link_stops_a_day_after_the_visit(shop: Shop, link: str) -> None:
    visit = await the_visit(shop)
    shop.clock.set(visit.end_at + timedelta(hours=24) - timedelta(minutes=1))
    assert (await shop.client.get(link)).status_code == 200
    shop.clock.set(visit.end_at + timedelta(hours=24, minutes=1))
    late = await shop.client.get(link)
    assert late.status_code == 410
    assert "(512) 555-0100" in late.text


async def test_the_token_works_only_under_its_own_business(shop: Shop, link: str) -> None:
    assert (await shop.client.get(link.replace("bluebird", "redbird"))).status_code == 404


async def test_the_calendar_file_is_in_utc(shop: Shop, link: str) -> None:
    text = (await shop.client.get(f"{link}/visit.ics")).text
    assert "DTSTART:20261123T150000Z" in text
    assert "DTEND:20261123T163000Z" in text


async def test_pages_run_nothing_and_are_kept_by_nobody(shop: Shop, link: str) -> None:
    page = await shop.client.get(link)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|style=|onclick", page.text)


async def test_a_bare_address_leads_to_the_one_business_and_names_none_of_two(shop: Shop) -> None:
    alone = await shop.client.get("/")
    await second_business(shop)
    shared = await shop.client.get("/")
    assert [(one.status_code, one.headers["location"], one.text) for one in (alone, shared)] == [
        (302, "/book/bluebird", ""),
        (302, "/console/sign-in", ""),
    ]


async def test_a_refused_phone_is_marked_and_the_time_stays_picked(shop: Shop) -> None:
    page = (await shop.client.post("/book/bluebird", data={**FORM, "phone": "555"})).text
    assert re.search(r'value="2026-11-23 09:00" required checked', page)
    assert re.search(r'id="phone"[^>]* aria-invalid="true"', page)


async def test_a_time_picked_further_on_is_not_folded_away(shop: Shop) -> None:
    page = (await shop.client.post("/book/bluebird", data={**FORM, "phone": "555", "slot": "2026-11-30 09:00"})).text
    assert '<details class="later" open>' in page


async def test_a_link_that_leads_nowhere_still_leads_to_its_business(shop: Shop) -> None:
    page = (await shop.client.get("/book/bluebird/manage/none")).text
    assert ("Bluebird Heating" in page, 'href="/book/bluebird"' in page) == (True, True)
