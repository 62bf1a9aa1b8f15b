"""The private door, as an integrator uses it (contract 2.4, story U-12)."""

import asyncio
from typing import Any

import pytest

from storage.seed import demo_id
from storage.tables import Booking, Lead
from tests.api.doors import MONDAY_9, MONDAY_1030, TUESDAY_9, booked, key_of, visit_body
from tests.fakes import SARAH, Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "aiosqlite", "postgres")]

BOOKINGS = "/api/private/v1/bookings"
CREATED = {
    *("id", "orgId", "status", "schedulingState", "scheduledStartAt", "scheduledEndAt", "timezone", "arrivalWindow"),
    *("formatted", "customerName", "customerPhone", "customerEmail", "address", "postalCode", "serviceId"),
    *("serviceLabel", "technicianId", "notes", "leadId", "metadata", "attendees", "source", "confirmation"),
    *("reminders", "rescheduleCount", "previousStartAt", "canceledAt", "cancelReason", "managementTokenExpiresAt"),
    *("createdAt", "updatedAt"),
}


async def test_health_names_the_credential_and_its_scopes(shop: Shop) -> None:
    key = await key_of(shop, "READ_BOOKINGS")
    told = await key.get("/api/private/v1/health")
    assert told == {
        "ok": True,
        "orgId": shop.org.id,
        "orgName": "Bluebird Heating",
        "credential": {
            "id": key.id,
            "name": "Acme Dispatch",
            "actorType": "INTEGRATION",
            "prefix": key.secret[:10],
        },
        "scopes": ["READ_BOOKINGS"],
        "serverTime": "2026-11-21T16:00:00Z",
    }


async def test_the_twelve_actions_may_be_read_without_a_key(shop: Shop) -> None:
    answer = await shop.client.get("/api/private/v1/actions")
    named = [action["name"] for action in answer.json()["actions"]]
    assert (answer.status_code, len(named), "list_open_slots" in named) == (200, 12, True)


async def test_without_a_credential_nothing_is_told(shop: Shop) -> None:
    answer = await shop.client.get(BOOKINGS)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


async def test_a_reader_may_not_book_and_is_told_which_scope_is_missing(shop: Shop) -> None:
    answer = await (await key_of(shop, "READ_BOOKINGS")).post(BOOKINGS, visit_body())
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert answer.json()["required"] == ["WRITE_BOOKINGS"]


async def test_a_booking_is_answered_in_the_contracts_shape(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key, metadata={"po": "A-7"}, attendees=[{"email": "tom@example.com"}])
    assert set(booking) == CREATED
    expected = {
        "status": "CONFIRMED",
        "schedulingState": "SCHEDULED",
        "scheduledStartAt": MONDAY_9,
        "scheduledEndAt": MONDAY_1030,
        "timezone": "America/Chicago",
        "arrivalWindow": None,
        "formatted": "Monday, November 23, 2026 at 9:00 AM",
        "customerPhone": SARAH,
        "serviceLabel": "Diagnostic visit",
        "metadata": {"po": "A-7"},
        "source": {
            "channel": "API",
            "actorType": "INTEGRATION",
            "actorName": "Acme Dispatch",
            "credentialId": key.id,
        },
        "confirmation": {"state": "QUEUED", "reason": None},
        "reminders": [{"offsetMinutes": 1440, "state": "QUEUED"}, {"offsetMinutes": 120, "state": "QUEUED"}],
        "rescheduleCount": 0,
        "managementTokenExpiresAt": "2026-11-24T16:30:00Z",
    }
    assert {name: booking[name] for name in expected} == expected


async def test_a_time_without_an_offset_is_the_businesss_local_time(shop: Shop) -> None:
    booking = await booked(await key_of(shop), start="2026-11-23T09:00:00", end="2026-11-23T10:30:00")
    assert booking["scheduledStartAt"] == MONDAY_9


async def test_a_time_with_another_offset_is_taken_as_it_stands(shop: Shop) -> None:
    booking = await booked(await key_of(shop), start="2026-11-23T10:00:00-05:00", end="2026-11-23T11:30:00-05:00")
    assert booking["scheduledStartAt"] == MONDAY_9


async def test_the_private_door_is_free_of_the_grid(shop: Shop) -> None:
    booking = await booked(await key_of(shop), start="2026-11-23T09:20:00", end="2026-11-23T10:20:00")
    assert booking["formatted"].endswith("9:20 AM")


async def test_a_label_no_service_has_is_kept(shop: Shop) -> None:
    booking = await booked(await key_of(shop), serviceLabel="Chimney sweep")
    assert (booking["serviceId"], booking["serviceLabel"]) == (None, "Chimney sweep")


