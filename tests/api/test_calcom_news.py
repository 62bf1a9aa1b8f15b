"""What Cal.com's webhooks tell: somebody else's bookings, and ours that were changed over there."""

from collections.abc import AsyncIterator, Iterator

import pytest

from storage.tables import Booking, BusyTime, CalcomAccount, Task
from tests.api.calcom_shop import SETUP, booked, connected_shop, keeping_there, setup, starts
from tests.api.doors import MONDAY_9, TUESDAY_9, Key
from tests.calcom_server import CalcomServer, calcom_server
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
both_engines = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
def there() -> Iterator[CalcomServer]:
    with calcom_server() as running:
        yield running


@pytest.fixture
async def shop(database_url: str, anyio_backend: str, there: CalcomServer) -> AsyncIterator[Shop]:
    async with connected_shop(database_url, there) as opened:
        yield opened


@pytest.fixture
async def key(shop: Shop) -> Key:
    return await keeping_there(shop)


async def told(shop: Shop, body: bytes, headers: dict[str, str]) -> int:
    """A webhook comes in; the status it is answered with."""
    token = (await shop.rows(CalcomAccount))[0].token
    answer = await shop.client.post(f"/api/calcom/webhook/{token}", content=body, headers=headers)
    return answer.status_code


async def the_visit(shop: Shop) -> Booking:
    visits = await shop.rows(Booking)
    assert len(visits) == 1
    return visits[0]


async def moved_there(shop: Shop, there: CalcomServer, start: str) -> tuple[bytes, dict[str, str]]:
    """Somebody moves our visit over there; the webhook that tells of it."""
    uid = (await the_visit(shop)).external_refs["calcom"]["uid"]
    there.bookings[uid]["status"] = "cancelled"
    made = there.take(start, metadata=there.bookings[uid]["metadata"])
    return there.event("BOOKING_RESCHEDULED", made, rescheduleUid=uid)


async def test_a_booking_made_there_takes_the_time_here_once(shop: Shop, key: Key, there: CalcomServer) -> None:
    event = there.event("BOOKING_CREATED", there.take(MONDAY_9))
    assert [await told(shop, *event), await told(shop, *event)] == [204, 204]
    assert MONDAY_9 not in await starts(key, "2026-11-23")
    assert len(await shop.rows(BusyTime)) == 1
    assert await shop.rows(Booking) == []


async def test_a_booking_moved_and_cancelled_there_frees_its_time(shop: Shop, key: Key, there: CalcomServer) -> None:
    first, second = there.take(MONDAY_9), there.take(TUESDAY_9)
    await told(shop, *there.event("BOOKING_CREATED", first))
    await told(shop, *there.event("BOOKING_RESCHEDULED", second, rescheduleUid=first["uid"]))
    assert MONDAY_9 in await starts(key, "2026-11-23")
    assert TUESDAY_9 not in await starts(key, "2026-11-24")
    await told(shop, *there.event("BOOKING_CANCELLED", second))
    assert TUESDAY_9 in await starts(key, "2026-11-24")


@both_engines
async def test_a_visit_of_ours_cancelled_there_is_cancelled_here_and_the_customer_told(
    shop: Shop, key: Key, there: CalcomServer
) -> None:
    made = await booked(key)
    event = there.event("BOOKING_CANCELLED", there.bookings[made["calcom_booking_uid"]])
    assert [await told(shop, *event), await told(shop, *event)] == [204, 204]
    seen = await key.get(f"/api/private/v1/bookings/{made['id']}")
    assert seen["booking"]["status"] == "CANCELED"
    last = seen["booking"]["history"][-1]
    assert (last["actor"], last["event"]) == ("Cal.com", "cancelled")
    await shop.worker.drain()
    texts = (await key.get("/api/v1/messages?direction=out"))["messages"]
    assert [one["kind"] for one in texts].count("cancelled") == 1
    assert "cancel" not in there.acts()


async def test_a_visit_of_ours_moved_there_follows_with_its_new_uid(shop: Shop, key: Key, there: CalcomServer) -> None:
    await booked(key)
    event = await moved_there(shop, there, TUESDAY_9)
    assert [await told(shop, *event), await told(shop, *event)] == [204, 204]
    visit = await the_visit(shop)
    assert (visit.start_at.strftime("%Y-%m-%dT%H:%M:%SZ"), visit.reschedule_count) == (TUESDAY_9, 1)
    assert visit.external_refs["calcom"]["uid"] in there.bookings
    assert there.acts().count("create") == 1


@both_engines
async def test_a_visit_moved_there_onto_another_one_stays_and_the_office_is_asked(
    shop: Shop, key: Key, there: CalcomServer
) -> None:
    await booked(key)
    event = await moved_there(shop, there, TUESDAY_9)
    await key.ask("DELETE", SETUP)
    await booked(key, start=TUESDAY_9, phone="+15125550143")
    await key.ask("PUT", SETUP, setup())
    assert await told(shop, *event) == 204
    ours = min(await shop.rows(Booking), key=lambda one: one.start_at)
    assert ours.start_at.strftime("%Y-%m-%dT%H:%M:%SZ") == MONDAY_9
    assert [one.kind for one in await shop.rows(Task)] == ["needs_review"]


@both_engines
async def test_echoes_of_our_own_changes_change_nothing(shop: Shop, key: Key, there: CalcomServer) -> None:
    made = await booked(key)
    created = there.event("BOOKING_CREATED", there.bookings[made["calcom_booking_uid"]])
    answer = await key.patch(f"/api/v1/bookings/{made['id']}", {"start_time": TUESDAY_9})
    assert answer.status_code == 200, answer.text
    old = there.event("BOOKING_CANCELLED", there.bookings[made["calcom_booking_uid"]])
    new = there.event("BOOKING_CREATED", there.bookings[answer.json()["calcom_booking_uid"]])
    for event in (created, old, new):
        assert await told(shop, *event) == 204
    assert (await the_visit(shop)).status == "rescheduled"
    assert await shop.rows(BusyTime) == []


async def test_an_unsigned_webhook_is_refused_and_an_unknown_one_well_received(
    shop: Shop, key: Key, there: CalcomServer
) -> None:
    booking = there.take(MONDAY_9)
    body, headers = there.event("BOOKING_CREATED", booking)
    assert await told(shop, body, {**headers, "X-Cal-Signature-256": "no-secret-provided"}) == 401
    assert await told(shop, *there.event("MEETING_STARTED", booking)) == 204
    assert (await shop.client.post("/api/calcom/webhook/nobody", content=body, headers=headers)).status_code == 404
    assert await shop.rows(BusyTime) == []
