"""Every change to how Bluebird is set up counts its version up, whoever makes it (migration 0007)."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import Database
from storage.tables import (
    Credential,
    DateOverride,
    EntryPoint,
    Hours,
    Org,
    ScheduleTemplate,
    Service,
    ServiceArea,
    Skill,
    Team,
    TeamMember,
    Technician,
    Travel,
    WebhookEndpoint,
    new_id,
)
from storage.tables.columns import Base
from tests.people import SATURDAY, bluebird
from tools import access, services, slots
from tools.setup import setup_of

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

MONDAY = date(2026, 11, 23)


def version(session: Session) -> int:
    return session.scalars(select(Org.config_version)).one()


def context(session: Session) -> Context:
    return Context(session, session.scalars(select(Org)).one(), SYSTEM, "api", SATURDAY)


def org_id(session: Session) -> str:
    return session.scalars(select(Org.id)).one()


def dana(session: Session) -> str:
    return session.scalars(select(Technician.id).where(Technician.name.like("Dana%"))).one()


def a_team(session: Session) -> None:
    team = {"id": new_id(), "org_id": org_id(session), "name": "North", "description": "", "created_at": SATURDAY}
    session.execute(insert(Team).values(**team))
    session.execute(insert(TeamMember).values(team_id=team["id"], technician_id=dana(session)))


def a_webhook(session: Session) -> None:
    row = {"id": new_id(), "org_id": org_id(session), "url": "https://acme.example/hook", "events": ["*"]}
    when = {"created_at": SATURDAY, "updated_at": SATURDAY}
    session.execute(insert(WebhookEndpoint).values(**row, **when, sealed_secret="s"))


CHANGES: dict[str, Callable[[Session], object]] = {
    "the business": lambda s: s.execute(update(Org).values(name="Bluebird Heating and Air")),
    "a service's rules": lambda s: s.execute(update(Service).values(notice_minutes=0)),
    "a service gone": lambda s: s.execute(delete(Skill)),
    "a technician's name": lambda s: s.execute(update(Technician).values(name="Dana R.")),
    "the hours": lambda s: s.execute(update(Hours).values(closes=960)),
    "a span gone": lambda s: s.execute(delete(Hours).where(Hours.weekday == 0)),
    "a template": lambda s: s.execute(update(ScheduleTemplate).values(name="Winter")),
    "a date": lambda s: s.execute(
        insert(DateOverride).values(id=new_id(), org_id=org_id(s), day=MONDAY, spans=[], reason="Inventory")
    ),
    "the area": lambda s: s.execute(update(ServiceArea).values(zone="north")),
    "a ride": lambda s: s.execute(
        insert(Travel).values(org_id=org_id(s), from_zone="north", to_zone="south", minutes=30)
    ),
    "a number": lambda s: s.execute(update(EntryPoint).values(active=False)),
    "a team": a_team,
    "a webhook": a_webhook,
    "a key revoked": lambda s: s.execute(update(Credential).values(revoked_at=SATURDAY)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_a_change_counts_the_version_up(db: Database, change: Callable[[Session], object]) -> None:
    await db.write(bluebird)
    await db.write(lambda s: access.create(context(s), "Acme", ("READ_BOOKINGS",)) and None)
    before = await db.read(version)
    await db.write(lambda s: change(s) and None)
    assert await db.read(version) > before


@pytest.mark.parametrize(
    "use",
    [update(Technician).values(last_booked_at=SATURDAY), update(Credential).values(use_count=7, last_used_at=SATURDAY)],
    ids=["a booking", "a call"],
)
async def test_everyday_use_does_not(db: Database, use: object) -> None:
    await db.write(bluebird)
    await db.write(lambda s: access.create(context(s), "Acme", ("READ_BOOKINGS",)) and None)
    before = await db.read(version)
    await db.write(lambda s: s.execute(use) and None)  # type: ignore[call-overload]
    assert await db.read(version) == before


@pytest.mark.engines("sqlite")
async def test_every_column_that_says_how_the_business_is_run_is_watched(db: Database) -> None:
    asked = text("select sql from sqlite_master where type = 'trigger' and name = 'version_orgs_update'")
    trigger = await db.read(lambda s: s.execute(asked).scalar_one())
    watched = set(trigger.split(" of ")[1].split(" on ")[0].replace(" ", "").split(","))
    table: type[Base] = Org
    assert watched == {column.name for column in inspect(table).columns} - {"config_version"}


async def test_the_setup_is_read_once_and_again_after_a_change(db: Database) -> None:
    await db.write(bluebird)
    first = await db.read(lambda s: setup_of(context(s)))
    assert await db.read(lambda s: setup_of(context(s))) is first
    await db.write(lambda s: s.execute(update(Service).values(notice_minutes=0)) and None)
    assert await db.read(lambda s: {one.notice_minutes for one in setup_of(context(s)).services}) == {0}


async def test_what_a_unit_took_back_nobody_sees(db: Database) -> None:
    await db.write(bluebird)

    def undone(session: Session) -> None:
        session.execute(update(Service).values(name="Chimney sweep"))
        assert {one.name for one in setup_of(context(session)).services} == {"Chimney sweep"}
        raise LookupError("never mind")

    with pytest.raises(LookupError):
        await db.write(undone)
    await db.write(lambda s: s.execute(update(Service).values(notice_minutes=0)) and None)
    names = await db.read(lambda s: {one.name for one in setup_of(context(s)).services})
    assert names == {"Diagnostic visit", "Water heater install"}


async def test_a_blackout_is_heeded_by_the_very_next_question(db: Database) -> None:
    await db.write(bluebird)

    def open_on_monday(session: Session) -> bool:
        ctx = context(session)
        return bool(slots.list_open(ctx, services.find_service(ctx, "diagnostic-visit"), MONDAY, MONDAY).openings)

    assert await db.read(open_on_monday)
    await db.write(lambda s: CHANGES["a date"](s) and None)
    assert not await db.read(open_on_monday)
