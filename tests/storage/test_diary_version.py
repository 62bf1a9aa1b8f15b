"""Whatever takes or gives back Dana's time counts the version of Dana's diary up (migration 0008)."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import Database
from storage.tables import Booking, BusyTime, Hold, Org, Technician
from tests.people import SARAH, SATURDAY, at, bluebird, diagnostic
from tools import booking, holds
from tools.booking import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


def context(session: Session, scope: str | None = None) -> Context:
    return Context(session, session.scalars(select(Org)).one(), SYSTEM, "api", SATURDAY, scope)


def versions(session: Session) -> dict[str, int]:
    return {
        name.split()[0]: version for name, version in session.execute(select(Technician.name, Technician.diary_version))
    }


def sarahs_visit(session: Session) -> Booking:
    return session.scalars(select(Booking)).one()


def book(session: Session) -> None:
    ctx = context(session)
    booking.book(ctx, Visit(at("2026-11-23 09:00"), diagnostic(ctx), customer_phone=SARAH))


def the_time_elsewhere(session: Session) -> None:
    visit = sarahs_visit(session)
    row = {"id": "busy", "org_id": visit.org_id, "technician_id": visit.technician_id, "told_at": SATURDAY}
    session.add(BusyTime(**row, uid=None, start_at=at("2026-11-24 09:00"), end_at=at("2026-11-24 10:00")))


CHANGES: dict[str, Callable[[Session], object]] = {
    "moved": lambda s: booking.move(context(s), sarahs_visit(s), at("2026-11-23 13:00")),
    "cancelled": lambda s: booking.cancel(context(s), sarahs_visit(s)),
    "over": lambda s: s.execute(update(Booking).values(status="completed")),
    "a longer gap": lambda s: s.execute(update(Booking).values(buffer_after=30)),
    "another place": lambda s: s.execute(update(Booking).values(postal_code="78702")),
    "a hold": lambda s: holds.hold(context(s, "call 1"), diagnostic(context(s)), at("2026-11-23 13:00")),
    "busy in the outside calendar": the_time_elsewhere,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_time_taken_or_given_back_counts(db: Database, change: Callable[[Session], object]) -> None:
    await db.write(bluebird)
    await db.write(book)
    before = await db.read(versions)
    await db.write(lambda s: change(s) and None)
    after = await db.read(versions)
    assert after["Dana"] > before["Dana"]
    assert after["Luis"] == before["Luis"]


async def test_a_booking_counts(db: Database) -> None:
    await db.write(bluebird)
    await db.write(book)
    assert await db.read(versions) == {"Dana": 1, "Luis": 0}


async def test_a_visit_given_to_luis_counts_in_both_diaries(db: Database) -> None:
    await db.write(bluebird)
    await db.write(book)
    luis = select(Technician.id).where(Technician.name.like("Luis%")).scalar_subquery()
    await db.write(lambda s: s.execute(update(Booking).values(technician_id=luis)) and None)
    assert await db.read(versions) == {"Dana": 2, "Luis": 1}


async def test_time_given_back_for_good_counts(db: Database) -> None:
    await db.write(bluebird)
    await db.write(lambda s: holds.hold(context(s, "call 1"), diagnostic(context(s)), at("2026-11-23 13:00")) and None)
    before = await db.read(versions)
    await db.write(lambda s: s.execute(delete(Hold)) and None)
    assert (await db.read(versions))["Dana"] > before["Dana"]


async def test_a_note_on_a_visit_does_not_count(db: Database) -> None:
    await db.write(bluebird)
    await db.write(book)
    before = await db.read(versions)
    await db.write(lambda s: s.execute(update(Booking).values(notes="Gate code 4411")) and None)
    assert await db.read(versions) == before
