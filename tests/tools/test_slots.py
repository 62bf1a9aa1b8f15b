"""Open times: what is listed, what is said aloud, and why a start is refused."""

from datetime import date

import pytest

from storage.context import Context
from storage.tables import DateOverride, Hours, ScheduleTemplate, ServiceArea, Technician, Travel
from tests.people import DANA, LUIS, PRIYA, SARAH, Office, at, diagnostic, visit, wall, water_heater
from tools import booking, holds, slots
from tools.problems import Problem
from tools.rules import when

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def starts(ctx: Context, first: date = MONDAY, last: date = MONDAY, **more: str) -> list[str]:
    return [wall(one.start)[11:] for one in slots.list_open(ctx, diagnostic(ctx), first, last, **more).openings]


def said(choice: slots.Choice) -> list[str]:
    return [wall(one.start) for day in choice.days for one in day.openings]


def wish(ctx: Context, day: str | None, time: str | None = None) -> slots.Choice:
    return slots.choose(ctx, diagnostic(ctx), when.wish(day, time, ctx.local_now))


async def test_a_free_monday_has_a_start_on_every_hour_that_leaves_90_minutes(office: Office) -> None:
    assert await office(starts) == ["08:00", "09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00"]


async def test_sarahs_visit_takes_the_starts_it_overlaps_and_no_other(office: Office) -> None:
    await office(lambda ctx: visit(ctx, "2026-11-23 10:00"))
    assert await office(starts) == ["08:00", "12:00", "13:00", "14:00", "15:00"]


async def test_thanksgiving_is_closed_with_its_reason(office: Office) -> None:
    day = date(2026, 11, 26)
    listing = await office(lambda ctx: slots.list_open(ctx, diagnostic(ctx), day, day))
    assert (listing.openings, listing.closed) == ((), ((day, "Thanksgiving"),))


async def test_a_listing_asks_whether_anything_changed_and_what_is_taken_and_nothing_else(office: Office) -> None:
    from sqlalchemy import event

    def unit(ctx: Context) -> list[str]:
        service, seen = diagnostic(ctx), list[str]()
        slots.list_open(ctx, service, MONDAY, date(2026, 12, 6))
        connection = ctx.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *call: seen.append(call[2]))
        slots.list_open(ctx, service, MONDAY, date(2026, 12, 6))
        return seen

    asked = await office(unit)
    assert len(asked) == 3, "\n".join(asked)
    assert ["config_version" in asked[0], "diary_version" in asked[1], "holds" in asked[2]] == [True] * 3
    assert "booking_events" not in "".join(asked)


async def test_forty_days_are_cut_to_31_and_it_is_said(office: Office) -> None:
    listing = await office(lambda ctx: slots.list_open(ctx, diagnostic(ctx), MONDAY, date(2027, 1, 10)))
    assert listing.clamped
    assert max(one.start for one in listing.openings) < at("2026-12-24 00:00")


async def test_days_the_wrong_way_round_are_refused(office: Office) -> None:
    with pytest.raises(Problem, match="VALIDATION_ERROR"):
        await office(lambda ctx: slots.list_open(ctx, diagnostic(ctx), TUESDAY, MONDAY))


async def test_el_paso_is_outside_the_area(office: Office) -> None:
    with pytest.raises(Problem, match="OUT_OF_SERVICE_AREA"):
        await office(lambda ctx: starts(ctx, postal_code="79901"))


