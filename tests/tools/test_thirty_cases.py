"""The thirty ways scheduling goes wrong elsewhere, where our store decides them; numbered as they were collected.

Where they come in by a door or all at once: tests/api/test_thirty_cases_at_the_doors.py. 1 and 3 at once, too:
test_booking_race. 4 to 7 over many zones: test_calendar_clocks.
"""

import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from storage.context import ASSISTANT, Context
from storage.tables import Booking, BookingEvent, DateOverride, Hours, Org, SlotCell
from tests.people import DANA, LUIS, MIA, PRIYA, SARAH, Office, at, diagnostic, visit, wall, water_heater
from tools import booking, holds, outside_hours, selector, services, slots
from tools.booking import Visit
from tools.problems import Problem
from tools.rules import slot_tag, speech

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 23)
NINE = "2026-11-23 09:00"


async def reason(office: Office, unit: Any, **context: Any) -> str:
    """Why it was refused: the reason of a start, else the code."""
    with pytest.raises(Problem) as caught:
        await office(unit, **context)
    return str(caught.value.extras.get("reason", caught.value.code))


def starts(ctx: Context, first: date = MONDAY, last: date | None = None) -> list[str]:
    return [wall(one.start) for one in slots.list_open(ctx, diagnostic(ctx), first, last or first).openings]


def around_the_clock(ctx: Context, opens: int, closes: int) -> None:
    """New York, open every day from `opens` to `closes` minutes after midnight, a year ahead, an hour's visit."""
    ctx.org.timezone = NEW_YORK.key
    ctx.session.query(Hours).delete()
    for weekday in range(7):
        ctx.session.add(Hours(template_id=ctx.org.template_id or "", weekday=weekday, opens=opens, closes=closes))
    service = diagnostic(ctx)
    service.duration_minutes = service.grid_minutes = 60
    service.horizon_days = 400
    ctx.session.flush()


def clocks(ctx: Context, day: date) -> list[datetime]:
    return [one.start.astimezone(NEW_YORK) for one in slots.list_open(ctx, diagnostic(ctx), day, day).openings]


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        ("09:30", "11:00", False),
        ("08:30", "10:00", False),
        ("10:00", "10:15", False),
        ("09:00", "12:00", False),
        ("10:30", "11:30", True),
        ("08:00", "09:00", True),
    ],
    ids=["overlaps the end", "overlaps the start", "inside", "around", "right after", "right before"],
)
async def test_02_overlapping_but_not_equal(office: Office, start: str, end: str, free: bool) -> None:
    await office(lambda ctx: visit(ctx, NINE))

    def unit(ctx: Context) -> Booking:
        return visit(ctx, f"2026-11-23 {start}", PRIYA, end=at(f"2026-11-23 {end}"), on_grid=False)

    if free:
        assert (await office(unit)).status == "confirmed"
    else:
        assert await reason(office, unit) == "taken"


async def test_03_a_failed_first_try_leaves_nothing_and_the_second_books(office: Office) -> None:
    assert await reason(office, lambda ctx: visit(ctx, NINE, customer_email="sarah@")) == "INVALID_EMAIL"
    row = await office(lambda ctx: visit(ctx, NINE, customer_email="sarah@example.com"))
    assert (row.status, row.customer_email) == ("confirmed", "sarah@example.com")


async def test_04_in_the_spring_gap_no_start_shows_a_time_that_does_not_exist(office: Office) -> None:
    def unit(ctx: Context) -> list[datetime]:
        around_the_clock(ctx, 60, 300)
        return clocks(ctx, date(2027, 3, 14))

    found = await office(unit)
    assert [f"{one:%H:%M}" for one in found] == ["01:00", "03:00", "04:00"]
    assert len({one.timestamp() for one in found}) == 3


async def test_05_in_the_autumn_overlap_both_half_past_ones_book_once_each(office: Office) -> None:
    def unit(ctx: Context) -> tuple[list[str], int, bool]:
        around_the_clock(ctx, 30, 270)
        found = clocks(ctx, date(2027, 11, 7))
        twice = [one for one in found if f"{one:%H:%M}" == "01:30"]
        for number, one in enumerate(twice):
            booking.book(ctx, Visit(one, diagnostic(ctx), customer_phone=f"+1512555010{number}"))
        first = slot_tag.read("2027-11-07 01:30", NEW_YORK)
        return (
            [slot_tag.value(one) for one in twice],
            len(clocks(ctx, date(2027, 11, 7))),
            first.timestamp() == twice[0].timestamp(),
        )

    tags, left, plain_means_first = await office(unit, now=datetime(2027, 11, 1, 12, tzinfo=NEW_YORK))
    assert tags == ["2027-11-07 01:30", "2027-11-07 01:30-05:00"]
    assert (left, plain_means_first) == (3, True)


