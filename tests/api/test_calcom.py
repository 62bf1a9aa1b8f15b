"""The outside calendar at the JSON doors: set up, read by the clock, and asked before we promise."""

import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from api import signatures
from api.doctor import examine
from storage.tables import Booking, BusyTime, CalcomAccount, Job, SlotCell, Task
from tests.api.calcom_shop import DIAGNOSTIC, SETUP, booked, connected_shop, keeping_there, setup, starts
from tests.api.doors import MONDAY_9, MONDAY_1030, TUESDAY_9, Key, key_of
from tests.calcom_server import EVENT_TYPE, KEY, SECRET, CalcomServer, calcom_server
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


async def the_visit(shop: Shop) -> Booking:
    visits = await shop.rows(Booking)
    assert len(visits) == 1
    return visits[0]


VECTOR = b'{"triggerEvent":"BOOKING_CREATED","createdAt":"2026-11-21T10:00:00.000Z","payload":{"uid":"u1"}}'
SIGNED = "8c98b3b3eb76e07832616676c03f7e30c30ee4393acfbcc864039e3af1aa681e"


async def test_the_known_signature_checks() -> None:
    assert signatures.calcom("cal_secret", VECTOR, SIGNED)


@pytest.mark.parametrize(
    ("secret", "body", "header"),
    [
        ("cal_secret", VECTOR + b" ", SIGNED),
        ("cal_secret", VECTOR, SIGNED.upper()),
        ("cal_secret", VECTOR, f"sha256={SIGNED}"),
        ("cal_secret", VECTOR, None),
        ("cal_secret", VECTOR, "no-secret-provided"),
        ("", VECTOR, SIGNED),
        ("another", VECTOR, SIGNED),
        ("cal_secret", VECTOR, "ñ"),
    ],
)
async def test_any_other_signature_does_not(secret: str, body: bytes, header: str | None) -> None:
    assert not signatures.calcom(secret, body, header)


async def test_key_and_secret_are_sealed_and_never_shown(shop: Shop, key: Key) -> None:
    shown = await key.get(SETUP)
    account = (await shop.rows(CalcomAccount))[0]
    assert KEY not in json.dumps(shown)
    assert SECRET not in json.dumps(shown)
    assert KEY not in account.sealed_key
    assert shown["webhook_url"].endswith(f"/api/calcom/webhook/{account.token}")
    assert shown["services"] == [{"service_id": DIAGNOSTIC, "event_type_id": EVENT_TYPE}]


async def test_a_first_setup_needs_key_and_secret(shop: Shop) -> None:
    answer = await (await key_of(shop)).ask("PUT", SETUP, {"services": []})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["api_key", "webhook_secret"])


async def test_only_who_manages_integrations_sets_it_up(shop: Shop) -> None:
    answer = await (await key_of(shop, "WRITE_BOOKINGS")).ask("PUT", SETUP, setup())
    assert answer.status_code == 403


async def test_a_business_without_it_asks_nobody(shop: Shop, there: CalcomServer) -> None:
    await booked(await key_of(shop))
    assert there.asked == []
    assert (await the_visit(shop)).external_refs == {}


async def test_in_the_sandbox_nothing_goes_to_the_real_one(shop: Shop, key: Key) -> None:
    shop.client._transport.app.state.house = dataclasses.replace(  # type: ignore[attr-defined]
        shop.house, settings=dataclasses.replace(shop.house.settings, calcom_base_url=None)
    )
    assert (await booked(key))["calcom_booking_uid"] is None


@both_engines
async def test_a_booking_over_json_stands_in_both(shop: Shop, key: Key, there: CalcomServer) -> None:
    made = await booked(key)
    assert there.standing() == [MONDAY_9]
    assert there.bookings[made["calcom_booking_uid"]]["id"] == made["calcom_booking_id"]


@both_engines
async def test_the_same_idempotency_key_books_once_in_both(shop: Shop, key: Key, there: CalcomServer) -> None:
    first, second = await booked(key, again="one"), await booked(key, again="one")
    assert first == second
    assert there.standing() == [MONDAY_9]


