"""Visits as they are kept: looking them up, their history, and the details that move nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, insert, select, tuple_

from storage import listings
from storage.context import Context
from storage.tables import Booking, BookingEvent, Customer, new_id
from storage.tables.bookings import ACTIVE
from tools.problems import Problem, not_found
from tools.rules import emails

# Its place in the history is counted by the statement that writes it: a set clock stands still.
NEXT_LINE = insert(BookingEvent.__table__).values(  # type: ignore[arg-type]
    line=select(func.count()).where(BookingEvent.booking_id == bindparam("booking_id")).scalar_subquery(),
    **{
        name: bindparam(name)
        for name in ("id", "org_id", "booking_id", "at", "actor_kind", "actor_name", "event", "old", "new")
    },
)
DETAILS = (
    *("customer_name", "customer_email", "address", "postal_code", "notes", "urgency"),
    *("attendees", "details", "external_refs", "meeting_url"),
)


def get(ctx: Context, booking_id: str) -> Booking:
    """The booking with this id. Raises NOT_FOUND, the same for another business's."""
    return listings.one_of(ctx, Booking, booking_id) or not_found("booking")


def search(
    ctx: Context,
    *,
    start_from: datetime | None = None,
    start_to: datetime | None = None,
    statuses: Sequence[str] = (),
    lead_id: str | None = None,
    service_id: str | None = None,
    technician_id: str | None = None,
    phone: str | None = None,
    page: int = 1,
    size: int = 25,
    after: str | None = None,
) -> tuple[list[Booking], int]:
    """One page of bookings by start, and how many match in all.

    `start_from` inclusive, `start_to` exclusive, both aware; `statuses` are stored words; `phone` E.164; `after` is the
    id of the last booking of the page before (a cursor, in place of `page`).
    """
    wanted = [Booking.org_id == ctx.org.id]
    if start_from is not None:
        wanted.append(Booking.start_at >= start_from)
    if start_to is not None:
        wanted.append(Booking.start_at < start_to)
    if statuses:
        wanted.append(Booking.status.in_(statuses))
    exact = {"lead_id": lead_id, "service_id": service_id, "technician_id": technician_id}
    wanted += [getattr(Booking, column) == value for column, value in exact.items() if value is not None]
    if phone is not None:
        wanted.append(Booking.customer_id == _customer_id(ctx, phone))
    total = ctx.session.scalar(select(func.count()).select_from(Booking).where(*wanted)) or 0
    rows = select(Booking).where(*wanted).order_by(Booking.start_at, Booking.id).limit(size)
    if after is not None:
        last = get(ctx, after)
        rows = rows.where(tuple_(Booking.start_at, Booking.id) > (last.start_at, last.id))
    else:
        rows = rows.offset((page - 1) * size)
    return list(ctx.session.scalars(rows)), total


def upcoming(ctx: Context, customer_phone: str) -> list[Booking]:
    """The ACTIVE visits under a number (E.164) that are not over, soonest first."""
    return list(
        ctx.session.scalars(
            select(Booking)
            .where(
                Booking.org_id == ctx.org.id,
                Booking.customer_id == _customer_id(ctx, customer_phone),
                Booking.end_at > ctx.now,
                Booking.status.in_(ACTIVE),
            )
            .order_by(Booking.start_at, Booking.id)
        )
    )


def history(ctx: Context, booking: Booking) -> list[BookingEvent]:
    """Everything that happened to a booking, oldest first."""
    lines = select(BookingEvent).where(BookingEvent.org_id == ctx.org.id, BookingEvent.booking_id == booking.id)
    return list(ctx.session.scalars(lines.order_by(BookingEvent.line, BookingEvent.at)))


def record(ctx: Context, booking: Booking, event: str, old: str | None = None, new: str | None = None) -> None:
    """Add a line to a booking's history."""
    line = {
        "id": new_id(),
        "org_id": ctx.org.id,
        "booking_id": booking.id,
        "at": ctx.now,
        "actor_kind": ctx.actor.kind,
        "actor_name": ctx.actor.name,
        "event": event,
        "old": old,
        "new": new,
    }
    ctx.session.flush()
    ctx.session.connection().execute(NEXT_LINE, line)


def change_details(ctx: Context, booking: Booking, **fields: Any) -> Booking:
    """Change what is written on a visit without moving it (`DETAILS`); history names the fields, never their values.

    Raises INVALID_EMAIL, and VALIDATION_ERROR for a field that is not one of them.
    """
    if unknown := sorted(set(fields) - set(DETAILS)):
        raise Problem("VALIDATION_ERROR", f"Cannot be changed like this: {', '.join(unknown)}.", fix="Leave it out.")
    if fields.get("customer_email") and not emails.valid(fields["customer_email"]):
        raise Problem("INVALID_EMAIL", "The e-mail address is not valid.", fix="Spell it back, or leave it out.")
    changed = [name for name, value in fields.items() if getattr(booking, name) != value]
    for name in changed:
        setattr(booking, name, fields[name])
    if changed:
        booking.updated_at = ctx.now
        record(ctx, booking, "changed", new=", ".join(sorted(changed)))
    return booking


def fill_gaps(ctx: Context, visits: Iterable[Booking], **told: str | None) -> None:
    """Give visits what they still lack of what a customer told: fields of `DETAILS`. What stands there stays."""
    for visit in visits:
        missing = {field: value for field, value in told.items() if value and not getattr(visit, field)}
        if missing:
            change_details(ctx, visit, **missing)


def _customer_id(ctx: Context, phone: str) -> ScalarSelect[str]:
    return select(Customer.id).where(Customer.org_id == ctx.org.id, Customer.phone == phone).scalar_subquery()
