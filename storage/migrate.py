"""Bringing a database to a schema: up, down, and asking where it stands.

SQLite is migrated on its own engine with foreign keys off: a batch change recreates a table, and with them on the drop
of the old one deletes its children. The whole run is one transaction.
Revisions are numbered files, so the newest is the last by name.
"""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

from asyncpg import PostgresError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.db import database_url, sqlite_engine

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")


class Unreachable(SQLAlchemyError):
    """The database does not answer. Its text names the kind of failure alone: a URL may hold a password."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`. Creates an empty SQLite file."""
    from alembic import command

    _on_connection(url, lambda connection: command.upgrade(_config(connection), revision))


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back to `revision` (`base` is empty)."""
    from alembic import command

    _on_connection(url, lambda connection: command.downgrade(_config(connection), revision))


def check(url: str) -> None:
    """Raise alembic's CommandError when the tables in code and in the database differ."""
    from alembic import command

    _on_connection(url, lambda connection: command.check(_config(connection)))


def standing(url: str) -> str:
    """`current`, `empty` (no tables at all), `older` or `unknown` (a schema this code does not know); raises
    Unreachable.

    Asked at every start, so it reads alembic's table itself: alembic is slow to import.
    """
    known = sorted(
        entry.name.split("_")[0]
        for entry in (files("storage") / "migrations" / "versions").iterdir()
        if entry.name[:4].isdigit()
    )

    def ask(connection: Connection) -> str:
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables:
            return "unknown" if tables else "empty"
        revision = connection.execute(text("select version_num from alembic_version")).scalar()
        if revision is None:
            return "empty" if tables == {"alembic_version"} else "unknown"
        if revision == known[-1]:
            return "current"
        return "older" if revision in known else "unknown"

    try:
        return _on_connection(url, ask)
    except (SQLAlchemyError, PostgresError, OSError) as error:
        raise Unreachable(type(error).__name__) from None


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations"))
    config.attributes["connection"] = connection
    return config


def _on_connection(url: str, work: Callable[[Connection], T]) -> T:
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine(parsed.set(drivername="sqlite"), foreign_keys="OFF")
        try:
            with engine.begin() as connection:
                result = work(connection)
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise RuntimeError("the migration left rows that point nowhere; nothing was changed")
                return result
        finally:
            engine.dispose()

    async def run() -> T:
        engine = create_async_engine(parsed)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(run())
