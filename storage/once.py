"""Writing a row once: the insert that loses quietly to one already there, on both databases."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.tables import Base


def insert_once(session: Session, table: type[Base], unique: list[str], **values: Any) -> bool:
    """Insert a row unless one with the same `unique` columns exists; True when it was inserted.

    Of two at the same moment one waits for the other's commit, so the answer is true on every database.
    """
    return rows_once(session, table, tuple(unique), values) == 1


def rows_once(
    session: Session, table: type[Base], unique: tuple[str, ...], rows: dict[str, Any] | Sequence[dict[str, Any]]
) -> int:
    """`insert_once` for one row or several in one statement; how many were new, for a single row."""
    session.flush()
    connection = session.connection()
    return affected(connection.execute(_insert(connection.dialect.name, table, unique), rows))


@cache
def _insert(dialect: str, table: type[Base], unique: tuple[str, ...]) -> Insert:
    """Composed once per table: doing it per row costs more than the row."""
    insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)


def affected(result: Any) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    assert isinstance(result, CursorResult)
    return result.rowcount


def put_over(session: Session, table: type[Base], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert a row, or overwrite the one with the same primary key."""
    session.flush()
    connection = session.connection()
    connection.execute(_put(connection.dialect.name, table, tuple(key), tuple(values)), {**key, **values})


@cache
def _put(dialect: str, table: type[Base], key: tuple[str, ...], values: tuple[str, ...]) -> Insert:
    fresh = sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)
    return fresh.on_conflict_do_update(index_elements=key, set_={name: fresh.excluded[name] for name in values})
