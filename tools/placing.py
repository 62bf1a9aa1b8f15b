"""Placing a visit: who gets it and whether that time is still free, under the lock and in the cells."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Service, Technician
from tools import audit, cells, holds
from tools.diaries import LONGEST_VISIT, Diaries, read_diaries, unrestricted
from tools.fair_choice import fairest
from tools.problems import Problem
from tools.rules.calendar import Refusal
from tools.slots import refusal


def lengths(start: datetime, end: datetime) -> int:
    """The minutes from start to end. Raises INVALID_TIME unless it is between five minutes and a day, in fives.

    A start that is not on the five minutes is refused later, with the open ones around it.
    """
    if not timedelta(0) < end - start <= LONGEST_VISIT:
        raise Problem("INVALID_TIME", "The end must be after the start, at most 24 hours later.", fix="Check both.")
    if (end - start).total_seconds() % 300:
        raise Problem(
            "INVALID_TIME",
            "Visits start and end on a multiple of five minutes.",
            fix="Send minutes such as :00, :05 or :30, and no seconds.",
        )
    return int((end - start).total_seconds()) // 60


def locked(ctx: Context, service: Service | None, start: datetime, **who: Any) -> Diaries:
    """The diaries of the day of `start`, with their technicians locked in the order of their ids until this unit ends.

    Everyone who takes or moves time does this first, so that on PostgreSQL they queue instead of deadlocking.
    `who` as in `read_diaries`.
    """
    day = start.astimezone(ctx.org.zone).date()
    return read_diaries(ctx, service, day, day, lock=True, **who)


def lock(ctx: Context, booking: Booking) -> None:
    """Lock a visit's technician and then the visit, and read it afresh: somebody may just have changed it."""
    ctx.session.execute(select(Technician.id).where(Technician.id == booking.technician_id).with_for_update())
    ctx.session.refresh(booking, with_for_update=True)


def chosen(
    ctx: Context,
    service: Service | None,
    diaries: Diaries,
    start: datetime,
    minutes: int,
    *,
    on_grid: bool,
    override: bool,
    **who: Any,
) -> str:
    """The technician who takes a visit, whoever it had being kept; raises what `slots.decide` raises.

    `override` leaves out hours, notice, horizon, caps and gaps, but never lets two visits overlap.
    """
    calendar = unrestricted(diaries.calendar) if override else diaries.calendar
    answer = calendar.decide(start, minutes=minutes, on_grid=on_grid and not override)
    if isinstance(answer, Refusal):
        raise refusal(ctx, service, answer, start, minutes=minutes, **who)
    moving: Booking | None = who.get("moving")
    if moving is not None and moving.technician_id in answer.technicians:
        return moving.technician_id
    return fairest(ctx, diaries.people, answer.technicians, start)


def occupy(
    ctx: Context,
    service: Service | None,
    booking_id: str,
    taker: str,
    start: datetime,
    end: datetime,
    **who: Any,
) -> None:
    """Write the visit's time into the cells of `taker`, this scope's own hold giving way. Raises SLOT_UNAVAILABLE."""
    holds.give_way(ctx, service, taker, start, end)
    try:
        cells.take(ctx, booking_id, taker, start, end, fresh=who.get("moving") is None)
    except cells.Taken:
        why = Refusal("taken", start.astimezone(ctx.org.zone).date())
        minutes = int((end - start).total_seconds()) // 60
        raise refusal(ctx, service, why, start, minutes=minutes, **who) from None


def audited(ctx: Context, booking_id: str, reason: str | None) -> None:
    """Keep why an owner set the rules aside; nothing for an ordinary visit."""
    if reason is not None:
        audit.note(ctx, "booking.override", "booking", booking_id, reason=reason)
