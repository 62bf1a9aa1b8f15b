"""One function, one transaction, on SQLite and PostgreSQL alike.

Storage questions and acts are plain functions of a session; only `Database.write` and `Database.read` commit. On the
embedded default the whole unit runs in one writer thread (readers in their own): a statement-by-statement driver costs
four times the CPU, and a cancelled one can keep the write lock. Elsewhere the same function runs through
`AsyncSession.run_sync`, shielded, so a caller that goes away never leaves a statement half done.
"""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

T = TypeVar("T")

DatabaseDown = SQLAlchemyError  # what a health check catches
READERS = 3
BUSY_MS = 30_000
TRIES = 4
MOST_KEPT = 10_000
CONFIG_VERSION = "select config_version from orgs where id = :org"
VERSION = text(CONFIG_VERSION)
RETRY_STATES = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock


class Database(Protocol):
    """What a unit of work runs on. `jobs_waiting` is set after a commit that queued a job, to wake the worker.

    A unit finds in `session.info["kept"]` what earlier ones left in `session.info["to_keep"]`, once they were
    committed; whether it still holds, its reader must know by a version of its own.
    """

    url: URL
    jobs_waiting: asyncio.Event

    async def write(self, unit: Callable[[Session], T]) -> T:
        """Run `unit` in one write transaction and commit; roll back and re-raise on any error."""
        ...

    async def read(self, unit: Callable[[Session], T]) -> T:
        """Run `unit` in one read-only transaction."""
        ...

    async def config_version(self, org_id: str) -> int | None:
        """Which version of its configuration a business is at, without a unit; None for no such business."""
        ...

    async def close(self) -> None:
        """Let go of every connection and thread."""
        ...


def database_url(url: str) -> URL:
    """The URL with the driver we use: threads over SQLite, aiosqlite when asked for, asyncpg for PostgreSQL.

    Raises ValueError for any other, with a text that holds nothing of it: it may carry a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # no URL at all, or a port that is no number
        parsed = None
    if parsed is not None and parsed.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
        return parsed.set(drivername="postgresql+asyncpg")
    if parsed is not None and parsed.drivername in ("sqlite", "sqlite+aiosqlite"):
        return parsed
    raise ValueError("RINGBACK_DATABASE_URL must start with sqlite:///, sqlite+aiosqlite:/// or postgresql://")


def open_database(url: str) -> Database:
    """Open the database at `url`. Nothing is created; see `storage.migrate`."""
    parsed = database_url(url)
    if parsed.drivername == "sqlite":
        return ThreadedSqlite(parsed)
    return AsyncDatabase(parsed)


def sqlite_engine(url: URL, *, begin: str = "BEGIN IMMEDIATE", **pragmas: str | int) -> Engine:
    """A synchronous SQLite engine that begins transactions itself, so the driver cannot begin too late.

    The bundled newer SQLite is used where it is installed: releases before 3.51.3 can corrupt a WAL file.
    """
    module = __import__("pysqlite3.dbapi2", fromlist=["dbapi2"]) if importlib.util.find_spec("pysqlite3") else None
    engine = create_engine(url, module=module, pool_size=READERS, max_overflow=0, hide_parameters=True)
    prepare_sqlite(engine, begin, **pragmas)
    return engine


def prepare_sqlite(engine: Engine, begin: str, **pragmas: str | int) -> None:
    """Set the connection up: our own BEGIN, WAL, full durability, foreign keys; `pragmas` override or add."""
    wanted: dict[str, str | int] = {
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "busy_timeout": BUSY_MS,
        "foreign_keys": "ON",
        **pragmas,
    }

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in wanted.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.connection.cursor().execute(begin)  # straight to the driver: it is said before every unit


class Kept(dict[Any, Any]):
    """What units leave for later ones; forgotten all at once when it grows too large."""

    def lend(self, session: Session) -> Session:
        """Let a unit look in, and leave something."""
        session.info["kept"], session.info["to_keep"] = self, {}
        return session

    def take(self, session: Session) -> None:
        """Keep what a finished unit left."""
        if len(self) > MOST_KEPT:
            self.clear()
        self.update(session.info["to_keep"])


class ThreadedSqlite:
    """SQLite with one writer thread and a few readers; a unit runs in its thread from BEGIN to COMMIT."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.jobs_waiting = asyncio.Event()
        self._kept = Kept()
        self._writer_engine = sqlite_engine(url)
        self._reader_engine = sqlite_engine(url, begin="BEGIN", query_only="ON")
        self._glances = sqlite_engine(url, query_only="ON")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._glance: PoolProxiedConnection | None = None

    async def write(self, unit: Callable[[Session], T]) -> T:
        def run() -> tuple[T, bool]:
            with Session(self._writer_engine, expire_on_commit=False) as session, session.begin():
                result = unit(self._kept.lend(session))
            self._kept.take(session)
            return result, bool(session.info.get("job_queued"))

        result, queued = await asyncio.get_running_loop().run_in_executor(self._writer, run)
        if queued:
            self.jobs_waiting.set()
        return result

    async def read(self, unit: Callable[[Session], T]) -> T:
        def run() -> T:
            with Session(self._reader_engine, expire_on_commit=False) as session:
                result = unit(self._kept.lend(session))
                self._kept.take(session)
                return result

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def config_version(self, org_id: str) -> int | None:
        # One row by its key, a few microseconds for which WAL makes nobody wait: a thread's turn would cost far more.
        if self._glance is None:
            self._glance = self._glances.raw_connection()
        row = self._glance.cursor().execute(CONFIG_VERSION, {"org": org_id}).fetchone()
        return row[0] if row else None

    async def close(self) -> None:
        if self._glance is not None:
            self._glance.close()
        self._glances.dispose()
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._writer_engine.dispose()
        self._reader_engine.dispose()


