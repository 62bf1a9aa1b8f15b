"""Questions and changes that come all day, composed once: composing one again each time costs more than its answer."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import Executable, Insert, insert, inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from storage.context import Context
from storage.once import affected, rows_once
from storage.tables import Base


def ask(ctx: Context, question: Executable, **values: Any) -> Sequence[Any]:
    """The rows that answer a question composed at import, its `bindparam`s filled in: columns only, never entities.

    What this unit has written so far is sent first.
    """
    ctx.session.flush()
    return ctx.session.connection().execute(question, values).all()


def change(ctx: Context, statement: Executable, **values: Any) -> int:
    """Run an UPDATE or DELETE composed at import and say how many rows it touched.

    Rows this unit holds as objects do not learn of it: it is for rows nobody has in hand.
    """
    ctx.session.flush()
    return affected(ctx.session.connection().execute(statement, values))


def add(ctx: Context, table: type[Base], *rows: Mapping[str, Any]) -> None:
    """Insert rows that nobody needs as objects, in one statement; columns left out get their defaults. None is fine."""
    if rows:
        ctx.session.flush()
        ctx.session.connection().execute(_insert(table), rows if len(rows) > 1 else rows[0])


def keep(ctx: Context, row: Base) -> None:
    """Insert one new row at once and keep the object in this unit, as a flush would at three times the price.

    Its columns are set or have defaults that are plain values or functions of nothing.
    """
    ctx.session.flush()
    ctx.session.connection().execute(_insert(type(row)), _values(row))
    _hold(ctx, row)


def keep_once(ctx: Context, row: Base, unique: tuple[str, ...]) -> bool:
    """`keep`, unless a row with the same `unique` columns is there already: then False, and `row` is nobody's."""
    if rows_once(ctx.session, type(row), unique, _values(row)) != 1:
        return False
    _hold(ctx, row)
    return True


def _hold(ctx: Context, row: Base) -> None:
    make_transient_to_detached(row)
    ctx.session.add(row)
    # The session itself forgets whatever nobody holds, and would read it again.
    ctx.session.info.setdefault("in_hand", []).append(row)


def _values(row: Base) -> dict[str, Any]:
    for name, default in _defaults(type(row)):
        if name not in row.__dict__:
            setattr(row, name, default() if callable(default) else default)
    return {column: row.__dict__[name] for name, column in _columns(type(row))}


@cache
def _insert(table: type[Base]) -> Insert:
    return insert(table.__table__)  # type: ignore[arg-type]


@cache
def _columns(table: type[Base]) -> tuple[tuple[str, str], ...]:
    return tuple((one.key, one.columns[0].name) for one in inspect(table).column_attrs)


@cache
def _defaults(table: type[Base]) -> tuple[tuple[str, Any], ...]:
    found: list[tuple[str, Any]] = []
    for name, _column in _columns(table):
        default = inspect(table).columns[name].default
        if isinstance(default, CallableColumnDefault):
            found.append((name, partial(default.arg, cast(Any, None))))  # SQLAlchemy hands each its own context
        else:
            found.append((name, default.arg if isinstance(default, ScalarElementColumnDefault) else None))
    return tuple(found)
