"""Bringing a database to a schema: up, down, and asking where it stands.

SQLite is migrated on its own engine with foreign keys off: a batch change recreates a table, and with them on the drop
of the old one deletes its children. The whole run is one transaction.
"""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from storage.db import database_url, sqlite_engine

T = TypeVar("T")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`. Creates an empty SQLite file."""
    _on_connection(url, lambda connection: command.upgrade(_config(connection), revision))


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back to `revision` (`base` is empty)."""
    _on_connection(url, lambda connection: command.downgrade(_config(connection), revision))


def check(url: str) -> None:
    """Raise alembic's CommandError when the tables in code and in the database differ."""
    _on_connection(url, lambda connection: command.check(_config(connection)))


def standing(url: str) -> str:
    """`current`, `empty` (no tables at all), `older` or `unknown` (a schema this code does not know)."""

    def ask(connection: Connection) -> str:
        script = ScriptDirectory.from_config(_config(connection))
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == script.get_current_head():
            return "current"
        if revision is None:
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
            return "unknown" if tables else "empty"
        known = {one.revision for one in script.walk_revisions()}
        return "older" if revision in known else "unknown"

    return _on_connection(url, ask)


def _config(connection: Connection) -> Config:
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
