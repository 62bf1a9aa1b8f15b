"""Changing a visit over the private door: time, status, details, each with what follows (contract 2.4)."""

import pytest

from storage.tables import Job
from tests.api.doors import MONDAY_9, TUESDAY_9, booked, key_of
from tests.fakes import Shop

pytestmark = pytest.mark.anyio

BOOKINGS = "/api/private/v1/bookings"


async def test_a_start_alone_keeps_the_duration(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    answer = await key.patch(f"{BOOKINGS}/{booking_id}", {"scheduledStartAt": "2026-11-24T09:00:00"})
    moved = answer.json()["booking"]
    assert (moved["status"], moved["scheduledEndAt"]) == ("RESCHEDULED", "2026-11-24T16:30:00Z")
    assert (moved["rescheduleCount"], moved["previousStartAt"]) == (1, MONDAY_9)


async def test_an_end_alone_makes_the_visit_longer(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    answer = await key.patch(f"{BOOKINGS}/{booking_id}", {"scheduledEndAt": "2026-11-23T11:00:00"})
    changed = answer.json()["booking"]
    assert (changed["scheduledStartAt"], changed["scheduledEndAt"]) == (MONDAY_9, "2026-11-23T17:00:00Z")


async def test_moving_to_the_time_it_has_changes_and_sends_nothing(shop: Shop) -> None:
    key = await key_of(shop)
    before = await booked(key)
    jobs = len(await shop.rows(Job))
    answer = await key.patch(f"{BOOKINGS}/{before['id']}", {"scheduledStartAt": MONDAY_9})
    assert (answer.status_code, answer.json()["booking"]) == (200, before)
    assert len(await shop.rows(Job)) == jobs


async def test_cancelling_keeps_the_record_and_withdraws_the_reminders(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    answer = await key.patch(f"{BOOKINGS}/{booking_id}", {"status": "canceled", "cancelReason": "moved away"})
    gone = answer.json()["booking"]
    assert (gone["status"], gone["schedulingState"], gone["cancelReason"]) == ("CANCELED", "CANCELED", "moved away")
    assert gone["canceledAt"] == "2026-11-21T16:00:00Z"
    assert [one["state"] for one in gone["reminders"]] == ["SKIPPED", "SKIPPED"]
    waiting = await shop.rows(Job, topic="remind", state="queued")
    assert [job.payload["kind"] for job in waiting] == ["cancelled"]


async def test_a_time_and_a_cancellation_together_are_refused(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    answer = await key.patch(f"{BOOKINGS}/{booking_id}", {"status": "CANCELLED", "scheduledStartAt": TUESDAY_9})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert (await key.get(f"{BOOKINGS}/{booking_id}"))["booking"]["status"] == "CONFIRMED"


async def test_a_cancelled_visit_cannot_be_moved(shop: Shop) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    await key.patch(f"{BOOKINGS}/{booking_id}", {"status": "CANCELED"})
    answer = await key.patch(f"{BOOKINGS}/{booking_id}", {"scheduledStartAt": TUESDAY_9})
    assert (answer.status_code, answer.json()["code"]) == (409, "INVALID_TRANSITION")
    assert "new visit" in answer.json()["fix"]


async def test_details_are_corrected_without_a_text(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key, metadata={"po": "A-7", "gate": "left"})
    jobs = len(await shop.rows(Job))
    change = {"notes": None, "address": "14 Oak St", "metadata": {"gate": None, "floor": 2}}
    answer = await key.patch(f"{BOOKINGS}/{booking['id']}", change)
    changed = answer.json()["booking"]
    assert (changed["notes"], changed["address"]) == (None, "14 Oak St")
    assert changed["metadata"] == {"po": "A-7", "floor": 2}
    assert len(await shop.rows(Job)) == jobs
