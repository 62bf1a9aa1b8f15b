"""Cells: the five minutes of a technician that only one visit or hold can have. The primary key keeps the promise."""

from datetime import datetime

from sqlalchemy import and_, delete, insert, not_, select
from sqlalchemy.exc import IntegrityError

from storage.context import Context
from storage.tables import SlotCell
from storage.tables.bookings import CELL_SECONDS


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
) -> None:
    """Give a technician's time from `start` to `end` (aware, whole cells) to a booking or hold, and only that time.

    The new cells come before the old ones go, so a holder is never left with neither (contract X4). Dead holds give
    way. Raises Taken.
    """
    session, first, last = ctx.session, _cell(start), _cell(end)
    wanted = and_(SlotCell.technician_id == technician_id, SlotCell.cell >= first, SlotCell.cell < last)
    session.execute(delete(SlotCell).where(wanted, SlotCell.expires_at <= ctx.now))
    own = set(session.scalars(select(SlotCell.cell).where(wanted, SlotCell.holder_id == holder_id)))
    rows = [
        {"technician_id": technician_id, "cell": cell, "holder_id": holder_id, "expires_at": expires_at}
        for cell in range(first, last)
        if cell not in own
    ]
    if rows:
        try:
            with session.begin_nested():
                session.execute(insert(SlotCell), rows)
        except IntegrityError as error:
            raise Taken from error
    session.execute(delete(SlotCell).where(SlotCell.holder_id == holder_id, not_(wanted)))


def free(ctx: Context, holder_id: str) -> None:
    """Give back all of a booking's or hold's time."""
    ctx.session.execute(delete(SlotCell).where(SlotCell.holder_id == holder_id))


def _cell(instant: datetime) -> int:
    return int(instant.timestamp()) // CELL_SECONDS