async def test_05_asking_for_half_past_one_gives_the_first_and_says_so(office: Office) -> None:
    def unit(ctx: Context) -> tuple[int, str]:
        around_the_clock(ctx, 30, 270)
        row = booking.book(
            ctx, Visit(slot_tag.read("2027-11-07 01:30", NEW_YORK), diagnostic(ctx), customer_phone=SARAH)
        )
        return row.start_at.hour, speech.moment(row.local_start)

    told = await office(unit, now=datetime(2027, 11, 1, 12, tzinfo=NEW_YORK))
    assert told == (5, "Sunday, November 7 at 1:30 AM (before the clocks go back)")


@pytest.mark.parametrize("servers_zone", ["Asia/Tokyo", "America/Los_Angeles"])
async def test_06_opens_at_eight_means_eight_on_the_wall_before_and_after_the_change(
    office: Office, servers_zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unit(ctx: Context) -> list[str]:
        diagnostic(ctx).horizon_days = 200
        ctx.session.flush()
        return [starts(ctx, day)[0] for day in (MONDAY, date(2027, 3, 12), date(2027, 3, 15))]

    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", servers_zone)
            time.tzset()
            found = await office(unit)
    finally:
        time.tzset()
    assert found == ["2026-11-23 08:00", "2027-03-12 08:00", "2027-03-15 08:00"]


async def test_06_hours_saved_in_summer_mean_the_same_wall_clock_in_winter(office: Office) -> None:
    def until_eleven(ctx: Context) -> None:
        for hours in ctx.session.scalars(select(Hours)):
            hours.opens, hours.closes = 7 * 60, 11 * 60

    await office(until_eleven, now=at("2026-07-01 09:00"))
    assert [one[11:] for one in await office(starts)] == ["07:00", "08:00", "09:00"]


async def test_08_off_the_grid_is_refused_with_the_nearest_and_the_grid_starts_where_the_hours_do(
    office: Office,
) -> None:
    def late(ctx: Context) -> list[str]:
        for hours in ctx.session.scalars(select(Hours)):
            hours.opens = 8 * 60 + 10
        ctx.session.flush()
        visit(ctx, "2026-11-23 09:10")
        return starts(ctx)

    with pytest.raises(Problem) as caught:
        await office(lambda ctx: slots.decide(ctx, diagnostic(ctx), at("2026-11-23 09:10")))
    near = [one["time"] for one in caught.value.extras["alternatives"]][:2]
    assert (caught.value.extras["reason"], near) == ("off_grid", ["09:00", "10:00"])
    assert [one[11:] for one in await office(late)] == ["11:10", "12:10", "13:10", "14:10", "15:10"]


async def test_08_the_grid_depends_neither_on_the_range_asked_for_nor_on_other_visits(office: Office) -> None:
    alone = await office(lambda ctx: starts(ctx, date(2026, 11, 24)))
    await office(lambda ctx: visit(ctx, "2026-11-24 08:25", end=at("2026-11-24 09:05"), on_grid=False))
    for first, last in ((date(2026, 11, 24), date(2026, 11, 24)), (MONDAY, date(2026, 12, 1))):
        among = await office(lambda ctx, first=first, last=last: starts(ctx, first, last))
        left = [one for one in among if one.startswith("2026-11-24")]
        assert left == [one for one in alone if one[11:] not in ("08:00", "09:00")]


@pytest.mark.parametrize(("minutes", "free"), [(120, True), (119, False)], ids=["exactly two hours", "a minute less"])
async def test_09_the_notice_is_checked_again_at_the_commit(office: Office, minutes: int, free: bool) -> None:
    now = at(NINE) - timedelta(minutes=minutes)
    assert NINE in await office(starts)
    if free:
        assert (await office(lambda ctx: visit(ctx, NINE), now=now)).status == "confirmed"
    else:
        assert await reason(office, lambda ctx: visit(ctx, NINE), now=now) == "too_soon"


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("2026-11-20 09:00", "past"),
        ("2027-01-21 09:00", "too_far"),
        ("2026-11-28 09:00", "closed"),
        ("2026-11-26 09:00", "closed"),
        ("2026-11-23 07:00", "outside_hours"),
        ("2026-11-23 16:00", "outside_hours"),
    ],
    ids=["past", "beyond the horizon", "Saturday", "holiday", "before opening", "runs over closing"],
)
async def test_10_a_direct_call_is_refused_with_its_own_reason(office: Office, start: str, why: str) -> None:
    assert await reason(office, lambda ctx: visit(ctx, start)) == why


