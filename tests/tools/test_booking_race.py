"""Many at once: the constraint and the lock, not luck, decide who gets a slot."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from storage.context import Context
from storage.db import Database
from storage.tables import Booking, SlotCell
from storage.tables.bookings import ACTIVE, CELL_SECONDS
from tests.people import ACME, DANA, LUIS, PRIYA, SARAH, Office, at, diagnostic, visit, water_heater
from tools import booking, cells, slots
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "aiosqlite", "postgres")]
RACERS = 50
NINE = "2026-11-23 09:00"


@pytest.fixture
async def office(db: Database) -> Office:
    opened = Office(db)
    await opened(lambda ctx: None)
    return opened


def phone(number: int) -> str:
    return f"+1512555{number:04}"


async def tried(office: Office, unit: object, **context: object) -> Booking | Problem:
    try:
        return await office(unit, **context)  # type: ignore[arg-type]
    except Problem as problem:
        return problem


def codes(answers: list[Booking | Problem]) -> Counter[str]:
    return Counter(one.code if isinstance(one, Problem) else "booked" for one in answers)


def overlaps(ctx: Context) -> int:
    """How many pairs of active visits of one technician overlap, once the cells are known to be exactly their time."""
    rows = list(ctx.session.scalars(select(Booking).where(Booking.status.in_(ACTIVE)).order_by(Booking.start_at)))
    wanted = {
        (row.technician_id, cell)
        for row in rows
        for cell in range(int(row.start_at.timestamp()) // CELL_SECONDS, int(row.end_at.timestamp()) // CELL_SECONDS)
    }
    kept = {(who, cell) for who, cell in ctx.session.execute(select(SlotCell.technician_id, SlotCell.cell))}
    assert kept == wanted
    by_person = [[row for row in rows if row.technician_id == who] for who in (DANA, LUIS)]
    return sum(one.end_at > other.start_at for own in by_person for one, other in pairwise(own))


@pytest.mark.parametrize("same", [False, True], ids=["fifty people", "one program fifty times"])
async def test_fifty_at_once_for_one_slot_are_one_visit_and_49_refusals(office: Office, same: bool) -> None:
    answers = await asyncio.gather(
        *(
            tried(
                office, lambda ctx, who=who: visit(ctx, NINE, SARAH if same else phone(who)), actor=ACME, channel="api"
            )
            for who in range(RACERS)
        )
    )
    assert codes(answers) == {"booked": 1, "SLOT_UNAVAILABLE": 49}
    refusals = [one for one in answers if isinstance(one, Problem)]
    assert {1 <= len(one.extras["alternatives"]) <= 3 for one in refusals} == {True}
    offered = {one["slot"] for refusal in refusals for one in refusal.extras["alternatives"]}
    for slot in offered:
        await office(lambda ctx, slot=slot: slots.decide(ctx, diagnostic(ctx), at(slot)))
    assert await office(overlaps) == 0


async def test_sarah_saying_yes_eight_times_at_once_has_one_visit(office: Office) -> None:
    answers = await asyncio.gather(*(tried(office, lambda ctx: visit(ctx, NINE)) for _ in range(8)))
    assert len({one.id for one in answers if isinstance(one, Booking)}) == 1
    assert await office(lambda ctx: ctx.session.scalar(select(func.count()).select_from(Booking))) == 1


async def test_two_technicians_give_two_visits_and_no_third(office: Office) -> None:
    answers = await asyncio.gather(
        *(tried(office, lambda ctx, who=who: visit(ctx, NINE, phone(who), water_heater)) for who in range(12))
    )
    assert codes(answers) == {"booked": 2, "SLOT_UNAVAILABLE": 10}
    assert {one.technician_id for one in answers if isinstance(one, Booking)} == {DANA, LUIS}


async def test_a_day_with_room_for_two_never_takes_a_third(office: Office) -> None:
    def capped(ctx: Context) -> None:
        water_heater(ctx).day_cap = 2

    await office(capped)
    hours = ("08:00", "09:00", "11:00", "12:00", "13:00", "14:00") * 2
    answers = await asyncio.gather(
        *(
            tried(office, lambda ctx, who=who, hour=hour: visit(ctx, f"2026-11-23 {hour}", phone(who), water_heater))
            for who, hour in enumerate(hours)
        )
    )
    assert codes(answers)["booked"] == 2


async def test_random_visits_moves_and_cancels_at_once_never_overlap(office: Office) -> None:
    chance = random.Random(7)
    opening = at("2026-11-23 08:00")

    async def customer(number: int) -> None:
        service = chance.choice([diagnostic, water_heater])
        start = opening + timedelta(minutes=5 * chance.randrange(72))
        later = opening + timedelta(days=chance.randrange(2), minutes=5 * chance.randrange(72))
        end = chance.choice(["stay", "move", "cancel"])

        def book(ctx: Context) -> Booking:
            return booking.book(ctx, booking.Visit(start, service(ctx), customer_phone=phone(number), on_grid=False))

        row = await tried(office, book)
        if isinstance(row, Booking) and end == "move":
            await tried(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), later, on_grid=False))
        if isinstance(row, Booking) and end == "cancel":
            await tried(office, lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id)))

    await asyncio.gather(*(customer(number) for number in range(60)))
    assert await office(overlaps) == 0
    assert await office(lambda ctx: ctx.session.scalar(select(func.count()).where(Booking.status.in_(ACTIVE))) or 0) > 2


async def test_two_visits_moved_into_each_others_time_do_not_lock_up(office: Office) -> None:
    one = await office(lambda ctx: visit(ctx, "2026-11-23 09:00", SARAH))
    other = await office(lambda ctx: visit(ctx, "2026-11-23 13:00", PRIYA))
    for _ in range(4):
        answers = await asyncio.gather(
            tried(office, lambda ctx: booking.move(ctx, booking.get(ctx, one.id), at("2026-11-23 13:00"))),
            tried(office, lambda ctx: booking.move(ctx, booking.get(ctx, other.id), at("2026-11-23 09:00"))),
        )
        assert codes(list(answers)) == {"SLOT_UNAVAILABLE": 2}


async def test_a_cancel_and_a_move_at_once_end_in_one_clear_state(office: Office) -> None:
    row = await office(lambda ctx: visit(ctx, NINE))
    answers = await asyncio.gather(
        tried(office, lambda ctx: booking.cancel(ctx, booking.get(ctx, row.id))),
        tried(office, lambda ctx: booking.move(ctx, booking.get(ctx, row.id), at("2026-11-23 13:00"))),
    )
    kept = await office(lambda ctx: booking.get(ctx, row.id))
    assert kept.status == "cancelled"
    assert codes(list(answers)) in ({"booked": 2}, {"booked": 1, "INVALID_TRANSITION": 1})
    assert await office(overlaps) == 0


async def test_two_requests_for_one_slot_cannot_both_wait_for_the_office(office: Office) -> None:
    def request(ctx: Context, who: str) -> Booking:
        return visit(ctx, NINE, who, needs_approval=True)

    answers = await asyncio.gather(*(tried(office, lambda ctx, who=who: request(ctx, who)) for who in (SARAH, PRIYA)))
    assert codes(answers) == {"booked": 1, "SLOT_UNAVAILABLE": 1}


async def test_the_cells_alone_refuse_the_second_even_without_the_lock(office: Office) -> None:
    async def take(holder: str, start: str) -> str:
        def unit(ctx: Context) -> str:
            try:
                cells.take(ctx, holder, DANA, at(start), at(start) + timedelta(minutes=90))
            except cells.Taken:
                return "taken"
            return "has it"

        return await office(unit)

    answers = await asyncio.gather(take("sarah", "2026-11-23 09:00"), take("priya", "2026-11-23 10:00"))
    assert sorted(answers) == ["has it", "taken"]
    assert await office(lambda ctx: ctx.session.scalar(select(func.count()).select_from(SlotCell))) == 18
