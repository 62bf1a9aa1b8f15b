"""Booking pages over the v1 door, and what a homeowner finds under their addresses."""

import re
from datetime import timedelta
from typing import Any

import pytest

from storage.seed import demo_id
from storage.tables import Booking, Lead, Message
from tests.api.doors import Key, key_of, second_business
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

PAGES = "/api/v1/booking-pages"
DIAGNOSTIC, HEATER = demo_id("diagnostic-visit"), demo_id("water-heater-install")
DANAS = demo_id("dana")
FORM = {"zip_code": "78701", "name": "Sarah Jones", "phone": "5125550142", "address": "12 Oak St"}


async def made(key: Key, **body: Any) -> Any:
    answer = await key.post(PAGES, {"title": "Water heaters", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_page_gets_its_address_from_its_title(shop: Shop) -> None:
    key = await key_of(shop)
    page = await made(key, intro="No hot water?", service_ids=[HEATER])
    assert (page["slug"], page["url"]) == ("water-heaters", "https://ringback.test/book/water-heaters")
    assert await key.get(f"{PAGES}/{page['id']}") == page
    assert (await key.get(f"{PAGES}?name=heat"))["booking_pages"] == [page]
    assert (await key.get(f"{PAGES}?has_team=true"))["total"] == 0


async def test_a_way_in_follows_its_page_to_another_address(shop: Shop) -> None:
    key = await key_of(shop)
    page = await made(key, service_ids=[HEATER])
    way = {"label": "Flyer", "kind": "page", "target": "water-heaters"}
    way_id = (await key.post("/api/v1/entry-points", way)).json()["id"]
    await key.patch(f"{PAGES}/{page['id']}", {"slug": "heaters"})
    assert (await key.get(f"/api/v1/entry-points/{way_id}"))["target"] == "heaters"
    form = {**FORM, "service": "Water heater install", "slot": "2026-11-24 08:00"}
    assert (await shop.client.post("/book/heaters", data=form)).status_code == 201
    assert [one.entry_point_id for one in await shop.rows(Lead)] == [way_id]


async def test_a_page_offers_its_own_services_and_no_others(shop: Shop) -> None:
    await made(await key_of(shop), intro="No hot water?", service_ids=[HEATER])
    page = (await shop.client.get("/book/water-heaters")).text
    assert "<h1>Water heaters</h1>" in page
    assert "No hot water?" in page
    assert re.findall(r'name="service" value="([^"]+)"', page) == ["Water heater install"]
    other = await shop.client.get("/book/water-heaters?service=Diagnostic+visit&zip_code=78701")
    assert other.status_code == 422
    told = {**FORM, "service": "Diagnostic visit", "slot": "2026-11-24 09:00"}
    assert (await shop.client.post("/book/water-heaters", data=told)).status_code == 422
    assert await shop.rows(Booking) == []


async def test_what_is_booked_there_says_the_pages_own_words(shop: Shop) -> None:
    await made(await key_of(shop), service_ids=[HEATER], confirmation_message="Please clear the way to the heater.")
    told = {**FORM, "service": "Water heater install", "slot": "2026-11-24 08:00"}
    done = await shop.client.post("/book/water-heaters", data=told)
    assert done.status_code == 201
    assert "Please clear the way to the heater." in done.text


async def test_the_businesss_own_page_offers_everything_as_before(shop: Shop) -> None:
    await made(await key_of(shop), service_ids=[HEATER])
    page = (await shop.client.get("/book/bluebird")).text
    assert re.findall(r'name="service" value="([^"]+)"', page) == ["Diagnostic visit", "Water heater install"]


async def test_a_teams_page_offers_what_the_team_does(shop: Shop) -> None:
    key = await key_of(shop)
    team = (await key.post("/api/v1/teams", {"name": "Plumbing"})).json()
    await key.patch(f"/api/v1/services/{HEATER}", {"team_id": team["id"]})
    await made(key, title="Plumbing", team_id=team["id"])
    page = (await shop.client.get("/book/plumbing")).text
    assert re.findall(r'name="service" value="([^"]+)"', page) == ["Water heater install"]
    assert (await key.get(f"{PAGES}?has_team=true"))["total"] == 1
    refused = await key.ask("DELETE", f"/api/v1/teams/{team['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "IN_USE")


async def test_a_paused_page_takes_no_bookings_and_a_removed_one_is_gone(shop: Shop) -> None:
    key = await key_of(shop)
    page = await made(key)
    assert (await key.patch(f"{PAGES}/{page['id']}", {"active": False})).json()["active"] is False
    paused = await shop.client.get("/book/water-heaters")
    assert (paused.status_code, "takes no bookings at the moment" in paused.text) == (404, True)
    assert (await key.ask("DELETE", f"{PAGES}/{page['id']}")).status_code == 204
    gone = await shop.client.get("/book/water-heaters")
    assert (gone.status_code, "(512) 555-0100" in gone.text) == (410, True)
    assert (await key.ask("GET", f"{PAGES}/{page['id']}")).status_code == 404


@pytest.mark.parametrize("slug", ["bluebird", "cardinal", "heaters"])
async def test_an_address_belongs_to_one_page_of_one_business(shop: Shop, slug: str) -> None:
    key, theirs = await key_of(shop), await key_of(shop, org=await second_business(shop), name="Cardinal's")
    await made(theirs, slug="heaters")
    answer = await key.post(PAGES, {"title": "Water heaters", "slug": slug})
    assert (answer.status_code, answer.json()["code"]) == (409, "IN_USE")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"slug": "Not A Slug"}, 400),
        ({"title": ""}, 400),
        ({"service_ids": [demo_id("leak")]}, 404),
        ({"team_id": "x"}, 404),
    ],
)
async def test_a_page_that_cannot_be_is_refused(shop: Shop, change: dict[str, Any], status: int) -> None:
    await second_business(shop)
    key = await key_of(shop)
    page = await made(key)
    assert (await key.patch(f"{PAGES}/{page['id']}", change)).status_code == status