async def test_10_the_last_day_counts_in_the_businesss_zone(office: Office) -> None:
    # 23:30 on Saturday in Austin is Sunday in UTC; sixty days on from Saturday is Wednesday, January 20.
    late = at("2026-11-21 23:30")
    assert (await office(lambda ctx: visit(ctx, "2027-01-20 09:00"), now=late)).status == "confirmed"
    assert await reason(office, lambda ctx: visit(ctx, "2027-01-21 09:00"), now=late) == "too_far"


async def test_11_the_gap_is_the_larger_need_and_a_changed_buffer_moves_nobody(office: Office) -> None:
    def unit(ctx: Context) -> tuple[list[str], list[str]]:
        service = diagnostic(ctx)
        service.grid_minutes, service.buffer_before, service.buffer_after = 30, 30, 60
        first = visit(ctx, "2026-11-23 10:00")
        before = starts(ctx)
        service.buffer_before = service.buffer_after = 0
        ctx.session.flush()
        assert (first.buffer_before, first.buffer_after) == (30, 60)
        return before, starts(ctx)

    before, after = await office(unit)
    # After the visit an hour is kept, not 90 minutes; before it the new one's own hour. 15:30 spills over closing time.
    assert [one[11:] for one in before] == ["12:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30"]
    assert [one[11:] for one in after][:2] == ["08:00", "12:30"]


async def test_12_the_last_start_of_the_day_leaves_just_room_for_the_visit(office: Office) -> None:
    def unit(ctx: Context) -> str:
        diagnostic(ctx).grid_minutes = 30
        return starts(ctx)[-1]

    assert await office(unit) == "2026-11-23 15:30"


async def test_13_a_visit_across_midnight_is_offered_once_and_blocks_both_days(office: Office) -> None:
    def unit(ctx: Context) -> list[list[str]]:
        around_the_clock(ctx, 22 * 60, 26 * 60)
        ctx.org.timezone = "America/Chicago"
        diagnostic(ctx).grid_minutes = 30
        ctx.session.flush()
        both = [starts(ctx, MONDAY), starts(ctx, date(2026, 11, 24))]
        visit(ctx, "2026-11-23 23:30")
        return [*both, starts(ctx, MONDAY), starts(ctx, date(2026, 11, 24))]

    monday, tuesday, monday_left, tuesday_left = await office(unit)
    assert "2026-11-23 23:30" in monday
    assert "2026-11-24 00:00" in tuesday
    assert {"2026-11-23 23:00", "2026-11-23 23:30"} & set(monday_left) == set()
    assert "2026-11-24 00:00" not in tuesday_left
    assert "2026-11-24 00:30" in tuesday_left


async def test_14_a_visit_moves_onto_its_own_time_and_a_taken_one_leaves_it(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    moved = await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at("2026-11-23 09:15"), on_grid=False))
    assert wall(moved.start_at) == "2026-11-23 09:15"
    await office(lambda ctx: visit(ctx, "2026-11-23 13:00", PRIYA))
    to_taken = at("2026-11-23 13:00")
    assert await reason(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), to_taken)) == "taken"
    assert wall((await office(lambda ctx: booking.get(ctx, row.id))).start_at) == "2026-11-23 09:15"


async def test_15_a_move_that_dies_in_between_leaves_the_old_visit_and_no_orphan_cell(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))

    def die(*_: Any) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr("tools.changes.reminders.moved", die)
        with pytest.raises(RuntimeError, match="power"):
            await office(lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at("2026-11-23 13:00")))
    kept = await office(lambda ctx: booking.get(ctx, row.id))
    cells = await office(lambda ctx: ctx.session.scalar(select(func.count()).select_from(SlotCell)))
    assert (wall(kept.start_at), kept.status, cells) == (NINE, "confirmed", 18)


