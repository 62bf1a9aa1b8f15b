"""The demo company is made once."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.db import Database
from storage.seed import demo_id, seed_demo
from storage.tables import Base, Service, Technician
from tests.people import SATURDAY

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


def counts(session: Session) -> dict[str, int]:
    return {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Base.metadata.tables.items()
    }


async def test_seeding_twice_changes_nothing(db: Database) -> None:
    first = await db.write(lambda s: seed_demo(s, SATURDAY))
    before = await db.read(counts)
    again = await db.write(lambda s: seed_demo(s, SATURDAY))
    assert (again.id, again.retell_token, await db.read(counts)) == (first.id, first.retell_token, before)


async def test_what_staff_changed_survives_another_seeding(db: Database) -> None:
    await db.write(lambda s: seed_demo(s, SATURDAY))

    def rename(session: Session) -> None:
        session.get_one(Technician, demo_id("dana")).name = "Dana Smith"

    await db.write(rename)
    await db.write(lambda s: seed_demo(s, SATURDAY))
    assert await db.read(lambda s: s.get_one(Technician, demo_id("dana")).name) == "Dana Smith"


async def test_the_seeded_services_are_the_casts(db: Database) -> None:
    await db.write(lambda s: seed_demo(s, SATURDAY))
    wanted = select(Service.name, Service.duration_minutes).order_by(Service.position)
    found = await db.read(lambda s: [tuple(row) for row in s.execute(wanted)])
    assert found == [("Diagnostic visit", 90), ("Water heater install", 180)]
