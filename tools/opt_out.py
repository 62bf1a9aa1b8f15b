"""Who asked for no more texts: the evidence, and everything that waited for them (47 CFR 64.1200(a)(10))."""

from sqlalchemy import select, update

from storage import outbox
from storage.context import Context
from storage.tables import Booking, ConsentEvent, Conversation, Customer, Job, Lead, Message
from tools import leads


def stop(
    ctx: Context, customer: Customer, source: str, *, message_id: str | None = None, lead: Lead | None = None
) -> None:
    """They want no more texts: everything that waits for them is skipped, and the lead says so (contract 2.8).

    `source` is keyword, phrase, carrier or staff. Doing it twice changes nothing.
    """
    if customer.opted_out_at is not None or customer.phone is None:
        return
    customer.opted_out_at = customer.updated_at = ctx.now
    _evidence(ctx, customer.phone, "opted_out", source, message_id)
    stop_automation(ctx, customer, "opted_out")
    if lead is not None:
        leads.note(ctx, lead, "opted_out", source=source)


def start(
    ctx: Context, customer: Customer, source: str, *, message_id: str | None = None, lead: Lead | None = None
) -> None:
    """They may be texted again. Doing it twice changes nothing."""
    if customer.opted_out_at is None or customer.phone is None:
        return
    customer.opted_out_at = None
    customer.updated_at = ctx.now
    _evidence(ctx, customer.phone, "opted_in", source, message_id)
    if lead is not None:
        leads.note(ctx, lead, "opted_in", source=source)


def stop_automation(ctx: Context, customer: Customer, reason: str) -> None:
    """Skip every text and reminder that waits for this customer, and every answer not yet written."""
    session = ctx.session
    texts = select(Message.id).where(
        Message.org_id == ctx.org.id, Message.to_phone == customer.phone, Message.direction == "out"
    )
    visits = select(Booking.id).where(Booking.org_id == ctx.org.id, Booking.customer_id == customer.id)
    threads = select(Conversation.id).where(Conversation.org_id == ctx.org.id, Conversation.phone == customer.phone)
    for topic, subjects in (("send", texts), ("remind", visits), ("turn", threads)):
        session.execute(
            update(Job)
            .where(Job.org_id == ctx.org.id, Job.state.in_(outbox.WAITING), Job.topic == topic)
            .where(Job.subject_id.in_(subjects))
            .values(state="skipped", reason=reason, updated_at=ctx.now)
        )
    session.execute(
        update(Message)
        .where(Message.id.in_(texts), Message.state.in_(("queued", "sending", "uncertain")))
        .values(state="skipped", reason=reason)
    )


def _evidence(ctx: Context, phone: str, event: str, source: str, message_id: str | None) -> None:
    ctx.session.add(
        ConsentEvent(org_id=ctx.org.id, phone=phone, event=event, source=source, message_id=message_id, at=ctx.now)
    )
