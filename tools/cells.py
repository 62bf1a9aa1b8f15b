"""Cells: the five minutes of a technician that only one visit or hold can have. The primary key keeps the promise."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, insert, not_, select
from sqlalchemy.exc import IntegrityError

from storage.context import Context
from storage.tables import SlotCell
from storage.tables.bookings import CELL_SECONDS

INSERT = insert(SlotCell.__table__)  # type: ignore[arg-type]


class Taken(Exception):
    """Somebody else has part of that time. Nothing was kept; the unit of work goes on."""


def take(
    ctx: Context,
    holder_id: str,
    technician_id: str,
    start: datetime,
    end: datetime,
    *,
    expires_at: datetime | None = None,
    fresh: bool = False,
) -> None:
    """Give a technician's time from `start` to `end` (aware, whole cells) to a booking or hold, and only that time.

    The new cells come before the old ones go, so a holder is never left with neither (contract X4). `fresh`: the holder
    has none yet. Dead holds give way. Raises Taken.
    """
    session, first, last = ctx.session, _cell(start), _cell(end)
    wanted = and_(SlotCell.technician_id == technician_id, SlotCell.cell >= first, SlotCell.cell < last)
    mine = SlotCell.holder_id == holder_id
    own = set() if fresh else set(session.scalars(select(SlotCell.cell).where(wanted, mine)))
    rows = [
        {"technician_id": technician_id, "cell": cell, "holder_id": holder_id, "expires_at": expires_at}
        for cell in range(first, last)
        if cell not in own
    ]
    if rows and not _inserted(ctx, rows):
        session.execute(delete(SlotCell).where(wanted, SlotCell.expires_at <= ctx.now))
        if not _inserted(ctx, rows):
            raise Taken
    if not fresh:
        session.execute(delete(SlotCell).where(mine, not_(wanted)))


def free(ctx: Context, holder_id: str) -> None:
    """Give back all of a booking's or hold's time."""
    ctx.session.execute(delete(SlotCell).where(SlotCell.holder_id == holder_id))


def _inserted(ctx: Context, rows: list[dict[str, Any]]) -> bool:
    try:
        with ctx.session.begin_nested():
            ctx.session.connection().execute(INSERT, rows)
    except IntegrityError:
        return False
    return True


def _cell(instant: datetime) -> int:
    return int(instant.timestamp()) // CELL_SECONDS
