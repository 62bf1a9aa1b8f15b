"""Who asked for no more texts: the evidence, and everything that waited for them (47 CFR 64.1200(a)(10))."""

from sqlalchemy import select, update

from storage import outbox
from storage.context import Context
from storage.tables import Booking, ConsentEvent, Conversation, Customer, Job, Lead, Message
from storage.tables.bookings import ACTIVE
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
    """They may be texted again, and hear of their upcoming visits again. Doing it twice changes nothing."""
    if customer.opted_out_at is None or customer.phone is None:
        return
    customer.opted_out_at = None
    customer.updated_at = ctx.now
    _evidence(ctx, customer.phone, "opted_in", source, message_id)
    _resume_reminders(ctx, customer)
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


def _resume_reminders(ctx: Context, customer: Customer) -> None:
    """Queue again the reminders that were skipped for the opt-out and still hold; what was sent stays sent."""
    coming = select(Booking.id, Booking.revision).where(
        Booking.org_id == ctx.org.id, Booking.customer_id == customer.id, Booking.start_at > ctx.now
    )
    revisions = {row.id: row.revision for row in ctx.session.execute(coming.where(Booking.status.in_(ACTIVE)))}
    skipped = select(Job).where(
        Job.org_id == ctx.org.id,
        Job.topic == "remind",
        Job.subject_id.in_(revisions),
        Job.state == "skipped",
        Job.reason == "opted_out",
    )
    for job in ctx.session.scalars(skipped):
        holds = job.expires_at is None or job.expires_at > ctx.now
        if holds and job.payload["kind"] == "reminder" and job.revision == revisions[job.subject_id]:
            job.state, job.reason, job.updated_at = "queued", None, ctx.now
            ctx.session.info["job_queued"] = True


def _evidence(ctx: Context, phone: str, event: str, source: str, message_id: str | None) -> None:
    ctx.session.add(
        ConsentEvent(org_id=ctx.org.id, phone=phone, event=event, source=source, message_id=message_id, at=ctx.now)
    )
