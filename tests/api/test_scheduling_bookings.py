"""/api/v1/scheduling-bookings in TrustPager's shapes (S3)."""

from typing import Any

import pytest

from storage.tables import Job
from tests.api.doors import Key, key_of
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.anyio

BOOKINGS = "/api/v1/scheduling-bookings"


def body(**more: Any) -> dict[str, Any]:
    return {
        "event_type_slug": "diagnostic-visit",
        "date": "2026-11-23",
        "time": "09:00",
        "fullName": "Sarah Jones",
        "phone": SARAH,
        **more,
    }


async def create(key: Key, **more: Any) -> dict[str, Any]:
    answer = await key.post(BOOKINGS, body(**more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


async def test_a_create_answers_the_visit_and_its_crm_without_the_token(shop: Shop) -> None:
    made = await create(await key_of(shop), attendees=[{"email": "tom@example.com"}])
    assert made["success"] is True
    assert made["booking"] == {
        "id": made["booking"]["id"],
        "event_type_name": "Diagnostic visit",
        "date": "2026-11-23",
        "time": "09:00",
        "formatted": "Monday, November 23, 2026 at 9:00 AM",
        "duration_minutes": 90,
        "status": "confirmed",
        "attendees": [{"email": "tom@example.com"}],
    }
    assert set(made["crm"]) == {"lead_id", "contact_id", "deal_id"}
    assert made["crm"]["deal_id"] == made["crm"]["lead_id"]


async def test_a_named_zone_converts_the_date_and_time_sent_with_it(shop: Shop) -> None:
    made = await create(await key_of(shop), time="10:00", timezone="EST")
    assert made["booking"]["time"] == "09:00"


async def test_a_service_is_found_by_its_name(shop: Shop) -> None:
    made = await create(await key_of(shop), event_type_slug=None, event_type_name="water heater instal")
    assert made["booking"]["event_type_name"] == "Water heater install"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "doug@resolvency.", "event_type_slug": "roofing"}, "INVALID_EMAIL"),
        ({"attendees": ["tom@"], "event_type_slug": "roofing"}, "INVALID_ATTENDEE_EMAIL"),
        ({"event_type_slug": "roofing"}, "NOT_FOUND"),
        ({"time": "9 o'clock"}, "INVALID_TIME"),
        ({"date": "2027-03-14", "time": "02:30"}, "INVALID_TIME"),
        ({"phone": "12"}, "INVALID_PHONE"),
        ({"date": "2026-11-26"}, "SLOT_UNAVAILABLE"),
        ({"date": "2026-11-21", "time": "10:00"}, "OUTSIDE_BOOKING_WINDOW"),
    ],
)
async def test_each_mistake_has_its_code(shop: Shop, change: dict[str, Any], code: str) -> None:
    assert (await (await key_of(shop)).post(BOOKINGS, body(**change))).json()["code"] == code


async def test_name_and_phone_are_required(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, {"date": "2026-11-23", "time": "09:00"})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["fullName", "phone"])


async def test_the_list_goes_on_after_the_cursor(shop: Shop) -> None:
    key = await key_of(shop)
    ids = [(await create(key, date=f"2026-11-{day}"))["booking"]["id"] for day in (23, 24, 25)]
    first = await key.get(f"{BOOKINGS}?limit=2")
    assert [one["id"] for one in first["data"]] == ids[:2]
    assert first["pagination"] == {"limit": 2, "total": 3, "has_more": True, "after": ids[1]}
    rest = await key.get(f"{BOOKINGS}?limit=2&after={ids[1]}")
    assert ([one["id"] for one in rest["data"]], rest["pagination"]["after"]) == (ids[2:], None)


async def test_a_limit_above_100_is_clamped_and_25_is_usual(shop: Shop) -> None:
    key = await key_of(shop)
    assert (await key.get(BOOKINGS))["pagination"]["limit"] == 25
    assert (await key.get(f"{BOOKINGS}?limit=1000"))["pagination"]["limit"] == 100


async def test_only_a_writer_sees_the_manage_token_and_everybody_its_end(shop: Shop) -> None:
    writer, reader = await key_of(shop), await key_of(shop, "READ_BOOKINGS")
    made = (await create(writer))["booking"]
    full = (await writer.get(f"{BOOKINGS}/{made['id']}"))["data"]
    bare = (await reader.get(f"{BOOKINGS}/{made['id']}"))["data"]
    assert full["management_url"].endswith(f"/book/bluebird/manage/{full['management_token']}")
    assert (bare["management_token"], bare["management_url"]) == (None, None)
    assert bare["management_token_expires_at"] == "2026-11-24T16:30:00Z"


async def test_an_attended_visit_is_called_attended_here_and_completed_elsewhere(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await create(key))["booking"]
    answer = await key.post(f"{BOOKINGS}/{made['id']}/mark-attended")
    assert answer.json()["data"]["booking"]["status"] == "attended"
    assert (await key.get(f"/api/v1/bookings/{made['id']}"))["status"] == "completed"
    assert [one["id"] for one in (await key.get(f"{BOOKINGS}?status=attended"))["data"]] == [made["id"]]


async def test_a_visit_can_be_cancelled_with_a_reason_or_none(shop: Shop) -> None:
    key = await key_of(shop)
    first = (await create(key))["booking"]
    second = (await create(key, date="2026-11-24"))["booking"]
    with_reason = await key.post(f"{BOOKINGS}/{first['id']}/cancel", {"reason": "sold the house"})
    without = await key.post(f"{BOOKINGS}/{second['id']}/cancel")
    assert [one.json()["data"]["booking"]["status"] for one in (with_reason, without)] == ["cancelled"] * 2
    told = await key.get(f"/api/private/v1/bookings/{first['id']}")
    assert told["booking"]["cancelReason"] == "sold the house"