async def test_lunch_with_the_dentist_takes_dana_off_for_one_afternoon(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        mornings = DateOverride(org_id=ctx.org.id, technician_id=DANA, day=MONDAY, spans=[[480, 720]])
        ctx.session.add(mornings)
        ctx.session.flush()
        return starts(ctx)

    assert await office(unit) == ["08:00", "09:00", "10:00"]


async def test_a_service_with_its_own_hours_is_sold_only_while_its_technician_works(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        for name, opens, closes in (("Dana's", 9 * 60, 15 * 60), ("Checkups", 8 * 60, 12 * 60)):
            template = ScheduleTemplate(id=name, org_id=ctx.org.id, name=name, created_at=ctx.now)
            ctx.session.add(template)
            ctx.session.flush()
            ctx.session.add(Hours(template_id=name, weekday=0, opens=opens, closes=closes))
        ctx.session.get_one(Technician, DANA).template_id = "Dana's"
        diagnostic(ctx).template_id = "Checkups"
        ctx.session.flush()
        return starts(ctx)

    assert await office(unit) == ["09:00", "10:00"]


async def test_the_ride_across_town_keeps_the_next_hour_free(office: Office) -> None:
    def unit(ctx: Context) -> tuple[list[str], list[str]]:
        area = ctx.session.query(ServiceArea).one()
        area.last_code, area.zone = "78729", "south"
        ctx.session.add(ServiceArea(org_id=ctx.org.id, first_code="78730", last_code="78759", zone="north"))
        ctx.session.add(Travel(org_id=ctx.org.id, from_zone="south", to_zone="north", minutes=45))
        ctx.session.flush()
        visit(ctx, "2026-11-23 10:00", postal_code="78701")
        return starts(ctx, postal_code="78702"), starts(ctx, postal_code="78757")

    near, far = await office(unit)
    assert near == ["08:00", "12:00", "13:00", "14:00", "15:00"]
    assert far == ["13:00", "14:00", "15:00"]


async def test_asap_says_three_days_with_three_times_each(office: Office) -> None:
    choice = await office(lambda ctx: wish(ctx, "asap"))
    assert said(choice)[:3] == ["2026-11-23 08:00", "2026-11-23 09:00", "2026-11-23 10:00"]
    assert [day.more for day in choice.days] == [5, 5, 5]


async def test_monday_afternoon_is_only_monday_afternoon(office: Office) -> None:
    choice = await office(lambda ctx: wish(ctx, "monday", "afternoon"))
    assert choice.matched
    assert said(choice) == ["2026-11-23 12:00", "2026-11-23 14:00", "2026-11-23 15:00"]


async def test_around_two_says_the_nearest_first(office: Office) -> None:
    assert said(await office(lambda ctx: wish(ctx, "monday", "around 2pm")))[0] == "2026-11-23 14:00"


async def test_a_full_monday_morning_gives_the_closest_times_instead(office: Office) -> None:
    def unit(ctx: Context) -> slots.Choice:
        for hour, phone in (("08:00", SARAH), ("09:30", PRIYA), ("11:00", "+15125550145")):
            visit(ctx, f"2026-11-23 {hour}", phone, on_grid=False)
        return wish(ctx, "monday", "morning")

    choice = await office(unit)
    assert not choice.matched
    assert said(choice)[0].startswith("2026-11-23 1")


async def test_thanksgiving_asked_for_by_name_is_closed_and_has_the_days_around_it(office: Office) -> None:
    choice = await office(lambda ctx: wish(ctx, "2026-11-26"))
    assert choice.closed == [(date(2026, 11, 26), "Thanksgiving")]
    assert not choice.matched
    assert {one[:10] for one in said(choice)} >= {"2026-11-25", "2026-11-27"}


async def test_unreadable_words_give_the_soonest_times_and_are_named(office: Office) -> None:
    choice = await office(lambda ctx: wish(ctx, "blursday"))
    assert (choice.unread, said(choice)[0]) == ("blursday", "2026-11-23 08:00")


async def test_the_choice_names_the_technicians_who_do_it(office: Office) -> None:
    choice = await office(lambda ctx: slots.choose(ctx, water_heater(ctx), when.When()))
    assert choice.technician_names == ["Dana Ruiz", "Luis Ortega"]


async def test_a_taken_start_is_refused_with_one_before_and_one_after(office: Office) -> None:
    await office(lambda ctx: visit(ctx, "2026-11-23 10:00"))
    with pytest.raises(Problem) as refused:
        await office(lambda ctx: slots.decide(ctx, diagnostic(ctx), at("2026-11-23 10:00")))
    extras = refused.value.extras
    assert (refused.value.code, extras["reason"], extras["requested"]["slot"]) == (
        "SLOT_UNAVAILABLE",
        "taken",
        "2026-11-23 10:00",
    )
    assert [one["slot"] for one in extras["alternatives"]] == [
        "2026-11-23 08:00",
        "2026-11-23 12:00",
        "2026-11-23 13:00",
    ]


async def test_an_alternative_carries_every_form_of_its_time(office: Office) -> None:
    with pytest.raises(Problem) as refused:
        await office(lambda ctx: slots.decide(ctx, diagnostic(ctx), at("2026-11-23 07:00")))
    assert refused.value.extras["alternatives"][0] == {
        "start": "2026-11-23T14:00:00Z",
        "end": "2026-11-23T15:30:00Z",
        "date": "2026-11-23",
        "time": "08:00",
        "formatted": "Monday, November 23, 2026 at 8:00 AM",
        "slot": "2026-11-23 08:00",
    }


async def test_the_nearest_open_start_is_found_beyond_a_closed_fortnight(office: Office) -> None:
    def unit(ctx: Context) -> list[str]:
        for day in range(23, 31):
            ctx.session.merge(
                DateOverride(id=f"shut {day}", org_id=ctx.org.id, day=date(2026, 11, day), reason="Flood")
            )
        for day in range(1, 12):
            ctx.session.add(DateOverride(org_id=ctx.org.id, day=date(2026, 12, day), reason="Flood"))
        ctx.session.flush()
        return [wall(one.start) for one in slots.nearest(ctx, diagnostic(ctx), at("2026-11-23 09:00"))]

    assert await office(unit) == ["2026-12-14 08:00", "2026-12-14 09:00", "2026-12-14 10:00"]


async def test_what_was_read_out_is_remembered_in_that_call_for_two_hours(office: Office) -> None:
    await office(lambda ctx: slots.remember(ctx, "slots", ["a"], None, "America/Chicago"), scope="call-1")
    await office(lambda ctx: slots.remember(ctx, "slots", ["b", "c"], None, "America/Chicago"), scope="call-1")

    def items(ctx: Context) -> list[str] | None:
        offer = slots.remembered(ctx, "slots")
        return offer.items if offer else None

    assert await office(items, scope="call-1") == ["b", "c"]
    assert await office(items, scope="call-2") is None
    office.later(hours=2)
    assert await office(items, scope="call-1") is None


async def test_a_hold_hides_the_slot_from_everybody_but_its_owner(office: Office) -> None:
    await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00")), scope="sarah")
    assert "09:00" in await office(starts, scope="sarah")
    assert "09:00" not in await office(starts, scope="priya")
    with pytest.raises(Problem, match="SLOT_UNAVAILABLE"):
        await office(lambda ctx: visit(ctx, "2026-11-23 09:00", PRIYA), scope="priya")
    assert (await office(lambda ctx: visit(ctx, "2026-11-23 09:00"), scope="sarah")).status == "confirmed"


async def test_a_hold_runs_out_by_the_clock_alone(office: Office) -> None:
    await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00"), 10), scope="sarah")
    office.later(minutes=10)
    assert (await office(lambda ctx: visit(ctx, "2026-11-23 09:00", PRIYA), scope="priya")).status == "confirmed"


async def test_a_hold_is_renewed_twice_and_no_more(office: Office) -> None:
    for expected in (0, 1, 2):
        kept = await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00")), scope="sarah")
        assert kept.renewals == expected
        office.later(minutes=6)
    office.later(minutes=6)
    with pytest.raises(Problem, match="SLOT_UNAVAILABLE"):
        await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00")), scope="sarah")
    assert "09:00" in await office(starts, scope="priya")


async def test_who_hangs_up_gives_the_slot_back(office: Office) -> None:
    await office(lambda ctx: holds.hold(ctx, diagnostic(ctx), at("2026-11-23 09:00")), scope="sarah")
    await office(holds.release, scope="sarah")
    assert "09:00" in await office(starts, scope="priya")


async def test_a_technician_asked_for_by_name_is_the_only_one_looked_at(office: Office) -> None:
    def unit(ctx: Context) -> tuple[str, ...]:
        return slots.decide(ctx, water_heater(ctx), at("2026-11-23 09:00"), technician_id=LUIS).technicians

    assert await office(unit) == (LUIS,)
    assert (await office(lambda ctx: booking.search(ctx)))[1] == 0
