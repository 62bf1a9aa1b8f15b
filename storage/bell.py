"""The bell between processes on one PostgreSQL: a commit that queued a job wakes the workers of every other process.

It is rung after the commit, on a connection of its own, and several commits at once ring it once: a NOTIFY inside the
transaction would make every writer wait for one lock. Nothing is lost without it, workers also look by themselves.
"""

import asyncio
import logging

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.db import AsyncDatabase, Database

log = logging.getLogger("ringback")

CHANNEL = "ringback_jobs"
AGAIN = 1.0  # seconds before a lost connection is opened anew
PULSE = 5.0  # seconds between two signs of life on a quiet connection


async def keep(db: Database, *, listen: bool) -> None:
    """Ring for every commit of `db` that queued a job, and with `listen` set `jobs_waiting` when others ring.

    Runs until cancelled, over lost connections too; returns at once where one process has the database to itself.
    """
    if not isinstance(db, AsyncDatabase) or db.url.get_backend_name() != "postgresql":
        return
    engine = create_async_engine(db.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    while True:
        try:
            async with engine.connect() as connection:
                await _tend(db, connection, listen=listen)
        except Exception as error:  # noqa: BLE001 - the edge of the bell: a lost connection comes back
            log.warning("the bell between processes is silent: %s", type(error).__name__)
        await asyncio.sleep(AGAIN)


async def _tend(db: AsyncDatabase, connection: AsyncConnection, *, listen: bool) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None  # asyncpg's own, which alone can listen
    raw.add_termination_listener(lambda _: db.jobs_queued.set())  # so that the loop below finds out at once

    def heard(_: object, process: int, *_more: object) -> None:
        if process != raw.get_server_pid():
            db.jobs_waiting.set()

    if listen:
        await raw.add_listener(CHANNEL, heard)
        db.jobs_waiting.set()  # what was queued while nobody listened
    while True:
        try:
            async with asyncio.timeout(PULSE):  # wait_for may swallow the cancelling that ends the server
                await db.jobs_queued.wait()
            ring = f"NOTIFY {CHANNEL}"
        except TimeoutError:
            ring = "SELECT 1"
        db.jobs_queued.clear()
        async with asyncio.timeout(PULSE):
            await connection.execute(text(ring))