async def test_15_one_move_is_one_event_with_both_times(office: Office) -> None:
    def unit(ctx: Context) -> list[tuple[str | None, str | None]]:
        row = visit(ctx, NINE)
        booking.move(ctx, row, at("2026-11-23 13:00"))
        moved = select(BookingEvent.old, BookingEvent.new).where(BookingEvent.event == "moved")
        return [(old, new) for old, new in ctx.session.execute(moved)]

    assert await office(unit) == [("2026-11-23T15:00:00Z", "2026-11-23T19:00:00Z")]


async def test_16_cancel_frees_twice_is_fine_and_a_finished_visit_stays(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    for _ in range(2):
        assert (await office(lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))).status == "cancelled"
    assert NINE in await office(starts)
    done = await office(lambda ctx: visit(ctx, NINE))
    await office(lambda ctx: booking.set_status(ctx, booking.get(ctx, done.id), "completed"), actor=MIA)
    assert await reason(office, lambda ctx: booking.cancel(ctx, booking.get(ctx, done.id))) == "INVALID_TRANSITION"


async def test_17_a_hold_hides_runs_out_and_two_requests_are_never_both_confirmed(office: Office) -> None:
    await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at(NINE)), scope="sarah")
    assert NINE in await office(starts, scope="sarah")
    assert NINE not in await office(starts, scope="priya")
    office.later(minutes=10)
    row = await office(lambda ctx: visit(ctx, NINE, PRIYA, needs_approval=True))
    assert await reason(office, lambda ctx: visit(ctx, NINE, needs_approval=True)) == "taken"
    assert (await office(lambda ctx: booking.approve(ctx, booking.get(ctx, row.id)), actor=MIA)).status == "confirmed"


async def test_18_a_hundred_installs_are_spread_evenly_over_those_who_can(office: Office) -> None:
    def unit(ctx: Context) -> Counter[str]:
        water_heater(ctx).horizon_days = 90
        ctx.session.flush()
        openings = slots.list_open(ctx, water_heater(ctx), MONDAY, date(2026, 12, 23)).openings
        mornings = [one for one in openings if wall(one.start)[11:] in ("08:00", "11:00", "14:00")]
        chosen: Counter[str] = Counter()
        for number in range(100):
            start = mornings[number % len(mornings)].start
            asked = Visit(start, water_heater(ctx), customer_phone=f"+1512555{number:04}")
            moment = replace(ctx, now=ctx.now + timedelta(seconds=number))
            chosen[booking.book(moment, asked).technician_id] += 1
        return chosen

    chosen = await office(unit)
    assert abs(chosen[DANA] - chosen[LUIS]) <= 1


async def test_18_anyone_is_only_somebody_with_the_skill(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE))
    assert await reason(office, lambda ctx: visit(ctx, NINE, PRIYA)) == "taken"  # Luis is free but does no diagnostics


async def test_19_one_a_day_counts_the_local_day_and_a_cancelled_visit_gives_its_place_back(office: Office) -> None:
    def capped(ctx: Context) -> Booking:
        diagnostic(ctx).day_cap = 1
        ctx.session.flush()
        return visit(ctx, "2026-11-23 15:00", needs_approval=True)

    row = await office(capped)
    assert await office(starts) == []
    assert await reason(office, lambda ctx: visit(ctx, NINE, PRIYA)) == "day_full"
    assert await office(lambda ctx: starts(ctx, date(2026, 11, 24)))
    await office(lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))
    assert (await office(lambda ctx: visit(ctx, NINE, PRIYA))).status == "confirmed"


async def test_20_the_commit_applies_todays_rules_and_old_visits_stay(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, "2026-11-23 15:00"))

    def changed(ctx: Context) -> None:
        for hours in ctx.session.scalars(select(Hours)):
            hours.closes = 16 * 60
        ctx.session.add(DateOverride(org_id=ctx.org.id, day=date(2026, 11, 24), reason="Training"))

    assert "2026-11-24 09:00" in await office(lambda ctx: starts(ctx, date(2026, 11, 24)))
    await office(changed)
    assert await reason(office, lambda ctx: visit(ctx, "2026-11-24 09:00", PRIYA)) == "closed"
    assert await reason(office, lambda ctx: visit(ctx, "2026-11-25 15:00", PRIYA)) == "outside_hours"
    assert (await office(lambda ctx: booking.get(ctx, row.id))).status == "confirmed"
    assert [one.id for one in await office(outside_hours.visits)] == [row.id]


