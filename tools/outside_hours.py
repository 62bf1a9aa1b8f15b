"""Visits that were booked before the hours changed, and no longer lie inside them. They stay; somebody should know."""

from datetime import timedelta
from itertools import groupby

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Service, Technician
from storage.tables.bookings import ACTIVE
from tools.rules.calendar import Week
from tools.rules.working_hours import stretches
from tools.setup import setup_of

DAY = timedelta(days=1)


def visits(ctx: Context, template_id: str | None = None) -> list[Booking]:
    """The upcoming ACTIVE visits outside the hours there are now, soonest first.

    With `template_id` only those whose hours come from that template.
    """
    rows = ctx.session.execute(
        select(Booking, Technician, Service)
        .join(Technician, Technician.id == Booking.technician_id)
        .outerjoin(Service, Service.id == Booking.service_id)
        .where(Booking.org_id == ctx.org.id, Booking.end_at > ctx.now, Booking.status.in_(ACTIVE))
        .order_by(Booking.technician_id, Booking.service_id, Booking.start_at)
    )
    found: list[Booking] = []
    for _, together in groupby(rows, key=lambda row: (row[0].technician_id, row[0].service_id)):
        group = list(together)
        _, technician, service = group[0]
        kept = {technician.template_id, *setup_of(ctx).templates_of(service)} - {None} or {ctx.org.template_id}
        if template_id is None or template_id in kept:
            found += _outside(ctx, technician, service, [row[0] for row in group])
    return sorted(found, key=lambda one: (one.start_at, one.id))


def _outside(ctx: Context, technician: Technician, service: Service | None, rows: list[Booking]) -> list[Booking]:
    weeks = setup_of(ctx).weeks(service, ctx.org.template_id, {technician.id: technician.template_id})
    shop, own = weeks[None], weeks.get(technician.id, weeks[None])
    return [row for row in rows if not _inside(ctx, row, shop, own)]


def _inside(ctx: Context, row: Booking, shop: Week, own: Week) -> bool:
    """As the calendar judges a start: inside one stretch of work, and never on a day the business has closed."""
    day = row.start_at.astimezone(ctx.org.zone).date()
    around = [day - DAY, day, day + DAY, day + 2 * DAY]
    shut = {one for one in around if one in shop.overrides and not shop.overrides[one].spans}
    work = stretches(own, [one for one in around if one not in shut], ctx.org.zone)
    length = int((row.end_at - row.start_at).total_seconds())
    return any(stretch.holds(int(row.start_at.timestamp()), length) for stretch in work)