@both_engines
async def test_what_is_taken_there_is_not_offered_here(shop: Shop, key: Key, there: CalcomServer) -> None:
    there.take(MONDAY_9)
    there.busy.append(("2026-11-24T15:00:00.000Z", "2026-11-24T17:00:00.000Z"))
    assert MONDAY_9 in await starts(key, "2026-11-23")
    await shop.worker.drain()
    assert MONDAY_9 not in await starts(key, "2026-11-23")
    assert TUESDAY_9 not in await starts(key, "2026-11-24")


async def test_our_own_visits_come_back_as_no_busy_time(shop: Shop, key: Key, there: CalcomServer) -> None:
    await booked(key)
    visit = there.bookings[next(iter(there.bookings))]
    there.busy.append((visit["start"], visit["end"]))
    await shop.worker.drain()
    assert await shop.rows(BusyTime) == []


async def test_a_dead_calendar_makes_nothing_free_and_its_error_is_shown(
    shop: Shop, key: Key, there: CalcomServer
) -> None:
    there.take(MONDAY_9)
    await shop.worker.drain()
    there.faults["list"] = [503]
    await shop.pass_time(minutes=10)
    assert MONDAY_9 not in await starts(key, "2026-11-23")
    standing = await key.get("/api/v1/integrations/calcom")
    assert (standing["state"], standing["last_error"]) == ("failing", "status_503")
    found = {one.name: one for one in await examine(shop.house.settings, shop.client._transport)}
    assert (found["calcom"].state, "status_503" in found["calcom"].says) == ("wrong", True)
    there.bookings.clear()
    await shop.pass_time(minutes=10)
    assert MONDAY_9 in await starts(key, "2026-11-23")
    assert (await key.get("/api/v1/integrations/calcom"))["state"] == "ok"


async def test_a_time_taken_there_alone_is_refused_with_others(shop: Shop, key: Key, there: CalcomServer) -> None:
    there.take(MONDAY_9)
    answer = await key.post(
        "/api/v1/bookings",
        {"name": "Sarah", "phone": "+15125550142", "service": "diagnostic-visit", "start_time": MONDAY_9},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "SLOT_UNAVAILABLE")
    assert answer.json()["alternatives"]
    assert await shop.rows(Booking) == []
    assert await shop.rows(SlotCell) == []


@both_engines
async def test_a_fault_there_books_nothing_here(shop: Shop, key: Key, there: CalcomServer) -> None:
    there.faults["create"] = ["lost"]
    answer = await key.post(
        "/api/v1/bookings",
        {"name": "Sarah", "phone": "+15125550142", "service": "diagnostic-visit", "start_time": MONDAY_9},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert await shop.rows(Booking) == []
    assert await shop.rows(SlotCell) == []
    await shop.pass_time(minutes=2)
    assert there.standing() == []


async def test_a_cancelled_visit_is_cancelled_there_however_often_it_takes(
    shop: Shop, key: Key, there: CalcomServer
) -> None:
    made = await booked(key)
    there.faults["cancel"] = [503, 503]
    await key.ask("DELETE", f"/api/v1/bookings/{made['id']}")
    await shop.worker.drain()
    assert there.standing() == [MONDAY_9]
    for _ in range(2):
        await shop.pass_time(minutes=2)
    assert there.standing() == []


async def test_a_cancellation_that_never_gets_through_is_a_task(shop: Shop, key: Key, there: CalcomServer) -> None:
    made = await booked(key)
    there.faults["cancel"] = [503] * 9
    await key.ask("DELETE", f"/api/v1/bookings/{made['id']}")
    for _ in range(6):
        await shop.pass_time(hours=1)
    tasks = [(one.kind, one.booking_id) for one in await shop.rows(Task)]
    assert tasks == [("needs_review", made["id"])]
    assert [one.state for one in await shop.rows(Job, topic="outside") if one.payload["kind"] == "cancel"] == ["failed"]


async def test_taken_out_everything_is_kept_here_alone(shop: Shop, key: Key, there: CalcomServer) -> None:
    there.take(MONDAY_1030)
    await shop.worker.drain()
    assert (await key.ask("DELETE", SETUP)).status_code == 204
    assert MONDAY_9 in await starts(key, "2026-11-23")
    there.asked.clear()
    await booked(key)
    await shop.pass_time(minutes=timedelta(hours=1).seconds // 60)
    assert there.asked == []
