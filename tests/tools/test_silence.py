"""Nobody calls Bluebird for too long: the owner hears of it once, and a shop that is closed is not silent."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.tables import Call, Job, Message, Org, Technician
from tests.api.doors import key_of
from tests.calls.play import Stage
from tests.fakes import Shop
from tools import silence
from tools.rules import sms

pytestmark = pytest.mark.engines("sqlite", "postgres")

MONDAY_OPENING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 8:00 in Austin, where they close at five
HOUR = timedelta(hours=1)


async def watched(shop: Shop, hours: int = 12) -> Stage:
    """Since Saturday they watch for so many opening hours without a call."""
    await shop.change(Technician, phone="+15125550190", on_call=1)
    await switch(shop, silence_hours=hours)
    return Stage(shop)


async def switch(shop: Shop, **settings: object) -> None:
    """Change what happens by itself, as a program does."""
    key = await key_of(shop, "WRITE_AUTOMATION")
    assert (await key.patch("/api/v1/automation", settings)).status_code == 200


async def at(stage: Stage, moment: datetime) -> list[Message]:
    """What was texted of silences by then."""
    stage.shop.clock.set(moment)
    await stage.worker.drain()
    return await stage.shop.rows(Message, kind=silence.KIND)


async def waiting(shop: Shop) -> list[datetime]:
    """When it is looked at next."""
    return [one.due_at for one in await shop.rows(Job, topic="silence", state="queued")]


async def test_nobody_watches_unless_asked(shop: Shop) -> None:
    assert (await shop.rows(Org))[0].silence_hours == 0
    assert await waiting(shop) == []


async def test_twelve_opening_hours_from_saturday_are_over_on_tuesday_at_eleven(shop: Shop) -> None:
    stage = await watched(shop)
    assert await at(stage, MONDAY_OPENING + 26 * HOUR) == []
    (text,) = await at(stage, MONDAY_OPENING + 27 * HOUR)
    assert "nobody has called or texted (512) 555-0100 in 12 opening hours" in text.body
    assert (text.to_phone, sms.fits(text.body)) == ("+15125550190", True)


async def test_a_silence_that_goes_on_is_told_again_after_as_long(shop: Shop) -> None:
    stage = await watched(shop)
    tuesday_eleven = MONDAY_OPENING + 27 * HOUR
    assert len(await at(stage, tuesday_eleven)) == 1
    assert len(await at(stage, tuesday_eleven + 23 * HOUR)) == 1
    wednesday_two = tuesday_eleven + 27 * HOUR  # six hours of Tuesday, six of Wednesday
    assert len(await at(stage, wednesday_two)) == 2


async def test_a_text_begins_the_silence_anew(shop: Shop) -> None:
    stage = await watched(shop)
    stage.shop.clock.set(MONDAY_OPENING + 2 * HOUR)
    await stage.say("AC died, 12 Oak St 78701")
    assert await at(stage, MONDAY_OPENING + 28 * HOUR) == []
    assert len(await at(stage, MONDAY_OPENING + 29 * HOUR)) == 1


async def test_another_number_of_hours_counts_from_now_and_none_ends_the_watch(shop: Shop) -> None:
    stage = await watched(shop)
    assert await at(stage, MONDAY_OPENING + HOUR) == []
    await switch(shop, silence_hours=3)
    assert await waiting(shop) == [MONDAY_OPENING + 4 * HOUR]
    shop.clock.set(MONDAY_OPENING + 2 * HOUR)
    await switch(shop, digest=False, silence_hours=3)
    assert await waiting(shop) == [MONDAY_OPENING + 4 * HOUR]
    await switch(shop, silence_hours=0)
    assert await waiting(shop) == []


async def test_a_shop_that_opens_no_more_is_looked_at_every_day_and_told_nothing(shop: Shop) -> None:
    await shop.change(Org, template_id=None)
    stage = await watched(shop)
    for _ in range(3):
        assert await waiting(shop) == [shop.clock.now() + 24 * HOUR]
        assert await at(stage, shop.clock.now() + 24 * HOUR) == []


async def test_hours_set_meanwhile_count(shop: Shop) -> None:
    template = (await shop.rows(Org))[0].template_id
    await shop.change(Org, template_id=None)
    stage = await watched(shop)
    assert await at(stage, MONDAY_OPENING) == []
    await shop.change(Org, template_id=template)
    assert await at(stage, MONDAY_OPENING + 26 * HOUR) == []
    assert len(await at(stage, MONDAY_OPENING + 27 * HOUR)) == 1


async def test_who_switches_while_it_is_being_looked_at_has_one_watch_and_not_two(shop: Shop) -> None:
    stage = await watched(shop)
    await shop.change(Job, state="claimed", owner="a worker that died", lease_until=shop.clock.now())
    await switch(shop, silence_hours=13)
    assert len(await at(stage, MONDAY_OPENING + 28 * HOUR)) == 1
    assert len(await waiting(shop)) == 1


async def test_a_call_a_platform_dates_ahead_ends_no_watch(shop: Shop) -> None:
    stage = await watched(shop)
    await shop.miss("CA1")
    await shop.change(Call, started_at=MONDAY_OPENING + 9999 * HOUR)
    assert len(await at(stage, MONDAY_OPENING + 27 * HOUR)) == 1


async def test_who_calls_before_the_morning_a_text_would_wait_for_has_ended_the_silence(shop: Shop) -> None:
    stage = await watched(shop)
    await switch(shop, quiet_from="10:30", quiet_until="08:00")
    assert await at(stage, MONDAY_OPENING + 27 * HOUR) == []
    wednesday_eight = MONDAY_OPENING + 48 * HOUR
    assert await waiting(shop) == [wednesday_eight]
    await stage.say("AC died, 12 Oak St 78701")
    assert await at(stage, wednesday_eight) == []


async def test_a_silence_that_is_over_in_quiet_hours_is_told_in_the_morning(shop: Shop) -> None:
    stage = await watched(shop)
    await switch(shop, quiet_from="10:30", quiet_until="08:00")
    assert await at(stage, MONDAY_OPENING + 27 * HOUR) == []
    assert [one.state for one in await at(stage, MONDAY_OPENING + 48 * HOUR)] == ["sent"]
