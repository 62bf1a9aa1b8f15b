"""Cells: the five minutes of a technician that only one visit or hold can have. The primary key keeps the promise."""

from datetime import datetime

from sqlalchemy import Integer, String, bindparam, delete, select, text

from storage.asking import ask, change
from storage.context import Context
from storage.tables import SlotCell
from storage.tables.bookings import CELL_SECONDS
from storage.tables.columns import Utc

# Whatever is taken already is passed over, and the count says so: a broken constraint would cost the whole unit.
TAKE = text(
    "insert into slot_cells (technician_id, cell, holder_id, expires_at) "
    "with recursive wanted(cell) as (select :first union all select cell + 1 from wanted where cell + 1 < :last) "
    "select :technician, cell, :holder, :expires_at from wanted where true on conflict do nothing"
).bindparams(
    bindparam("first", type_=Integer),
    bindparam("last", type_=Integer),
    bindparam("technician", type_=String),
    bindparam("holder", type_=String),
    bindparam("expires_at", type_=Utc),
)
WANTED = (
    SlotCell.technician_id == bindparam("technician"),
    SlotCell.cell >= bindparam("first"),
    SlotCell.cell < bindparam("last"),
)
MINE = SlotCell.holder_id == bindparam("holder")
OWN = select(SlotCell.cell).where(*WANTED, MINE)
GIVE_BACK = delete(SlotCell).where(*WANTED, MINE, SlotCell.cell.not_in(bindparam("own", expanding=True)))
SWEEP = delete(SlotCell).where(*WANTED, SlotCell.expires_at <= bindparam("now"))
FREE = delete(SlotCell).where(MINE)
LEAVE = delete(SlotCell).where(
    MINE,
    (SlotCell.technician_id != bindparam("technician"))
    | (SlotCell.cell < bindparam("first"))
    | (SlotCell.cell >= bindparam("last")),
)


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
    first, last = _cell(start), _cell(end)
    wanted = {"technician": technician_id, "first": first, "last": last}
    own = [] if fresh else [cell for (cell,) in ask(ctx, OWN, **wanted, holder=holder_id)]
    missing = last - first - len(own)

    def taken_whole() -> bool:
        if change(ctx, TAKE, **wanted, holder=holder_id, expires_at=expires_at) == missing:
            return True
        change(ctx, GIVE_BACK, **wanted, holder=holder_id, own=own)
        return False

    if not taken_whole():
        change(ctx, SWEEP, **wanted, now=ctx.now)
        if not taken_whole():
            raise Taken
    if not fresh:
        change(ctx, LEAVE, **wanted, holder=holder_id)


def free(ctx: Context, holder_id: str) -> None:
    """Give back all of a booking's or hold's time."""
    change(ctx, FREE, holder=holder_id)


def _cell(instant: datetime) -> int:
    return int(instant.timestamp()) // CELL_SECONDS
