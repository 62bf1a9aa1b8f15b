"""An owner sets the rules aside: hours, notice and caps give way, another visit never does, and the reason is kept."""

from typing import Any

import pytest

from storage.context import Actor, Context
from storage.db import Database
from storage.tables import AuditEntry, Booking
from tests.people import PRIYA, SARAH, Office, at, diagnostic, visit, wall
from tools.amendment import Amendment, amend
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

MIA = Actor("staff", "Mia", "staff-1")
WHY = "Sarah's mother is 91"
SUNDAY_NIGHT = "2026-11-22 21:00"


@pytest.fixture
async def office(db: Database) -> Office:
    opened = Office(db)
    await opened(lambda ctx: None)
    return opened


async def by_mia(office: Office, unit: Any) -> Any:
    return await office(unit, actor=MIA, channel="console")


async def reasons(office: Office) -> list[tuple[str, str, Any]]:
    rows = await office(lambda ctx: ctx.session.query(AuditEntry).filter_by(action="booking.override").all())
    return [(row.actor_name, row.subject_id, row.detail.get("reason")) for row in rows]


async def test_a_visit_outside_hours_is_booked_and_the_reason_kept(office: Office) -> None:
    with pytest.raises(Problem, match="SLOT_UNAVAILABLE"):
        await by_mia(office, lambda ctx: visit(ctx, SUNDAY_NIGHT))
    booked = await by_mia(office, lambda ctx: visit(ctx, SUNDAY_NIGHT, override_reason=WHY))
    assert (booked.status, wall(booked.start_at)) == ("confirmed", SUNDAY_NIGHT)
    assert await reasons(office) == [("Mia", booked.id, WHY)]


async def test_not_even_an_owner_books_one_technician_twice(office: Office) -> None:
    await office(lambda ctx: visit(ctx, "2026-11-23 09:00"))
    with pytest.raises(Problem, match="SLOT_UNAVAILABLE"):
        await by_mia(office, lambda ctx: visit(ctx, "2026-11-23 10:00", PRIYA, override_reason=WHY))
    assert await reasons(office) == []


async def test_an_ordinary_visit_leaves_no_reason(office: Office) -> None:
    await by_mia(office, lambda ctx: visit(ctx, "2026-11-23 09:00"))
    assert await reasons(office) == []


async def test_a_visit_is_moved_outside_hours_for_a_reason(office: Office) -> None:
    booking = await office(lambda ctx: visit(ctx, "2026-11-23 09:00", SARAH))

    def unit(ctx: Context, why: str | None) -> Booking:
        row = ctx.session.get_one(Booking, booking.id)
        assert diagnostic(ctx).id == row.service_id
        return amend(ctx, row, Amendment(start=at(SUNDAY_NIGHT), override_reason=why))

    with pytest.raises(Problem, match="SLOT_UNAVAILABLE"):
        await by_mia(office, lambda ctx: unit(ctx, None))
    assert wall((await by_mia(office, lambda ctx: unit(ctx, WHY))).start_at) == SUNDAY_NIGHT
    assert await reasons(office) == [("Mia", booking.id, WHY)]