class AsyncDatabase:
    """PostgreSQL over asyncpg, or SQLite over aiosqlite: the same unit through `run_sync`, in a shielded task.

    aiosqlite's connections take turns as writers: one connection, so nobody sleeps in SQLite's busy handler.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.jobs_waiting = asyncio.Event()
        self._kept = Kept()
        self.jobs_queued = asyncio.Event()  # set with it, for the bell to other processes (`storage.bell`)
        self._engine = self._open()
        self._units: set[asyncio.Task[Any]] = set()

    def _open(self) -> AsyncEngine:
        if self.url.get_backend_name() == "sqlite":
            engine = create_async_engine(self.url, pool_size=1, max_overflow=0, hide_parameters=True)
            prepare_sqlite(engine.sync_engine, "BEGIN IMMEDIATE")
            return engine
        # Last in first out, and none beyond the pool: a connection knows the statements it has prepared.
        return create_async_engine(self.url, pool_size=12, max_overflow=0, pool_use_lifo=True, hide_parameters=True)

    async def write(self, unit: Callable[[Session], T]) -> T:
        return await self._shielded(self._write(unit))

    async def read(self, unit: Callable[[Session], T]) -> T:
        return await self._shielded(self._read(unit))

    async def _write(self, unit: Callable[[Session], T]) -> T:
        for attempt in range(TRIES):
            try:
                async with AsyncSession(self._engine, expire_on_commit=False) as session:
                    self._kept.lend(session.sync_session)
                    result = await session.run_sync(unit)
                    await session.commit()
                    self._kept.take(session.sync_session)
                    if session.info.get("job_queued"):
                        self.jobs_waiting.set()
                        self.jobs_queued.set()
                    return result
            except DBAPIError as error:
                if attempt == TRIES - 1 or getattr(error.orig, "sqlstate", None) not in RETRY_STATES:
                    raise
        raise AssertionError("unreachable")

    async def _read(self, unit: Callable[[Session], T]) -> T:
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            self._kept.lend(session.sync_session)
            result = await session.run_sync(unit)
            self._kept.take(session.sync_session)
            return result

    async def config_version(self, org_id: str) -> int | None:
        return await self._shielded(self._config_version(org_id))

    async def _config_version(self, org_id: str) -> int | None:
        async with self._engine.connect() as connection:
            found = await connection.execute(VERSION, {"org": org_id})
            version: int | None = found.scalar()
            return version

    async def _shielded(self, work: Awaitable[T]) -> T:
        task = asyncio.ensure_future(work)
        self._units.add(task)
        task.add_done_callback(self._units.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                await asyncio.wait([task])
            raise

    async def close(self) -> None:
        await self._engine.dispose()


def sqlite_file(url: URL) -> Path | None:
    """The file an embedded database lives in; None for PostgreSQL and for a database in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)
