"""A technician's calendar: what a phone subscribes to, read back with a calendar library (RFC 5545)."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from storage.context import Context
from storage.tables import Booking, Technician
from tests.api.doors import RANDOM_ID, key_of, second_business
from tests.fakes import Shop
from tests.people import DANA, LUIS, at, visit, wall
from tools import booking

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]


async def address(shop: Shop, technician: str = DANA) -> str:
    row = next(one for one in await shop.rows(Technician) if one.id == technician)
    return f"/calendar/{row.calendar_token}.ics"


async def read(shop: Shop, path: str) -> Calendar:
    answer = await shop.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    sheet = Calendar.from_ical(answer.text)
    assert isinstance(sheet, Calendar)
    return sheet


async def has(shop: Shop, start: str = "2026-11-23 09:00") -> Booking:
    return await shop.act(lambda ctx: visit(ctx, start, customer_name="Sarah Jones", address="12 Oak St"))


async def change(shop: Shop, row: Booking, **values: object) -> None:
    def unit(ctx: Context) -> None:
        merged = ctx.session.get_one(Booking, row.id)
        for name, value in values.items():
            setattr(merged, name, value)

    await shop.act(unit)


async def test_a_visit_stands_in_its_own_wall_time_with_its_zone(shop: Shop) -> None:
    row = await has(shop)
    sheet = await read(shop, await address(shop))
    (event,) = sheet.events
    assert wall(event.start) == "2026-11-23 09:00"  # type: ignore[arg-type]
    assert event["DTSTART"].params["TZID"] == "America/Chicago"
    assert [str(zone["TZID"]) for zone in sheet.timezones] == ["America/Chicago"]
    assert (str(event["UID"]), str(event["SEQUENCE"]), str(event["STATUS"])) == (f"{row.id}@ringback", "0", "CONFIRMED")
    assert "12 Oak St" in str(event["LOCATION"])


async def test_the_zone_in_the_file_knows_both_halves_of_the_year(shop: Shop) -> None:
    await has(shop)
    (zone,) = (await read(shop, await address(shop))).timezones
    offsets = {part.get("TZOFFSETTO").to_ical() for part in zone.subcomponents}
    assert offsets == {"-0600", "-0500"}


async def test_a_moved_visit_keeps_its_uid_and_raises_its_sequence(shop: Shop) -> None:
    row = await has(shop)
    (before,) = (await read(shop, await address(shop))).events
    moved = at("2026-11-24 10:00")
    await shop.act(lambda ctx: booking.move(ctx, ctx.session.get_one(Booking, row.id), moved))
    (after,) = (await read(shop, await address(shop))).events
    assert (after["UID"], str(after["SEQUENCE"])) == (before["UID"], "1")
    assert wall(after.start) == "2026-11-24 10:00"  # type: ignore[arg-type]


async def test_a_cancelled_visit_stays_and_says_so(shop: Shop) -> None:
    row = await has(shop)
    await shop.act(lambda ctx: booking.cancel(ctx, ctx.session.get_one(Booking, row.id)))
    (event,) = (await read(shop, await address(shop))).events
    assert (str(event["STATUS"]), str(event["SEQUENCE"])) == ("CANCELLED", "1")


async def test_a_requested_visit_is_tentative(shop: Shop) -> None:
    await change(shop, await has(shop), status="pending")
    (event,) = (await read(shop, await address(shop))).events
    assert str(event["STATUS"]) == "TENTATIVE"


@pytest.mark.parametrize(("days", "shown"), [(29, 1), (31, 0)])
async def test_the_last_thirty_days_are_shown(shop: Shop, days: int, shown: int) -> None:
    row = await has(shop)
    shop.clock.set(row.end_at + timedelta(days=days))
    assert len((await read(shop, await address(shop))).events) == shown


async def test_the_other_technicians_visits_are_not_in_it(shop: Shop) -> None:
    await has(shop)
    assert (await read(shop, await address(shop, LUIS))).events == []


@pytest.mark.parametrize("token", [RANDOM_ID, "%00", "a" * 300])
async def test_a_guessed_address_is_nobodys(shop: Shop, token: str) -> None:
    assert (await shop.client.get(f"/calendar/{token}.ics")).status_code == 404


async def test_guessing_is_slowed_down(shop: Shop) -> None:
    answers = [(await shop.client.get(f"/calendar/{RANDOM_ID}.ics")).status_code for _ in range(11)]
    assert answers[-1] == 429


async def test_a_new_address_ends_the_old_one(shop: Shop) -> None:
    key = await key_of(shop, "WRITE_BUSINESS_PROFILE")
    old = await address(shop)
    assert (await key.get(f"/api/v1/technicians/{DANA}/calendar"))["url"] == f"https://ringback.test{old}"
    made = await key.post(f"/api/v1/technicians/{DANA}/calendar")
    new = made.json()["url"].removeprefix("https://ringback.test")
    assert made.status_code == 201
    assert (await shop.client.get(old)).status_code == 404
    assert (await shop.client.get(new)).status_code == 200


async def test_somebody_who_left_has_no_feed(shop: Shop) -> None:
    path = await address(shop, LUIS)
    await shop.change(Technician, active=False)
    assert (await shop.client.get(path)).status_code == 404


async def test_reading_the_business_does_not_open_its_calendars(shop: Shop) -> None:
    key = await key_of(shop, "READ_BUSINESS_PROFILE")
    assert (await key.ask("GET", f"/api/v1/technicians/{DANA}/calendar")).status_code == 403


async def test_another_businesss_technician_has_no_calendar_for_us(shop: Shop) -> None:
    theirs = await key_of(shop, org=await second_business(shop), name="Cardinal's")
    assert (await theirs.post(f"/api/v1/technicians/{DANA}/calendar")).status_code == 404
