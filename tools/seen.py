"""One row by its id, for somebody of the office: what they may not see reads as if it were not there."""

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, Call, Customer, Lead, Staff
from storage.tables.leads import OPEN
from tools import sight
from tools.problems import Problem, not_found


def booking(ctx: Context, staff: Staff, booking_id: str) -> Booking:
    """The visit with this id. Raises NOT_FOUND, in the same words for another business's and for another team's."""
    mine = (Booking.org_id == ctx.org.id, Booking.id == booking_id, sight.bookings(ctx, staff))
    return ctx.session.scalars(select(Booking).where(*mine)).first() or not_found("booking")


def lead(ctx: Context, staff: Staff, lead_id: str) -> Lead:
    """The lead with this id. Raises NOT_FOUND."""
    mine = (Lead.org_id == ctx.org.id, Lead.id == lead_id, sight.leads(ctx, staff))
    return ctx.session.scalars(select(Lead).where(*mine)).first() or not_found("lead")


def call(ctx: Context, staff: Staff, call_id: str) -> Call:
    """The call with this id. Raises NOT_FOUND."""
    mine = (Call.org_id == ctx.org.id, Call.id == call_id, sight.calls(ctx, staff))
    return ctx.session.scalars(select(Call).where(*mine)).first() or not_found("call")


def check_open_leads(ctx: Context, staff: Staff, customer: Customer) -> None:
    """Refuse to write about a customer whose open lead this person may not see: a service named with it would make it
    their team's. Raises IN_USE."""
    there = (Lead.org_id == ctx.org.id, Lead.customer_id == customer.id, Lead.status.in_(OPEN))
    theirs = select(Lead.id).where(Lead.org_id == ctx.org.id, sight.leads(ctx, staff))
    if ctx.session.scalars(select(Lead.id).where(*there, Lead.id.not_in(theirs))).first() is not None:
        raise Problem(
            "IN_USE",
            "This number has an open lead that is not with your team.",
            fix="Ask an owner or admin to hand it out.",
        )
