"""override on the private door: never for a program, not even one that acts for staff."""

import pytest

from storage.tables import Booking
from tests.api.doors import booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

BOOKINGS = "/api/private/v1/bookings"


@pytest.mark.parametrize("actor_type", ["INTEGRATION", "STAFF_TOOL", "VOICE_AGENT"])
async def test_a_credential_sets_no_rules_aside(shop: Shop, actor_type: str) -> None:
    key = await key_of(shop, actor_type=actor_type)
    sunday = visit_body("2026-11-22T15:00:00Z", "2026-11-22T16:30:00Z", override=True)
    answer = await key.post(BOOKINGS, sunday)
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert "console" in answer.json()["fix"]
    assert await shop.rows(Booking) == []


async def test_a_credential_moves_nothing_by_override(shop: Shop) -> None:
    key = await key_of(shop)
    booking = await booked(key)
    moved = {"scheduledStartAt": "2026-11-22T15:00:00Z", "override": True}
    answer = await key.patch(f"{BOOKINGS}/{booking['id']}", moved)
    assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE")
    (kept,) = await shop.rows(Booking)
    assert kept.reschedule_count == 0


async def test_override_false_is_no_override(shop: Shop) -> None:
    assert (await booked(await key_of(shop), override=False))["status"] == "CONFIRMED"