async def test_members_we_do_not_know_are_ignored(shop: Shop) -> None:
    assert (await booked(await key_of(shop), jobColor="teal"))["status"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"customerPhone": None}, "MISSING_FIELDS"),
        ({"customerPhone": "  "}, "VALIDATION_ERROR"),
        ({"customerPhone": "12"}, "INVALID_PHONE"),
        ({"customerEmail": "doug@resolvency."}, "INVALID_EMAIL"),
        ({"attendees": [{"email": "tom@"}]}, "INVALID_ATTENDEE_EMAIL"),
        ({"scheduledStartAt": "Monday"}, "INVALID_TIME"),
        ({"scheduledStartAt": "2027-03-14T02:30:00", "scheduledEndAt": "2027-03-14T04:00:00"}, "INVALID_TIME"),
        ({"scheduledEndAt": MONDAY_9}, "INVALID_TIME"),
        ({"scheduledStartAt": 1700000000}, "VALIDATION_ERROR"),
        ({"metadata": "plain"}, "VALIDATION_ERROR"),
        ({"metadata": {"long": "x" * 9000}}, "VALIDATION_ERROR"),
        ({"notes": "a\0b"}, "VALIDATION_ERROR"),
        ({"notes": ["list"]}, "VALIDATION_ERROR"),
        ({"timezone": "Atlantis"}, "VALIDATION_ERROR"),
    ],
)
async def test_a_bad_value_is_a_400_with_its_own_code(shop: Shop, change: dict[str, Any], code: str) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, visit_body() | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_the_required_members_are_named_when_they_are_missing(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, {"notes": "hello"})
    assert answer.json()["fields"] == ["customerPhone", "scheduledStartAt", "scheduledEndAt"]