async def test_a_late_technician_is_announced_and_a_late_customer_is_not(shop: Shop) -> None:
    key = await key_of(shop)
    for day, who in ((23, "customer"), (24, "technician")):
        made = (await create(key, date=f"2026-11-{day}"))["booking"]
        answer = await key.post(f"{BOOKINGS}/{made['id']}/mark-late", {"who": who})
        assert answer.json()["data"]["booking"]["status"] == "late"
    announced = [job for job in await shop.rows(Job, topic="remind") if job.payload["kind"] == "running_late"]
    assert [job.subject_id for job in announced] == [made["id"]]


async def test_a_visit_nobody_was_at_is_a_no_show(shop: Shop) -> None:
    key = await key_of(shop)
    made = (await create(key))["booking"]
    answer = await key.post(f"{BOOKINGS}/{made['id']}/mark-no-show")
    assert answer.json()["data"]["booking"]["status"] == "no_show"
    late = await key.post(f"{BOOKINGS}/{made['id']}/mark-late")
    assert (late.status_code, late.json()["code"]) == (409, "INVALID_TRANSITION")


async def check(key: Key, **more: Any) -> dict[str, Any]:
    answer = await key.post(f"{BOOKINGS}/check-availability", body(**more))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["data"]
    return told


async def test_an_open_time_is_available_between_its_neighbours(shop: Shop) -> None:
    told = await check(await key_of(shop))
    assert (told["available"], told["slot"]["slot"]) == (True, "2026-11-23 09:00")
    assert (told["nearest_before"]["slot"], told["nearest_after"]["slot"]) == ("2026-11-23 08:00", "2026-11-23 10:00")


async def test_a_taken_time_is_not_available_and_has_true_neighbours(shop: Shop) -> None:
    key = await key_of(shop)
    await create(key)
    told = await check(key)
    assert told["available"] is False
    assert told["nearest_before"] is None  # 8:00 would run into the visit, and nothing is earlier
    assert told["nearest_after"]["slot"] == "2026-11-23 11:00"


async def test_a_closed_day_is_an_answer_and_not_an_error(shop: Shop) -> None:
    told = await check(await key_of(shop), date="2026-11-26")
    assert told["available"] is False
    assert "Thanksgiving" in told["hint"]
    assert told["nearest_before"]["date"] == "2026-11-25"
    assert told["nearest_after"]["date"] == "2026-11-27"


@pytest.mark.parametrize(("day", "at"), [("2026-11-20", "09:00"), ("2029-01-02", "09:00"), ("2026-11-23", "09:03")])
async def test_any_well_formed_question_is_answered(shop: Shop, day: str, at: str) -> None:
    assert (await check(await key_of(shop), date=day, time=at))["available"] is False


async def test_open_times_are_grouped_by_day_with_words(shop: Shop) -> None:
    key = await key_of(shop, "READ_AVAILABILITY")
    answer = await key.post(f"{BOOKINGS}/available-slots", {"event_type_slug": "diagnostic-visit"})
    told = answer.json()["data"]
    monday = told["dates"][0]
    assert (monday["date"], monday["day_name"]) == ("2026-11-23", "Monday")
    assert monday["formatted"] == "Monday, November 23, 2026"
    assert monday["slots"][0]["slot"] == "2026-11-23 08:00"
    assert told["total_available_slots"] == sum(len(day["slots"]) for day in told["dates"])
    assert "2026-11-26" not in [day["date"] for day in told["dates"]]
    assert (told["dates"][-1]["date"], told["range_clamped"]) == ("2026-12-04", False)


async def test_an_empty_range_still_names_the_next_open_time(shop: Shop) -> None:
    key = await key_of(shop)
    asked = {"event_type_slug": "diagnostic-visit", "date_from": "2026-11-21", "date_to": "2026-11-22"}
    told = (await key.post(f"{BOOKINGS}/available-slots", asked)).json()["data"]
    assert (told["dates"], told["total_available_slots"]) == ([], 0)
    assert told["next_available"]["slot"] == "2026-11-23 08:00"


async def test_without_any_body_the_first_service_is_shown(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(f"{BOOKINGS}/available-slots")
    assert answer.json()["data"]["event_type_name"] == "Diagnostic visit"


@pytest.mark.parametrize("named", ["diagnostic-visit", "Diagnostic visit"])
@pytest.mark.engines("sqlite")
async def test_a_list_is_narrowed_by_a_service_however_it_is_named(shop: Shop, named: str) -> None:
    key = await key_of(shop)
    made = await create(key)
    for path, under in ((BOOKINGS, "data"), ("/api/v1/bookings", "bookings")):
        found = (await key.get(f"{path}?event_type_id={named}"))[under]
        assert [one["id"] for one in found] == [made["booking"]["id"]]
    assert (await key.get(f"{BOOKINGS}?event_type_id=water-heater-install"))["data"] == []


@pytest.mark.engines("sqlite")
async def test_the_next_available_time_is_never_before_the_days_asked_for(shop: Shop) -> None:
    key = await key_of(shop)
    days = {"date_from": "2026-11-26", "date_to": "2026-11-26"}
    told = (await key.post(f"{BOOKINGS}/available-slots", {"event_type_slug": "diagnostic-visit", **days})).json()
    assert (told["data"]["dates"], told["data"]["next_available"]["slot"]) == ([], "2026-11-27 08:00")
