"""One function, one transaction, on every engine (section "Unit" of the design)."""

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from storage import outbox
from storage.context import SYSTEM, Context
from storage.db import Database, database_url, open_database
from storage.tables import Org, Technician
from tests.people import AUSTIN, SATURDAY, bluebird

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "aiosqlite", "postgres")]

SECOND_PROCESS = """
import asyncio, sys
from sqlalchemy import update
from storage.db import open_database
from storage.tables import Org

async def count():
    db = open_database(sys.argv[1])
    for _ in range(40):
        count = update(Org).values(cancel_cutoff_hours=Org.cancel_cutoff_hours + 1)
        await db.write(lambda s: s.execute(count) and None)
    await db.close()

asyncio.run(count())
"""


def version(session: Session) -> int:
    return session.scalars(select(Org.cancel_cutoff_hours)).one()


def bump(session: Session) -> None:
    session.execute(update(Org).values(cancel_cutoff_hours=Org.cancel_cutoff_hours + 1))


async def test_what_one_unit_wrote_the_next_one_reads(db: Database) -> None:
    await db.write(bluebird)
    assert await db.read(lambda s: s.scalars(select(Org.name)).one()) == "Bluebird Heating"


async def test_a_unit_that_raises_leaves_nothing_behind(db: Database) -> None:
    def half(session: Session) -> None:
        bluebird(session)
        raise LookupError("Sarah hung up")

    with pytest.raises(LookupError):
        await db.write(half)
    assert await db.read(lambda s: s.scalars(select(func.count()).select_from(Technician)).one()) == 0


async def test_a_caller_who_goes_away_never_leaves_a_statement_half_done(db: Database) -> None:
    await db.write(bluebird)
    begun = threading.Event()

    def slow(session: Session) -> None:
        bump(session)
        begun.set()
        for _ in range(50):
            session.execute(select(Technician.id)).all()
        bump(session)

    caller = asyncio.create_task(db.write(slow))
    assert await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    await asyncio.wait([caller])  # cancelled, unless the unit was quicker: both bumps count or neither
    await db.write(bump)
    assert await db.read(version) == 3


async def test_forty_writers_at_once_lose_no_count(db: Database) -> None:
    await db.write(bluebird)
    await asyncio.gather(*(db.write(bump) for _ in range(40)))
    assert await db.read(version) == 40


async def test_a_queued_job_wakes_the_worker_and_a_plain_write_does_not(db: Database) -> None:
    org = await db.write(bluebird)
    assert not db.jobs_waiting.is_set()

    def queue(session: Session) -> bool:
        ctx = Context(session, session.merge(org, load=False), SYSTEM, "sms", SATURDAY)
        return outbox.put(ctx, "turn", "turn:1", ("conversation", "1"), due_at=SATURDAY)

    await db.write(queue)
    assert db.jobs_waiting.is_set()


async def test_a_rolled_back_job_wakes_nobody(db: Database) -> None:
    org = await db.write(bluebird)

    def queue(session: Session) -> None:
        ctx = Context(session, session.merge(org, load=False), SYSTEM, "sms", SATURDAY)
        outbox.put(ctx, "turn", "turn:1", ("conversation", "1"), due_at=SATURDAY)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(queue)
    assert not db.jobs_waiting.is_set()


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    await db.write(bluebird)
    with pytest.raises(StatementError, match="must carry its zone"):
        await db.write(lambda s: s.execute(update(Org).values(created_at=datetime(2026, 11, 21, 10, 0))) and None)  # noqa: DTZ001


async def test_an_instant_written_on_austins_clock_comes_back_in_utc(db: Database) -> None:
    await db.write(bluebird)
    await db.write(lambda s: s.execute(update(Org).values(created_at=SATURDAY.astimezone(AUSTIN))) and None)
    found = await db.read(lambda s: s.scalars(select(Org.created_at)).one())
    assert (found, found.tzinfo) == (SATURDAY, UTC)


@pytest.mark.engines("sqlite")
async def test_a_reader_cannot_write_on_the_embedded_database(db: Database) -> None:
    await db.write(bluebird)
    with pytest.raises(DBAPIError, match="readonly"):
        await db.read(bump)


@pytest.mark.engines("sqlite", "aiosqlite")
async def test_the_embedded_database_writes_ahead_and_flushes_every_commit(db: Database) -> None:
    journal, synchronous, keys = await db.write(
        lambda s: [
            s.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    )
    assert (journal, synchronous, keys) == ("wal", 2, 1)


@pytest.mark.engines("sqlite", "aiosqlite")
async def test_two_processes_write_one_file_and_neither_loses_a_count(db: Database, database_url: str) -> None:
    await db.write(bluebird)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SECOND_PROCESS, database_url, stderr=subprocess.PIPE
    )
    for _ in range(40):
        await db.write(bump)
    _, complaint = await other.communicate()
    assert (other.returncode, complaint) == (0, b"")
    assert await db.read(version) == 80


@pytest.mark.parametrize("url", ["mysql://localhost/ringback", "nonsense://", "sqlite+pysqlite:///ringback.db"])
def test_another_database_is_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(ValueError, match="RINGBACK_DATABASE_URL must start with"):
        open_database(url)


def test_a_bare_postgresql_address_gets_the_driver_we_use() -> None:
    assert database_url("postgresql://localhost/ringback").drivername == "postgresql+asyncpg"
