"""The outside calendar at the doors: set up, told by its webhooks, read by the clock, and asked before we promise."""

import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api import calcom, calcom_jobs, signatures
from api.doctor import examine
from api.worker import Worker
from storage.seed import demo_id
from storage.tables import Booking, BusyTime, CalcomAccount, Job, SlotCell, Task
from tests.api.doors import MONDAY_9, MONDAY_1030, TUESDAY_9, Key, key_of
from tests.calcom_server import EVENT_TYPE, KEY, SECRET, CalcomServer, calcom_server
from tests.fakes import HANDS, SARAH, Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]
both_engines = pytest.mark.engines("sqlite", "postgres")

SETUP = "/api/v1/integrations/calcom/setup"
DIAGNOSTIC = demo_id("diagnostic-visit")


@pytest.fixture
def there() -> Iterator[CalcomServer]:
    with calcom_server() as running:
        yield running


@pytest.fixture
async def shop(database_url: str, anyio_backend: str, there: CalcomServer) -> AsyncIterator[Shop]:
    """The demo company, with a Cal.com on this machine that it has not set up yet."""
    async with open_shop(database_url, calcom_base_url=there.url) as opened:
        hands = {**HANDS, "outside": calcom_jobs.settle, "outside_pull": calcom_jobs.pull}
        opened.worker = Worker(opened.house, hands)
        yield opened
        await calcom.connections(opened.house.settings).aclose()


@pytest.fixture
async def key(shop: Shop) -> Key:
    """A program's key, once the diagnostic visits are kept in Cal.com, too."""
    made = await key_of(shop)
    assert (await made.ask("PUT", SETUP, setup())).status_code == 200
    return made


def setup(**more: Any) -> dict[str, Any]:
    services = [{"service_id": DIAGNOSTIC, "event_type_id": EVENT_TYPE}]
    return {"api_key": KEY, "webhook_secret": SECRET, "services": services, **more}


async def told(shop: Shop, body: bytes, headers: dict[str, str]) -> int:
    """A webhook comes in; the status it is answered with."""
    token = (await shop.rows(CalcomAccount))[0].token
    answer = await shop.client.post(f"/api/calcom/webhook/{token}", content=body, headers=headers)
    return answer.status_code


async def ask_for(key: Key, start: str = MONDAY_9, phone: str = SARAH, again: str | None = None) -> httpx2.Response:
    """A program asks for a diagnostic visit."""
    body = {"name": "Sarah Jones", "phone": phone, "event_type_id": "diagnostic-visit", "start_time": start}
    return await key.post("/api/v1/bookings", body, again)


async def booked(key: Key, **more: str) -> dict[str, Any]:
    """It gets one."""
    answer = await ask_for(key, **more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def starts(key: Key, day: str) -> list[str]:
    listed = await key.get(f"/api/private/v1/slots?from={day}&to={day}&service=diagnostic-visit")
    return [one["start"] for one in listed["slots"]]


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


async def test_taken_out_everything_is_kept_here_alone(shop: Shop, key: Key, there: CalcomServer) -> None:
    there.take(MONDAY_1030)
    await shop.worker.drain()
    assert (await key.ask("DELETE", SETUP)).status_code == 204
    assert MONDAY_9 in await starts(key, "2026-11-23")
    there.asked.clear()
    await booked(key)
    await shop.pass_time(minutes=timedelta(hours=1).seconds // 60)
    assert there.asked == []
