"""The morning's text to the owner: what came in while Bluebird was closed, the most urgent first, once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.tables import Job, Message, Org, Technician
from tests.calls.play import Stage
from tests.fakes import Shop
from tests.people import MARCUS, visit
from tools import digest
from tools.rules import sms

pytestmark = pytest.mark.engines("sqlite")

MONDAY_OPENING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 8:00 in Austin
GAS = "I smell gas in the kitchen"


async def texts(shop: Shop) -> list[Message]:
    """The digests there are."""
    return await shop.rows(Message, kind=digest.KIND)


async def night(shop: Shop) -> dict[str, Any]:
    return await shop.act(digest.told)


async def a_weekend(shop: Shop) -> Stage:
    """Sarah smells gas, Marcus has a visit since Saturday; then Monday comes."""
    await shop.change(Technician, phone="+15125550190", on_call=1)
    stage = Stage(shop)
    await stage.say(GAS)
    await shop.act(lambda ctx: visit(ctx, "2026-11-24 09:00", MARCUS))
    shop.clock.set(MONDAY_OPENING)
    await stage.worker.drain()
    return stage


async def test_it_is_queued_for_the_next_opening_once(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("AC died, 12 Oak St 78701")
    await stage.say("let me think about it")
    assert [one.due_at for one in await shop.rows(Job, topic="digest")] == [MONDAY_OPENING]


async def test_the_owner_is_texted_the_counts_as_the_business_opens(shop: Shop) -> None:
    await a_weekend(shop)
    (text,) = await texts(shop)
    assert "1 emergency and 1 booked" in text.body
    assert "/console" in text.body
    assert sms.fits(text.body)
    assert text.state != "skipped"


async def test_every_count_has_its_rows(shop: Shop) -> None:
    await a_weekend(shop)
    told = await night(shop)
    assert told["counts"] == {"emergencies": 1, "needs_human": 0, "booked": 1, "unbooked": 0}
    assert all(len(told[name]) == count for name, count in told["counts"].items())


async def test_who_booked_nothing_is_listed_with_the_reason(shop: Shop) -> None:
    stage = Stage(shop)
    await stage.say("AC died, 12 Oak St 78701")
    await stage.say("let me think about it")
    assert [one["reason"] for one in (await night(shop))["unbooked"]] == ["thinking"]


async def test_nothing_is_queued_while_the_business_is_open(shop: Shop) -> None:
    shop.clock.set(datetime(2026, 11, 23, 16, 0, tzinfo=UTC))
    await Stage(shop).say("AC died, 12 Oak St 78701")
    assert await shop.rows(Job, topic="digest") == []


async def test_a_business_that_switched_it_off_gets_none(shop: Shop) -> None:
    await shop.change(Org, digest=False)
    await a_weekend(shop)
    assert await texts(shop) == []