async def test_21_a_range_holds_its_days_and_no_others_and_silly_ones_are_quick(office: Office) -> None:
    two_days = await office(lambda ctx: starts(ctx, MONDAY, date(2026, 11, 24)))
    assert {one[:10] for one in two_days} == {"2026-11-23", "2026-11-24"}
    assert await reason(office, lambda ctx: starts(ctx, date(2026, 11, 24), MONDAY)) == "VALIDATION_ERROR"
    decade = await office(lambda ctx: slots.list_open(ctx, diagnostic(ctx), MONDAY, date(2036, 11, 23)))
    assert decade.clamped


async def test_22_a_visit_in_the_last_minute_of_the_range_is_seen_as_busy(office: Office) -> None:
    def unit(ctx: Context) -> tuple[list[str], list[str]]:
        around_the_clock(ctx, 0, 1440)
        ctx.org.timezone = "America/Chicago"
        ctx.session.flush()
        before = starts(ctx)
        visit(ctx, "2026-11-23 23:00")
        return before, starts(ctx)

    before, after = await office(unit)
    assert set(before) - set(after) == {"2026-11-23 23:00"}


async def test_24_another_businesss_ids_behave_as_if_they_did_not_exist(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))

    def other(ctx: Context) -> Context:
        org = ctx.session.get(Org, "other") or Org(
            id="other", slug="other", name="Other", timezone="UTC", created_at=ctx.now
        )
        ctx.session.add(org)
        ctx.session.flush()
        return Context(ctx.session, org, ASSISTANT, "sms", ctx.now)

    assert await reason(office, lambda ctx: booking.get(other(ctx), row.id)) == "NOT_FOUND"
    assert await reason(office, lambda ctx: services.find_service(other(ctx), "diagnostic-visit")) == "NOT_FOUND"
    foreign = await reason(
        office, lambda ctx: booking.book(other(ctx), Visit(at(NINE), diagnostic(ctx), customer_phone=SARAH))
    )
    assert foreign == "SERVICE_NOT_BOOKABLE"
    assert await office(lambda ctx: booking.upcoming(other(ctx), SARAH)) == []
    assert await office(lambda ctx: booking.search(other(ctx))) == ([], 0)


async def test_25_what_a_model_made_up_writes_nothing(office: Office) -> None:
    assert await reason(office, lambda ctx: visit(ctx, "2023-11-23 09:00")) == "past"
    assert await reason(office, lambda ctx: services.find_service(ctx, "quantum teleporter")) == "NOT_FOUND"
    assert await office(lambda ctx: booking.search(ctx)) == ([], 0)


async def test_26_a_name_alone_opens_nobodys_visits(office: Office) -> None:
    await office(lambda ctx: visit(ctx, NINE, customer_name="Sarah Jones"))
    assert await reason(office, lambda ctx: selector.prove(ctx, SARAH, PRIYA, name="Sarah Jones")) == "IDENTITY_NEEDED"


async def test_26_of_several_visits_none_is_guessed(office: Office) -> None:
    for start in (NINE, "2026-11-24 09:00"):
        await office(lambda ctx, start=start: visit(ctx, start))
    with pytest.raises(Problem) as caught:
        await office(lambda ctx: selector.pick(ctx, booking.upcoming(ctx, SARAH), None))
    assert caught.value.code == "CHOICE_NEEDED"


async def test_30_after_an_interruption_the_same_wish_finds_its_visit_and_the_hold_is_gone(office: Office) -> None:
    await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at(NINE)), scope="call-1")
    first = await office(lambda ctx: visit(ctx, NINE), scope="call-1", channel="voice")
    again = await office(lambda ctx: visit(ctx, NINE), scope="call-2", channel="voice")
    assert first.id == again.id
    assert await office(lambda ctx: ctx.session.scalar(select(func.count()).select_from(SlotCell))) == 18
