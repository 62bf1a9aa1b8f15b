"""Open starts are worked out once and listed again, and never a moment longer than they hold."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import Database
from storage.tables import Org, Service
from tests.people import SARAH, SATURDAY, at, bluebird, diagnostic, wall
from tools import booking, holds, slots
from tools.booking import Visit
from tools.slots import Listing

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

MONDAY = date(2026, 11, 23)
NINE = at("2026-11-23 09:00")


@pytest.fixture(autouse=True)
async def shop(db: Database) -> None:
    await db.write(bluebird)


def context(session: Session, now: datetime = SATURDAY, scope: str | None = None) -> Context:
    return Context(session, session.scalars(select(Org)).one(), SYSTEM, "api", now, scope)


async def monday(db: Database, now: datetime = SATURDAY, scope: str | None = None) -> Listing:
    """Diagnostic visits on Monday, as somebody asks who only looks."""

    def ask(session: Session) -> Listing:
        ctx = context(session, now, scope)
        return slots.list_open(ctx, diagnostic(ctx), MONDAY, MONDAY)

    return await db.read(ask)


async def starts(db: Database, now: datetime = SATURDAY, scope: str | None = None) -> list[str]:
    return [wall(one.start) for one in (await monday(db, now, scope)).openings]


async def hold_nine(db: Database, scope: str) -> None:
    def keep(session: Session) -> None:
        ctx = context(session, scope=scope)
        holds.hold(ctx, diagnostic(ctx), NINE, minutes=10)

    await db.write(keep)


async def book_nine(db: Database) -> str:
    def act(session: Session) -> str:
        ctx = context(session)
        return booking.book(ctx, Visit(NINE, diagnostic(ctx), customer_phone=SARAH)).id

    return await db.write(act)


async def test_what_nothing_changed_is_not_worked_out_again(db: Database) -> None:
    assert (await monday(db)).openings is (await monday(db)).openings


async def test_a_booked_start_is_gone_from_the_next_list_and_back_when_it_is_cancelled(db: Database) -> None:
    before = await starts(db)
    visit = await book_nine(db)
    assert wall(NINE) in before
    assert wall(NINE) not in await starts(db)
    await db.write(lambda s: booking.cancel(context(s), s.get_one(booking.Booking, visit)) and None)
    assert await starts(db) == before


async def test_a_hold_hides_the_start_from_others_and_never_from_its_owner(db: Database) -> None:
    await starts(db, scope="Priya")
    await hold_nine(db, "Sarah")
    assert wall(NINE) not in await starts(db, scope="Priya")
    assert wall(NINE) in await starts(db, scope="Sarah")
    assert wall(NINE) not in await starts(db, scope="Marcus")
    assert wall(NINE) not in await starts(db)


async def test_a_hold_that_ran_out_hides_nothing_though_nothing_was_written(db: Database) -> None:
    await hold_nine(db, "Sarah")
    assert wall(NINE) not in await starts(db)
    assert wall(NINE) not in await starts(db, SATURDAY + timedelta(minutes=9))
    assert wall(NINE) in await starts(db, SATURDAY + timedelta(minutes=10))


async def test_a_start_leaves_the_list_when_the_clock_reaches_its_notice(db: Database) -> None:
    eight = at("2026-11-23 08:00")
    assert wall(eight) in await starts(db, eight - timedelta(hours=2))
    assert wall(eight) not in await starts(db, eight - timedelta(hours=2) + timedelta(seconds=1))


async def test_a_clock_set_back_lists_what_was_open_then(db: Database) -> None:
    eight = at("2026-11-23 08:00")
    assert wall(eight) not in await starts(db, eight)
    assert wall(eight) in await starts(db, SATURDAY)


async def test_the_horizon_moves_on_at_midnight(db: Database) -> None:
    await db.write(lambda s: s.execute(update(Service).values(horizon_days=1)) and None)
    assert await starts(db, SATURDAY) == []
    assert await starts(db, SATURDAY + timedelta(days=1)) != []


async def test_a_list_from_a_unit_that_was_taken_back_is_forgotten(db: Database) -> None:
    before = await starts(db)

    def undone(session: Session) -> None:
        ctx = context(session)
        booking.book(ctx, Visit(NINE, diagnostic(ctx), customer_phone=SARAH))
        assert slots.list_open(ctx, diagnostic(ctx), MONDAY, MONDAY).openings
        raise LookupError("never mind")

    with pytest.raises(LookupError):
        await db.write(undone)
    await db.write(
        lambda s: (
            booking.book(context(s), Visit(at("2026-11-23 13:00"), diagnostic(context(s)), customer_phone=SARAH))
            and None
        )
    )
    assert wall(NINE) in await starts(db)
    assert len(await starts(db)) < len(before)


async def test_visits_somebody_else_makes_fill_a_capped_day(db: Database) -> None:
    await db.write(lambda s: s.execute(update(Service).values(day_cap=1)) and None)
    assert await starts(db)
    await book_nine(db)
    assert await starts(db) == []