async def test_a_page_is_texted_to_who_asked_for_it(shop: Shop) -> None:
    key = await key_of(shop)
    page = await made(key)
    sent = await key.post(f"{PAGES}/{page['id']}/send", {"phone": "(512) 555-0142"})
    (message,) = await shop.rows(Message)
    assert (sent.status_code, sent.json()) == (201, {"message_id": message.id, "state": "queued"})
    assert (message.to_phone, page["url"] in message.body) == ("+15125550142", True)


async def test_nobody_who_opted_out_is_sent_a_page(shop: Shop) -> None:
    key = await key_of(shop)
    page = await made(key)
    await shop.text("STOP", "SM1")
    answer = await key.post(f"{PAGES}/{page['id']}/send", {"phone": "+15125550142"})
    assert (answer.status_code, answer.json()["code"]) == (422, "OPTED_OUT")
    assert await shop.rows(Message, kind="booking_link") == []


async def test_a_lead_remembers_the_page_it_came_by(shop: Shop) -> None:
    key = await key_of(shop)
    await made(key)
    way = (
        await key.post("/api/v1/entry-points", {"label": "Mailer", "kind": "page", "target": "water-heaters"})
    ).json()
    told = {**FORM, "service": "Water heater install", "slot": "2026-11-24 08:00"}
    await shop.client.post("/book/water-heaters", data=told)
    (lead,) = await shop.rows(Lead)
    assert (await key.get(f"/api/v1/leads/{lead.id}"))["entry_point_id"] == way["id"]


async def test_a_page_may_sell_one_persons_time(shop: Shop) -> None:
    page = await made(await key_of(shop), technician_id=demo_id("luis"))
    assert (page["team_id"], page["technician_id"]) == (None, demo_id("luis"))
    shown = (await shop.client.get("/book/water-heaters")).text
    assert re.findall(r'name="service" value="([^"]+)"', shown) == ["Water heater install"]  # only Dana does the other
    told = {**FORM, "service": "Water heater install", "slot": "2026-11-24 08:00"}
    assert (await shop.client.post("/book/water-heaters", data=told)).status_code == 201
    assert [one.technician_id for one in await shop.rows(Booking)] == [demo_id("luis")]
    again = await shop.client.post("/book/water-heaters", data={**told, "phone": "5125550143"})
    assert again.status_code == 422  # Dana is free then, but this is Luis's page
    assert "08:00" not in re.findall(r'value="2026-11-24 (\d\d:\d\d)"', again.text)


async def test_a_page_may_sell_visits_of_its_own_length(shop: Shop) -> None:
    page = await made(await key_of(shop), service_ids=[DIAGNOSTIC], duration_minutes=240)
    assert "(240 min)" in (await shop.client.get("/book/water-heaters")).text
    shown = (await shop.client.get("/book/water-heaters?service=Diagnostic+visit&zip_code=78701")).text
    starts = re.findall(r'value="2026-11-24 (\d\d:\d\d)"', shown)
    assert starts == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00"]  # until five o'clock
    told = {**FORM, "service": "Diagnostic visit", "slot": "2026-11-24 13:00"}
    assert (await shop.client.post("/book/water-heaters", data=told)).status_code == 201
    assert [one.end_at - one.start_at for one in await shop.rows(Booking)] == [timedelta(hours=4)]
    manage = f"/book/bluebird/manage/{(await shop.rows(Booking))[0].management_token}"
    later = re.findall(r'value="2026-11-25 (\d\d:\d\d)"', (await shop.client.get(manage)).text)
    assert later == starts  # and moves as long as it is
    info = (await shop.client.get(f"{PAGES}/{page['id']}/info")).json()
    assert [one["duration_minutes"] for one in info["services"]] == [240]


async def test_a_page_on_its_own_terms_leaves_the_businesss_list_alone(shop: Shop) -> None:
    await made(await key_of(shop), service_ids=[DIAGNOSTIC], duration_minutes=240)
    usual = "/book/bluebird?service=Diagnostic+visit&zip_code=78701"
    before = re.findall(r'value="(2026-[^"]+)"', (await shop.client.get(usual)).text)
    await shop.client.get("/book/water-heaters?service=Diagnostic+visit&zip_code=78701")
    assert re.findall(r'value="(2026-[^"]+)"', (await shop.client.get(usual)).text) == before


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"duration_minutes": 52}, "VALIDATION_ERROR"),
        ({"duration_minutes": 0}, "VALIDATION_ERROR"),
        ({"technician_id": "nobody"}, "NOT_FOUND"),
    ],
    ids=["not in fives", "no length", "nobody"],
)
async def test_terms_that_cannot_be_are_refused(shop: Shop, terms: dict[str, Any], code: str) -> None:
    refused = await (await key_of(shop)).post(PAGES, {"title": "Water heaters", **terms})
    assert refused.json()["code"] == code


async def test_a_page_is_a_teams_or_one_persons(shop: Shop) -> None:
    key = await key_of(shop)
    team = (await key.post("/api/v1/teams", {"name": "Plumbing"})).json()["id"]
    page = await made(key, team_id=team)
    both = await key.patch(f"{PAGES}/{page['id']}", {"technician_id": DANAS})
    assert (both.status_code, both.json()["code"]) == (400, "VALIDATION_ERROR")
    handed = await key.patch(f"{PAGES}/{page['id']}", {"technician_id": DANAS, "team_id": None})
    assert (handed.json()["team_id"], handed.json()["technician_id"]) == (None, DANAS)
