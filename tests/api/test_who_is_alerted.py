"""Whom a hand-off alerts, as the staff say it: by status and by their pause after the last one (SC-21, SC-22)."""

from typing import Any

import pytest

from storage.tables import Message, Task
from tests.api.console_staff import desk_of
from tests.api.doors import key_of
from tests.fakes import DANA, LUIS, Shop
from tests.tools.test_handoff import hand_off

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

STAFF = "/api/v1/staff"
ANA = "+15125550181"


async def staff(shop: Shop, phone: str, **fields: Any) -> str:
    """Somebody of the office with this number; gives back the path of their row."""
    key = await key_of(shop)
    new = {"email": f"desk{phone[-4:]}@bluebird.test", "name": "Ana Diaz", "role": "admin", "phone": phone}
    made = await key.post(STAFF, new)
    path = f"{STAFF}/{made.json()['id']}"
    changed = await key.patch(path, fields)
    assert changed.status_code == 200, changed.text
    return path


async def told(shop: Shop) -> list[str | None]:
    return [one.to_phone for one in await shop.rows(Message, kind="alert")]


async def test_who_says_on_call_is_told_first(shop: Shop) -> None:
    await staff(shop, ANA, status="on_call")
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert await told(shop) == [ANA]


async def test_who_is_merely_there_is_not_told(shop: Shop) -> None:
    await staff(shop, ANA, status="available")
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert await told(shop) == [LUIS]


@pytest.mark.parametrize("status", ["busy", "away", "offline"])
async def test_luis_who_is_not_there_is_passed_over(shop: Shop, status: str) -> None:
    await staff(shop, LUIS, status=status)
    await hand_off(shop)
    await shop.pass_time(hours=1)
    assert await told(shop) == [DANA]


async def test_an_emergency_reaches_even_him_last(shop: Shop) -> None:
    await staff(shop, LUIS, status="away")
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    assert await told(shop) == [DANA]
    for _ in range(3):
        await shop.pass_time(minutes=5)
    assert await told(shop) == [DANA, LUIS]


async def test_who_comes_back_while_it_rings_is_told_once(shop: Shop) -> None:
    path = await staff(shop, LUIS, status="away")
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    await (await key_of(shop)).patch(path, {"status": "available"})  # he is first in the order again
    for _ in range(3):
        await shop.pass_time(minutes=5)
    assert await told(shop) == [DANA, LUIS]


@pytest.mark.parametrize(("minutes", "next_told"), [(29, DANA), (30, LUIS)], ids=["in his pause", "after it"])
async def test_after_a_hand_off_he_took_luis_is_left_to_wrap_up(shop: Shop, minutes: int, next_told: str) -> None:
    await staff(shop, LUIS, wrap_up_minutes=30)
    await hand_off(shop, "emergency", "emergency", danger="gas")
    await shop.worker.drain()
    await shop.text("1", "SM1", sender=LUIS)
    await shop.change(Task, done_at=shop.clock.now())
    await shop.pass_time(minutes=minutes)
    await hand_off(shop)
    await shop.worker.drain()
    assert await told(shop) == [LUIS, next_told]


async def test_a_pause_is_at_most_four_hours(shop: Shop) -> None:
    path = await staff(shop, ANA)
    refused = await (await key_of(shop)).patch(path, {"wrap_up_minutes": 241})
    assert (refused.status_code, refused.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_somebody_sets_their_own_status_in_the_console(shop: Shop) -> None:
    mia = await desk_of(shop, "mia@bluebird.example", "Mia", "agent")
    assert (await mia.post("/console/account/status", status="away")).status_code == 303
    assert '<option value="away" selected>' in await mia.get("/console/account")
    assert (await mia.post("/console/account/status", status="asleep")).status_code == 422


async def test_the_office_sets_a_colleagues_pause_in_the_console(shop: Shop) -> None:
    mia = await desk_of(shop, "mia@bluebird.example", "Mia", "owner")
    path = await staff(shop, ANA)
    form = {"name": "Ana Diaz", "role": "admin", "phone": ANA, "status": "busy", "wrap_up_minutes": "15"}
    assert (await mia.post(f"/console/settings/staff/{path.rpartition('/')[2]}", **form)).status_code == 303
    row = await (await key_of(shop)).get(path)
    assert (row["status"], row["wrap_up_minutes"]) == ("busy", 15)
