"""Reminders and quiet hours where clocks change and where people live elsewhere.

The rule: an offset is elapsed time, so a reminder 1,440 minutes before a visit leaves 24 hours before it, at another
wall time when the clocks change in between. Quiet hours are wall time, 8:00 to
21:00, on the clock of the visit's place.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.context import Context
from storage.tables import Booking, Job, Message, Org
from tests.fakes import Shop
from tests.tools.test_reminders import visit
from tools import leads, messages, reminders

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

CHICAGO, NEW_YORK, PHOENIX = (ZoneInfo(f"America/{name}") for name in ("Chicago", "New_York", "Phoenix"))
LONDON, SYDNEY, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney"), ZoneInfo("Asia/Kolkata")


def on(zone: ZoneInfo, wall: str) -> datetime:
    """The instant of a wall time that comes once."""
    return datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC)


async def due(shop: Shop, start: str, zone: ZoneInfo = CHICAGO) -> dict[int, str]:
    """When the reminders of a visit at this wall time leave, by offset, on the wall clock of the visit."""
    shop.clock.set(on(zone, start) - timedelta(days=10))
    await visit(shop, start=on(zone, start), timezone=zone.key)
    jobs = [job for job in await shop.rows(Job, topic="remind") if job.payload["kind"] == "reminder"]
    return {job.payload["offset"]: f"{job.due_at.astimezone(zone):%m-%d %H:%M}" for job in jobs}


@pytest.mark.parametrize(
    ("zone", "start", "day_before", "two_hours"),
    [
        pytest.param(
            CHICAGO, "2027-03-14 13:00", "03-13 12:00", "03-14 11:00", id="spring: an hour earlier by the wall"
        ),
        pytest.param(CHICAGO, "2026-11-01 13:00", "10-31 14:00", "11-01 11:00", id="autumn: an hour later by the wall"),
        pytest.param(CHICAGO, "2027-03-15 13:00", "03-14 13:00", "03-15 11:00", id="the day after: as on any day"),
        pytest.param(PHOENIX, "2027-03-14 13:00", "03-13 13:00", "03-14 11:00", id="Arizona does not change"),
        pytest.param(LONDON, "2027-03-28 13:00", "03-27 12:00", "03-28 11:00", id="London changes two weeks later"),
        pytest.param(SYDNEY, "2026-10-04 13:00", "10-03 12:00", "10-04 11:00", id="Sydney's spring is in October"),
        pytest.param(KOLKATA, "2026-11-24 13:00", "11-23 13:00", "11-24 11:00", id="a zone of half hours"),
    ],
)
async def test_an_offset_is_elapsed_time(
    shop: Shop, zone: ZoneInfo, start: str, day_before: str, two_hours: str
) -> None:
    assert await due(shop, start, zone) == {1440: day_before, 120: two_hours}


@pytest.mark.parametrize("start", ["2027-03-14 13:00", "2026-11-01 13:00"], ids=["spring", "autumn"])
async def test_a_day_before_is_24_hours_before(shop: Shop, start: str) -> None:
    row_start = on(CHICAGO, start)
    await due(shop, start)
    jobs = [job for job in await shop.rows(Job, topic="remind") if job.payload["offset"] == 1440]
    assert [row_start - job.due_at for job in jobs] == [timedelta(hours=24)]


@pytest.mark.parametrize(
    ("start", "day_before"),
    [
        # 8:30 on the day after the change, a day earlier by elapsed time, is 7:30: too early, so 8:00.
        pytest.param("2027-03-14 08:30", "03-13 08:00", id="spring: pushed to the morning"),
        pytest.param("2026-11-01 08:30", "10-31 09:30", id="autumn: already the morning"),
        pytest.param("2026-11-01 20:30", "11-01 08:00", id="autumn: past nine, so the next morning"),
    ],
)
async def test_the_change_can_push_a_reminder_into_or_out_of_quiet_hours(
    shop: Shop, start: str, day_before: str
) -> None:
    assert (await due(shop, start))[1440] == day_before


@pytest.mark.parametrize(
    ("start", "leaves"),
    [
        pytest.param(
            "2027-03-14 09:30", "03-14 08:00", id="spring: 7:30 is quiet, and no reminder at 9:00 by the old clock"
        ),
        pytest.param("2026-11-01 09:30", "11-01 08:00", id="autumn: eight by the new clock"),
    ],
)
async def test_two_hours_before_an_early_visit_waits_for_eight_of_that_day(shop: Shop, start: str, leaves: str) -> None:
    assert (await due(shop, start))[120] == leaves


async def test_a_reminder_leaves_once_on_the_night_an_hour_comes_twice(shop: Shop) -> None:
    await shop.change(Org, quiet_from="00:00", quiet_until="00:00")  # never quiet
    first = on(CHICAGO, "2026-11-01 01:30")
    shop.clock.set(first - timedelta(days=3))
    await visit(shop, start=first + timedelta(hours=2))
    shop.clock.set(first - timedelta(minutes=1))
    for _ in range(8):
        await shop.pass_time(minutes=15)
    leaves = [job.due_at for job in await shop.rows(Job, topic="remind") if job.payload["offset"] == 120]
    assert leaves == [first]
    assert len(await shop.rows(Message, kind="reminder")) == 1


async def test_the_reminder_says_the_time_of_the_visits_wall_clock_after_the_change(shop: Shop) -> None:
    await due(shop, "2027-03-14 13:00")
    shop.clock.set(on(CHICAGO, "2027-03-13 12:01"))
    await shop.worker.drain()
    (text,) = await shop.rows(Message, kind="reminder")
    assert "Sunday, March 14 at 1:00 PM" in text.body


async def say(shop: Shop, phone: str, now: datetime) -> datetime:
    """When a text that nobody waits for may leave to this number."""
    shop.clock.set(now)

    def unit(ctx: Context) -> datetime:
        message = messages.say(ctx, to=leads.customer_for(ctx, phone), body="Hello", kind="staff")
        due_at: datetime = ctx.session.query(Job.due_at).filter(Job.subject_id == message.id).scalar()
        return due_at

    return await shop.act(unit)


@pytest.mark.parametrize(
    ("phone", "zone", "now", "leaves"),
    [
        pytest.param("+12125550142", NEW_YORK, "2026-11-21 20:59", "2026-11-21 20:59", id="New York, a minute to nine"),
        pytest.param(
            "+12125550142", NEW_YORK, "2026-11-21 21:00", "2026-11-22 08:00", id="New York at nine, Austin at eight"
        ),
        pytest.param(
            "+14155550142",
            ZoneInfo("America/Los_Angeles"),
            "2026-11-21 07:30",
            "2026-11-21 08:00",
            id="San Francisco sleeps while Austin works",
        ),
        pytest.param(
            "+16025550142", PHOENIX, "2027-03-14 07:59", "2027-03-14 08:00", id="Phoenix keeps its clock in March"
        ),
        pytest.param("+12125550142", NEW_YORK, "2026-10-31 22:00", "2026-11-01 08:00", id="over the autumn change"),
        pytest.param("+12125550142", NEW_YORK, "2027-03-13 22:00", "2027-03-14 08:00", id="over the spring change"),
    ],
)
async def test_quiet_hours_are_the_recipients(shop: Shop, phone: str, zone: ZoneInfo, now: str, leaves: str) -> None:
    assert await say(shop, phone, on(zone, now)) == on(zone, leaves)


async def test_a_reminder_goes_by_the_visits_place_not_by_the_area_code(shop: Shop) -> None:
    row = await visit(shop, start=on(CHICAGO, "2026-11-24 09:30"), customer_phone="+14155550142")
    jobs = [job for job in await shop.rows(Job, subject_id=row.id) if job.payload["offset"] == 120]
    assert [job.due_at for job in jobs] == [on(CHICAGO, "2026-11-24 08:00")]


async def test_moving_a_visit_over_the_change_moves_its_reminders(shop: Shop) -> None:
    await due(shop, "2027-03-13 13:00")
    (row,) = await shop.rows(Booking)

    def moved(ctx: Context) -> None:
        booking = ctx.session.get_one(Booking, row.id)
        booking.start_at = on(CHICAGO, "2027-03-14 13:00")
        booking.end_at = booking.start_at + timedelta(minutes=90)
        booking.revision, booking.status = 1, "rescheduled"
        reminders.moved(ctx, booking)

    await shop.act(moved)
    leaves = {
        job.payload["offset"]: f"{job.due_at.astimezone(CHICAGO):%m-%d %H:%M}"
        for job in await shop.rows(Job, topic="remind", state="queued")
        if job.payload["kind"] == "reminder"
    }
    assert leaves == {1440: "03-13 12:00", 120: "03-14 11:00"}
