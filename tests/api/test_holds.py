"""Starts a credential keeps: whose they are, in every list and at every door, and how many."""

from typing import Any

import pytest

from storage.tables import Hold, SlotCell
from tests.api.doors import TUESDAY_9, Key, key_of, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

HOLDS = "/api/v1/holds"
TUESDAY_1030 = "2026-11-24T16:30:00Z"
WEDNESDAY_9, WEDNESDAY_1030 = "2026-11-25T15:00:00Z", "2026-11-25T16:30:00Z"


async def in_private(key: Key) -> list[str]:
    told = await key.get("/api/private/v1/slots?from=2026-11-24&to=2026-11-24&service=diagnostic-visit")
    return [one["start"] for one in told["slots"]]


async def in_v1(key: Key) -> list[str]:
    days = "start_date=2026-11-24&end_date=2026-11-24&event_type_id=diagnostic-visit"
    return [one["start"] for one in (await key.get(f"/api/v1/bookings/available-slots?{days}"))["slots"]]


async def in_scheduling(key: Key) -> list[str]:
    asked = {"date_from": "2026-11-24", "date_to": "2026-11-24", "event_type_id": "diagnostic-visit"}
    told = (await key.post("/api/v1/scheduling-bookings/available-slots", asked)).json()["data"]
    return [one["start"] for day in told["dates"] for one in day["slots"]]


async def by_question(key: Key) -> list[str]:
    asked = {"date": "2026-11-24", "time": "09:00", "event_type_id": "diagnostic-visit"}
    told = (await key.post("/api/v1/scheduling-bookings/check-availability", asked)).json()["data"]
    return [TUESDAY_9] if told["available"] else []


async def hold(key: Key, start: str, **more: Any) -> Any:
    answer = await key.post(HOLDS, {"service": "diagnostic-visit", "start": start, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("listing", [in_private, in_v1, in_scheduling, by_question])
async def test_a_kept_start_is_listed_to_its_keeper_and_to_nobody_else(shop: Shop, listing: Any) -> None:
    key, other = await key_of(shop), await key_of(shop, name="Other")
    await hold(key, TUESDAY_9)
    assert TUESDAY_9 in await listing(key)
    assert TUESDAY_9 not in await listing(other)


async def test_a_credential_keeps_several_starts_and_booking_one_leaves_the_others(shop: Shop) -> None:
    key, other = await key_of(shop), await key_of(shop, name="Other")
    await hold(key, TUESDAY_9)
    await hold(key, WEDNESDAY_9)
    assert (await key.post("/api/private/v1/bookings", visit_body(TUESDAY_9, TUESDAY_1030))).status_code == 201
    (kept,) = await shop.rows(Hold)
    refused = await other.post("/api/private/v1/bookings", visit_body(WEDNESDAY_9, WEDNESDAY_1030))
    assert (kept.start_at.isoformat(), refused.json()["code"]) == ("2026-11-25T15:00:00+00:00", "SLOT_UNAVAILABLE")


async def test_giving_one_back_keeps_the_other(shop: Shop) -> None:
    key = await key_of(shop)
    first, second = await hold(key, TUESDAY_9), await hold(key, WEDNESDAY_9)
    assert (await key.ask("DELETE", f"{HOLDS}/{first['id']}")).status_code == 204
    assert [one.id for one in await shop.rows(Hold)] == [second["id"]]
    assert {one.holder_id for one in await shop.rows(SlotCell)} == {second["id"]}


async def test_a_start_that_overlaps_a_kept_one_takes_its_place(shop: Shop) -> None:
    key = await key_of(shop)
    await hold(key, TUESDAY_9)
    later = await hold(key, "2026-11-24T16:00:00Z")
    assert [one.id for one in await shop.rows(Hold)] == [later["id"]]


async def test_nobody_keeps_the_whole_calendar(shop: Shop) -> None:
    key = await key_of(shop)
    for day in ("24", "25", "27"):
        for hour in ("14", "16", "18", "20"):
            answer = await key.post(HOLDS, {"service": "diagnostic-visit", "start": f"2026-11-{day}T{hour}:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert len(await shop.rows(Hold)) == 10
    assert 1 <= int(answer.headers["retry-after"]) <= 601