async def test_a_bad_email_on_a_taken_slot_says_invalid_email(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    answer = await key.post(BOOKINGS, visit_body(phone="+15125550143", customerEmail="doug@resolvency."))
    assert answer.json()["code"] == "INVALID_EMAIL"


async def test_a_taken_time_is_a_409_with_open_alternatives(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    answer = await key.post(BOOKINGS, visit_body(phone="+15125550143"))
    refusal = answer.json()
    assert (answer.status_code, refusal["code"]) == (409, "SLOT_UNAVAILABLE")
    other = refusal["alternatives"][0]
    assert set(other) == {"start", "end", "date", "time", "formatted", "slot"}
    again = await key.post(BOOKINGS, visit_body(other["start"], other["end"], phone="+15125550143"))
    assert again.status_code == 201


async def test_fifty_at_once_for_one_slot_give_one_visit(shop: Shop) -> None:
    keys = [await key_of(shop, name=f"Acme {number}") for number in range(2)]
    answers = await asyncio.gather(
        *(keys[n % 2].post(BOOKINGS, visit_body(phone=f"+1512555{1000 + n}"), key=f"k{n}") for n in range(50))
    )
    assert sorted(one.status_code for one in answers) == [201] + [409] * 49
    assert all(1 <= len(one.json()["alternatives"]) <= 3 for one in answers if one.status_code == 409)


async def test_the_list_is_ordered_by_start_and_a_bare_last_date_counts(shop: Shop) -> None:
    key = await key_of(shop)
    later = await booked(key, start=TUESDAY_9, end="2026-11-24T16:30:00Z")
    sooner = await booked(key)
    listed = await key.get(f"{BOOKINGS}?from=2026-11-23&to=2026-11-24")
    assert [one["id"] for one in listed["bookings"]] == [sooner["id"], later["id"]]
    assert (listed["total"], listed["page"], listed["size"]) == (2, 1, 20)
    assert (await key.get(f"{BOOKINGS}?to={TUESDAY_9}"))["total"] == 1
    assert (await key.get(f"{BOOKINGS}?from=2026-11-24T09:00:00-06:00"))["total"] == 1
    assert (await key.get(f"{BOOKINGS}?status=CANCELLED"))["total"] == 0


async def test_the_manage_link_is_shown_to_those_who_may_write(shop: Shop) -> None:
    writer, reader = await key_of(shop), await key_of(shop, "READ_BOOKINGS")
    booking_id = (await booked(writer))["id"]
    full = (await writer.get(f"{BOOKINGS}/{booking_id}"))["booking"]
    bare = (await reader.get(f"{BOOKINGS}/{booking_id}"))["booking"]
    assert full["managementUrl"] == f"https://ringback.test/book/bluebird/manage/{full['managementToken']}"
    assert (bare["managementToken"], bare["managementUrl"]) == (None, None)
    assert bare["managementTokenExpiresAt"] == "2026-11-24T16:30:00Z"


async def test_one_booking_tells_its_history(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    await key.patch(f"{BOOKINGS}/{booking_id}", {"scheduledStartAt": TUESDAY_9})
    await key.patch(f"{BOOKINGS}/{booking_id}", {"status": "CANCELED", "cancelReason": "sold the house"})
    history = (await key.get(f"{BOOKINGS}/{booking_id}"))["booking"]["history"]
    assert [(line["event"], line["from"], line["to"]) for line in history] == [
        ("booked", None, MONDAY_9),
        ("moved", MONDAY_9, TUESDAY_9),
        ("cancelled", "RESCHEDULED", "CANCELED"),
    ]
    assert {line["actor"] for line in history} == {"Acme Dispatch"}


async def test_open_slots_come_with_the_reasons_of_closed_days(shop: Shop) -> None:
    key = await key_of(shop, "READ_AVAILABILITY")
    told = await key.get("/api/private/v1/slots?from=2026-11-25&to=2026-11-26&service=diagnostic-visit")
    assert told["slots"][0] == {
        "start": "2026-11-25T14:00:00Z",
        "end": "2026-11-25T15:30:00Z",
        "formatted": "Wednesday, November 25, 2026 at 8:00 AM",
        "slot": "2026-11-25 08:00",
    }
    assert told["blackouts"] == [
        {
            "date": "2026-11-26",
            "reason": "Thanksgiving",
            "guidance": "Thursday, November 26 is closed (Thanksgiving). Offer another day.",
        }
    ]
    assert (told["timezone"], told["rangeClamped"]) == ("America/Chicago", False)


async def test_every_listed_slot_can_be_booked_until_it_is(shop: Shop) -> None:
    key = await key_of(shop)
    path = "/api/private/v1/slots?from=2026-11-23&to=2026-11-23&service=diagnostic-visit"
    for number in range(3):
        slot = (await key.get(path))["slots"][0]
        await booked(key, start=slot["start"], end=slot["end"], phone=f"+1512555014{number}")
    assert all(one["start"] > slot["start"] for one in (await key.get(path))["slots"])


async def test_a_long_range_is_clamped_and_says_so(shop: Shop) -> None:
    told = await (await key_of(shop)).get("/api/private/v1/slots?from=2026-11-21&to=2027-02-01")
    assert told["rangeClamped"] is True


async def test_a_visit_outside_the_area_is_a_422(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, visit_body(postalCode="90210"))
    assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_SERVICE_AREA")


async def test_a_conversation_and_its_lead_tell_the_same_summary(shop: Shop) -> None:
    key = await key_of(shop)
    await shop.text("No cooling upstairs since Friday", "SM1")
    (lead,) = await shop.rows(Lead)
    by_lead = await key.get(f"/api/private/v1/leads/{lead.id}/summary")
    by_thread = await key.get(f"/api/private/v1/conversations/{by_lead['conversationId']}/summary")
    assert by_lead == by_thread
    assert (by_thread["issue"], by_thread["messageCount"]) == ("No cooling upstairs since Friday", 1)


async def test_a_key_that_needs_approval_makes_requests(shop: Shop) -> None:
    booking = await booked(await key_of(shop, requires_approval=True))
    assert (booking["status"], booking["schedulingState"]) == ("PENDING", "AWAITING_APPROVAL")


async def test_an_opted_out_customers_confirmation_says_why_it_is_skipped(shop: Shop) -> None:
    await shop.text("STOP", "SM1")
    booking = await booked(await key_of(shop))
    assert booking["confirmation"] == {"state": "SKIPPED", "reason": "opted_out"}


async def test_a_malformed_id_is_not_found(shop: Shop) -> None:
    answer = await (await key_of(shop)).ask("GET", f"{BOOKINGS}/a%00b")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_two_visits_of_one_customer_are_two_rows(shop: Shop) -> None:
    key = await key_of(shop)
    await booked(key)
    await booked(key, start=TUESDAY_9, end="2026-11-24T16:30:00Z")
    assert len(await shop.rows(Booking)) == 2
    assert len(await shop.rows(Lead)) == 1


async def test_a_visit_with_a_window_says_between_which_times_dana_comes(shop: Shop) -> None:
    key = await key_of(shop)
    changed = await key.patch(f"/api/v1/services/{demo_id('diagnostic-visit')}", {"window_minutes": 120})
    assert changed.status_code == 200, changed.text
    assert (await booked(key))["arrivalWindow"] == "between 9:00 AM and 11:00 AM"
