"""Why a conversation ended without a visit, in one of the contract's words (2.11)."""

from sqlalchemy import or_, select

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Message
from storage.tables.bookings import ACTIVE


def why(
    thread: Conversation, customer: Customer | None, *, is_booked: bool, customer_spoke_last: bool | None
) -> str | None:
    """The reason a thread has no visit: what was noted as it was talked about, else what its state tells. Every closed
    thread has one; an open one only when something was noted. None where a visit stands.

    `customer_spoke_last` is None for a thread in which nothing was said.
    """
    if is_booked:
        return None
    if customer is not None and customer.opted_out_at is not None:
        return "opted_out"
    if thread.unbooked_reason:
        return thread.unbooked_reason
    if thread.urgency == "emergency":
        return "emergency"
    if thread.needs_human_reason == "asked_for_person" and thread.state in ("needs_human", "human", "closed"):
        return "wants_person"
    if thread.needs_human_reason == "price" and thread.state in ("needs_human", "human", "closed"):
        return "price"
    if thread.state == "closed":
        return "thinking" if customer_spoke_last else "no_reply"
    return None


def at_the_end(ctx: Context, thread: Conversation) -> str | None:
    """The same for a thread that is being closed now, from its rows."""
    whose = [Booking.conversation_id == thread.id, *([Booking.lead_id == thread.lead_id] if thread.lead_id else [])]
    stands = (Booking.org_id == ctx.org.id, or_(*whose), Booking.status.in_(ACTIVE))
    customer = ctx.session.get(Customer, thread.customer_id) if thread.customer_id else None
    last = ctx.session.scalars(
        select(Message.direction)
        .where(Message.conversation_id == thread.id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    return why(
        thread,
        customer,
        is_booked=ctx.session.scalars(select(Booking.id).where(*stands).limit(1)).first() is not None,
        customer_spoke_last=None if last is None else last == "in",
    )
