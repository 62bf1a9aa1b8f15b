"""Fair choice: who of the free technicians gets the next visit."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from storage.asking import ask
from storage.context import Context
from storage.tables import Booking, Technician
from storage.tables.bookings import ACTIVE
from tools.rules.wall_time import day_bounds
from tools.setup import Person

DAY = timedelta(days=1)
LAST_BOOKED = select(Technician.id, Technician.last_booked_at).where(
    Technician.id.in_(bindparam("technicians", expanding=True))
)


def fairest(ctx: Context, people: Iterable[Person], names: Iterable[str], start: datetime) -> str:
    """Who of `names` gets the visit: fewest active visits that local week, least recently booked, then position."""
    free = [person for person in people if person.id in set(names)]
    if len(free) == 1:
        return free[0].id
    monday = start.astimezone(ctx.org.zone).date()
    monday -= monday.weekday() * DAY
    low, high = day_bounds(monday, ctx.org.zone)[0], day_bounds(monday + 6 * DAY, ctx.org.zone)[1]
    counted = ctx.session.execute(
        select(Booking.technician_id, func.count())
        .where(
            Booking.org_id == ctx.org.id, Booking.start_at >= low, Booking.start_at < high, Booking.status.in_(ACTIVE)
        )
        .group_by(Booking.technician_id)
    )
    week = {technician: count for technician, count in counted}
    never = datetime.min.replace(tzinfo=ctx.now.tzinfo)
    last = {technician: at for technician, at in ask(ctx, LAST_BOOKED, technicians=[one.id for one in free])}
    return min(free, key=lambda one: (week.get(one.id, 0), last[one.id] or never, one.position)).id
