"""/api/v1/bookings in Empfio's shapes (S4)."""

from typing import Any

import pytest

from storage.tables import Booking, Job, Lead
from tests.api.doors import MONDAY_9, MONDAY_1030, TUESDAY_9, Key, booked, key_of
from tests.fakes import SARAH, Shop

pytestmark = pytest.mark.anyio

BOOKINGS = "/api/v1/bookings"
FIELDS = {
    *("id", "lead_id", "calcom_booking_id", "calcom_booking_uid", "event_type_id", "start_time", "end_time"),
    *("status", "meeting_url", "metadata", "created_at", "updated_at", "lead"),
}


def body(**more: Any) -> dict[str, Any]:
    return {"start_time": MONDAY_9, "phone": SARAH, "name": "Sarah Jones", "event_type_id": "diagnostic-visit", **more}


async def create(key: Key, **more: Any) -> dict[str, Any]:
    answer = await key.post(BOOKINGS, body(**more))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_booking_has_s4s_members_and_its_lead_in_brief(shop: Shop) -> None:
    made = await create(await key_of(shop), metadata={"source_campaign": "autumn"}, email="sarah@example.com")
    assert set(made) == FIELDS
    assert (made["start_time"], made["end_time"], made["status"]) == (MONDAY_9, MONDAY_1030, "confirmed")
    assert (made["calcom_booking_id"], made["calcom_booking_uid"], made["meeting_url"]) == (None, None, None)
    assert made["metadata"] == {"source_campaign": "autumn"}
    assert made["lead"] == {
        "id": made["lead_id"],
        "name": "Sarah Jones",
        "email": "sarah@example.com",
        "phone": SARAH,
        "channel": "api",
        "status": "booked",
    }


async def test_a_booking_for_a_lead_needs_no_number(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("My furnace is out", "SM1")
    (lead,) = await shop.rows(Lead)
    made = await create(key, phone=None, lead_id=lead.id)
    assert (made["lead_id"], made["lead"]["phone"]) == (lead.id, SARAH)


async def test_nobody_at_all_is_a_missing_phone(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, body(phone=None))
    assert (answer.status_code, answer.json()["code"]) == (400, "MISSING_FIELDS")


async def test_this_door_books_the_starts_of_the_grid(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, body(start_time="2026-11-23T09:20:00"))
    assert (answer.status_code, answer.json()["reason"]) == (409, "off_grid")


async def test_a_bad_email_comes_before_an_unknown_service(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, body(email="doug@resolvency.", event_type_id="roofing"))
    assert answer.json()["code"] == "INVALID_EMAIL"


async def test_creating_twice_under_one_key_makes_one(shop: Shop) -> None:
    key = await key_of(shop)
    answers = [await key.post(BOOKINGS, body(), key="k1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await shop.rows(Booking)) == 1


async def test_the_list_is_filtered_by_lead_status_dates_and_service(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    other = await create(key, start_time=TUESDAY_9, phone="+15125550143", event_type_id="water-heater-install")
    await key.ask("DELETE", f"{BOOKINGS}/{other['id']}")
    for query, expected in (
        ("", [made["id"], other["id"]]),
        (f"?lead_id={made['lead_id']}", [made["id"]]),
        ("?status=CANCELED", [other["id"]]),
        ("?date_from=2026-11-24", [other["id"]]),
        ("?date_to=2026-11-23", [made["id"]]),
        (f"?event_type_id={made['event_type_id']}", [made["id"]]),
    ):
        listed = await key.get(BOOKINGS + query)
        assert [one["id"] for one in listed["bookings"]] == expected, query
        assert listed["total"] == len(expected)


async def test_pages_count_from_one_and_limit_means_size(shop: Shop) -> None:
    key = await key_of(shop)
    await create(key)
    second = await create(key, start_time=TUESDAY_9)
    listed = await key.get(f"{BOOKINGS}?limit=1&page=2")
    assert ([one["id"] for one in listed["bookings"]], listed["total"]) == ([second["id"]], 2)
    assert (await key.get(f"{BOOKINGS}?size=500"))["size"] == 100


async def test_open_slots_have_a_start_and_an_end(shop: Shop) -> None:
    told = await (await key_of(shop)).get(
        f"{BOOKINGS}/available-slots?start_date=2026-11-23&end_date=2026-11-23&event_type_id=diagnostic-visit"
    )
    assert told["slots"][0] == {"start": "2026-11-23T14:00:00Z", "end": "2026-11-23T15:30:00Z"}
    assert (told["start_date"], told["end_date"]) == ("2026-11-23", "2026-11-23")
    assert told["range_clamped"] is False


async def test_open_slots_without_dates_name_what_is_missing(shop: Shop) -> None:
    answer = await (await key_of(shop)).ask("GET", f"{BOOKINGS}/available-slots")
    assert (answer.status_code, answer.json()["fields"]) == (400, ["start_date", "end_date"])


async def test_a_new_start_moves_and_keeps_the_length(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    answer = await key.patch(f"{BOOKINGS}/{made['id']}", {"start_time": TUESDAY_9})
    moved = answer.json()
    assert (moved["id"], moved["status"], moved["end_time"]) == (made["id"], "rescheduled", "2026-11-24T16:30:00Z")


async def test_metadata_is_merged_and_null_removes(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key, metadata={"a": 1, "b": 2})
    answer = await key.patch(f"{BOOKINGS}/{made['id']}", {"metadata": {"b": None, "c": 3}, "meeting_url": "https://m"})
    assert (answer.json()["metadata"], answer.json()["meeting_url"]) == ({"a": 1, "c": 3}, "https://m")


async def test_the_status_cancelled_runs_the_cancellation(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    answer = await key.patch(f"{BOOKINGS}/{made['id']}", {"status": "cancelled"})
    assert (answer.status_code, answer.json()["status"], answer.json()["lead"]["status"]) == (
        200,
        "cancelled",
        "contacted",
    )
    waiting = await shop.rows(Job, topic="remind", state="queued")
    assert [job.payload["kind"] for job in waiting] == ["cancelled"]


async def test_cancelling_twice_is_twice_204_with_one_text(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    answers = [await key.ask("DELETE", f"{BOOKINGS}/{made['id']}") for _ in range(2)]
    assert [(one.status_code, one.content) for one in answers] == [(204, b""), (204, b"")]
    assert (await key.get(f"{BOOKINGS}/{made['id']}"))["status"] == "cancelled"
    assert [job.payload["kind"] for job in await shop.rows(Job, topic="remind", state="queued")] == ["cancelled"]


async def test_a_cancellation_under_a_key_is_replayed(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    answers = [await key.ask("DELETE", f"{BOOKINGS}/{made['id']}", key="gone") for _ in range(2)]
    assert [one.status_code for one in answers] == [204, 204]
    assert answers[1].headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("word", ["completed", "no_show", "NO-SHOW", "attended"])
async def test_an_end_of_the_visit_can_be_set_in_any_doors_word(shop: Shop, word: str) -> None:
    key = await key_of(shop)
    made = await create(key)
    answer = await key.patch(f"{BOOKINGS}/{made['id']}", {"status": word})
    assert answer.json()["status"] == ("no_show" if "o" == word.lower()[1] and word[0] in "nN" else "completed")


async def test_a_word_that_is_no_status_is_refused(shop: Shop) -> None:
    key = await key_of(shop)
    made = await create(key)
    answer = await key.patch(f"{BOOKINGS}/{made['id']}", {"status": "vaporised"})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_the_same_visit_is_seen_through_every_json_door(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    assert (await key.get(f"{BOOKINGS}/{booking['id']}"))["start_time"] == booking["scheduledStartAt"]
