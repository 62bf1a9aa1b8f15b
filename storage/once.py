"""Writing a row once: the insert that loses quietly to one already there, on both databases."""

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from storage.tables import Base


def insert_once(session: Session, table: type[Base], unique: list[str], **values: Any) -> bool:
    """Insert a row unless one with the same `unique` columns exists; True when it was inserted.

    Of two at the same moment one waits for the other's commit, so the answer is true on every database.
    """
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = insert(table).values(**values).on_conflict_do_nothing(index_elements=unique)
    return affected(session.execute(statement)) == 1


def affected(result: Any) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    assert isinstance(result, CursorResult)
    return result.rowcount
