"""Named weekly hours over the v1 door: an edit changes what can be booked, and moves nobody (U-14)."""

from typing import Any

import pytest

from storage.seed import demo_id
from tests.api.doors import Key, booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = pytest.mark.anyio

TEMPLATES = "/api/v1/schedule-templates"
SHOP_HOURS = f"{TEMPLATES}/{demo_id('hours')}"
OUTSIDE = "/api/v1/availability/outside-hours"
MONDAY_3PM = ("2026-11-23T21:00:00Z", "2026-11-23T22:30:00Z")


def week(end: str, start: str = "08:00") -> list[dict[str, Any]]:
    return [{"day": day, "start": start, "end": end} for day in range(1, 6)]


async def until_four(key: Key) -> Any:
    """The shop's hours edited to end at 16:00."""
    answer = await key.ask("PUT", SHOP_HOURS, {"name": "Shop hours", "schedule": week("16:00")})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_bluebirds_hours_are_a_template_with_sunday_as_day_zero(shop: Shop) -> None:
    key = await key_of(shop)
    assert (await key.get(TEMPLATES))["schedule_templates"] == [await key.get(SHOP_HOURS)]
    assert await key.get(SHOP_HOURS) == {"id": demo_id("hours"), "name": "Shop hours", "schedule": week("17:00")}


async def test_hours_that_end_at_four_take_the_three_oclock_starts_away(shop: Shop) -> None:
    key = await key_of(shop)
    asked = "/api/private/v1/slots?from=2026-11-23&to=2026-11-23&service=diagnostic-visit"
    assert "2026-11-23 15:00" in [one["slot"] for one in (await key.get(asked))["slots"]]
    await until_four(key)
    assert [one["slot"] for one in (await key.get(asked))["slots"]][-1] == "2026-11-23 14:00"
    refused = await key.post("/api/private/v1/bookings", visit_body(*MONDAY_3PM))
    assert (refused.status_code, refused.json()["reason"]) == (409, "outside_hours")


async def test_the_visit_at_three_stays_and_is_named_as_outside_the_new_hours(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key, scheduledStartAt=MONDAY_3PM[0], scheduledEndAt=MONDAY_3PM[1])
    assert (await key.get(OUTSIDE))["total"] == 0
    told = await until_four(key)
    assert (told["outside_hours"], told["outside_hours_booking_ids"]) == (1, [booking["id"]])
    kept = await key.get(f"/api/v1/bookings/{booking['id']}")
    assert (kept["start_time"], kept["status"]) == (MONDAY_3PM[0], "confirmed")


async def test_visits_outside_the_hours_are_listed_until_they_are_moved(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key, scheduledStartAt=MONDAY_3PM[0], scheduledEndAt=MONDAY_3PM[1])
    await until_four(key)
    (listed,) = (await key.get(OUTSIDE))["bookings"]
    assert (listed["id"], listed["technician_id"]) == (booking["id"], demo_id("dana"))
    await key.patch(f"/api/v1/bookings/{booking['id']}", {"start_time": "2026-11-24T15:00:00Z"})
    assert (await key.get(OUTSIDE))["bookings"] == []


async def test_a_visit_inside_the_new_hours_is_not_named(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    assert (await until_four(key))["outside_hours"] == 0


async def test_an_edit_names_only_visits_that_keep_its_hours(shop: Shop) -> None:
    key = await key_of(shop)
    other = (await key.post(TEMPLATES, {"name": "Mornings", "schedule": week("12:00")})).json()
    await booked(key, scheduledStartAt=MONDAY_3PM[0], scheduledEndAt=MONDAY_3PM[1])
    answer = await key.ask("PUT", f"{TEMPLATES}/{other['id']}", {"name": "Mornings", "schedule": week("11:00")})
    assert answer.json()["outside_hours"] == 0


async def test_a_blackout_over_a_visit_lists_it_too(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    await key.post("/api/v1/blackouts", {"date": "2026-11-23"})
    assert [one["id"] for one in (await key.get(OUTSIDE))["bookings"]] == [booking["id"]]


async def test_hours_that_nobody_keeps_can_be_deleted(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await key.post(TEMPLATES, {"name": "Summer", "schedule": week("15:00", "06:00")})).json()
    assert (await key.ask("DELETE", f"{TEMPLATES}/{made['id']}")).status_code == 204
    assert (await key.ask("GET", f"{TEMPLATES}/{made['id']}")).status_code == 404


async def test_the_shops_own_hours_cannot_be_deleted(shop: Shop) -> None:
    answer = await (await key_of(shop)).ask("DELETE", SHOP_HOURS)
    assert (answer.status_code, answer.json()["code"], answer.json()["used_by"]) == (409, "IN_USE", ["business"])


async def test_hours_may_run_past_midnight(shop: Shop) -> None:
    night = [{"day": 0, "start": "22:00", "end": "26:00"}]
    made = await (await key_of(shop)).post(TEMPLATES, {"name": "Night watch", "schedule": night})
    assert made.json()["schedule"] == night


@pytest.mark.parametrize(
    "schedule",
    [
        [{"day": 7, "start": "08:00", "end": "12:00"}],
        [{"day": 1, "start": "12:00", "end": "08:00"}],
        [{"day": 1, "start": "24:00", "end": "25:00"}],
        [{"day": 1, "start": "08:00", "end": "12:00"}, {"day": 1, "start": "11:00", "end": "13:00"}],
        [{"day": 1, "start": "8am", "end": "noon"}],
        None,
    ],
)
async def test_a_week_that_makes_no_sense_is_refused_and_changes_nothing(shop: Shop, schedule: Any) -> None:
    key = await key_of(shop)
    answer = await key.ask("PUT", SHOP_HOURS, {"name": "Odd", "schedule": schedule})
    assert answer.status_code == 400
    assert (await key.get(SHOP_HOURS))["name"] == "Shop hours"


async def test_editing_hours_needs_the_scope_for_it(shop: Shop) -> None:
    key = await key_of(shop, "READ_AVAILABILITY")
    answer = await key.ask("PUT", SHOP_HOURS, {"name": "Shop hours", "schedule": week("16:00")})
    assert (answer.status_code, answer.json()["required"]) == (403, ["WRITE_AVAILABILITY"])
