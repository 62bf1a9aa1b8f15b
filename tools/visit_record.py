"""Everything that is kept about one visit, for the page the office reads it on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from storage.context import Context
from storage.tables import Booking, BookingEvent, Conversation, Lead, Message, Service, Staff, Technician
from tools import outside_hours, sight, told_so_far, visits
from tools.told_so_far import Standing


@dataclass(frozen=True, slots=True)
class Record:
    """A visit with what hangs on it; `thread` and `lead` are null where this person may not see them. History and texts
    stand oldest first; `outside` says that the hours have changed since."""

    visit: Booking
    service: Service | None
    technician: str | None
    lead: Lead | None
    thread: Conversation | None
    history: Sequence[BookingEvent]
    texts: Sequence[Message]
    standing: Standing
    outside: bool


def of(ctx: Context, staff: Staff, visit: Booking) -> Record:
    """The record of a visit this person may see."""
    technician = ctx.session.get(Technician, visit.technician_id)
    texts = select(Message).where(
        Message.org_id == ctx.org.id, Message.booking_id == visit.id, Message.direction == "out"
    )
    leads = select(Lead).where(Lead.org_id == ctx.org.id, Lead.id == visit.lead_id, sight.leads(ctx, staff))
    threads = select(Conversation).where(
        Conversation.org_id == ctx.org.id,
        (Conversation.id == visit.conversation_id) | (Conversation.customer_id == visit.customer_id),
        sight.threads(ctx, staff),
    )
    newest = threads.order_by((Conversation.id == visit.conversation_id).desc(), Conversation.last_message_at.desc())
    return Record(
        visit,
        ctx.session.get(Service, visit.service_id) if visit.service_id else None,
        technician.name if technician else None,
        ctx.session.scalars(leads).first(),
        ctx.session.scalars(newest.limit(1)).first(),
        visits.history(ctx, visit),
        list(ctx.session.scalars(texts.order_by(Message.created_at, Message.id))),
        told_so_far.standing(ctx, visit),
        visit.is_active and visit.id in {one.id for one in outside_hours.visits(ctx)},
    )
