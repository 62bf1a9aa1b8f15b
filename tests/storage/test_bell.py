"""The bell between processes: two open databases on one PostgreSQL stand for two processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from storage import bell
from storage.db import Database, open_database

pytestmark = [pytest.mark.anyio, pytest.mark.engines("postgres")]


def queue_nothing_but_say_so(session: Session) -> None:
    session.execute(text("select 1"))
    session.info["job_queued"] = True


@asynccontextmanager
async def ringing(db: Database, *, listen: bool) -> AsyncIterator[None]:
    keeping = asyncio.create_task(bell.keep(db, listen=listen))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
async def other(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """A worker's process."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


async def listens(db: Database) -> None:
    """Wait for the bell's own first look, which says that it listens; then it is quiet."""
    await asyncio.wait_for(db.jobs_waiting.wait(), 10)
    db.jobs_waiting.clear()


async def test_a_commit_here_wakes_the_worker_there(db: Database, other: Database) -> None:
    async with ringing(db, listen=False), ringing(other, listen=True):
        await listens(other)
        await db.write(queue_nothing_but_say_so)
        await asyncio.wait_for(other.jobs_waiting.wait(), 5)


async def test_a_commit_that_queued_nothing_wakes_nobody(db: Database, other: Database) -> None:
    async with ringing(db, listen=False), ringing(other, listen=True):
        await listens(other)
        await db.write(lambda session: session.execute(text("select 1")) and None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.jobs_waiting.wait(), 0.3)


async def test_what_was_rung_before_it_came_up_is_rung_once_it_is(db: Database, other: Database) -> None:
    async with ringing(other, listen=True):
        await listens(other)
        await db.write(queue_nothing_but_say_so)
        async with ringing(db, listen=False):
            await asyncio.wait_for(other.jobs_waiting.wait(), 5)


async def test_a_lost_connection_is_opened_again_and_hears(
    db: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "AGAIN", 0.05)
    listeners = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and query ilike 'listen%'"
    )
    async with ringing(db, listen=False), ringing(other, listen=True):
        await listens(other)
        await db.write(lambda session: session.execute(text(listeners)).fetchall() and None)
        await listens(other)
        await db.write(queue_nothing_but_say_so)
        await asyncio.wait_for(other.jobs_waiting.wait(), 5)


async def test_the_bell_does_not_wake_who_rang_it(db: Database) -> None:
    async with ringing(db, listen=True):
        await listens(db)
        await db.write(queue_nothing_but_say_so)
        db.jobs_waiting.clear()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(db.jobs_waiting.wait(), 0.3)


@pytest.mark.engines("sqlite")
async def test_one_process_alone_needs_no_bell(db: Database) -> None:
    await asyncio.wait_for(bell.keep(db, listen=True), 1)
