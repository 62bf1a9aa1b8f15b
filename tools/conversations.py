"""Threads: one conversation with one customer on one channel, and who has it, the assistant or a person."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage import listings
from storage.context import Context
from storage.tables import Conversation, Customer, EntryPoint, Lead, Message, Staff
from tools import announcements, leads, unbooked
from tools.problems import Problem, not_found

PUT_ASIDE = ("spam", "blocked")


def thread_for(ctx: Context, phone: str | None, our_phone: str | None, channel: str) -> Conversation:
    """The open thread with this customer's number (E.164) on this channel, or a new one.

    `our_phone` is the number they reached; an existing thread goes on from the number last reached, and is this
    unit's until it ends. Call `take_turns` first where two might begin at once.
    """
    found = None
    if phone is not None:
        found = ctx.session.scalars(
            select(Conversation)
            .where(
                Conversation.org_id == ctx.org.id,
                Conversation.phone == phone,
                Conversation.channel == channel,
                Conversation.state != "closed",
            )
            .order_by(Conversation.created_at.desc())
            .limit(1)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).first()
    if found is None:
        found = Conversation(
            org_id=ctx.org.id, channel=channel, phone=phone, our_phone=our_phone, state="bot", created_at=ctx.now
        )
        ctx.session.add(found)
        ctx.session.flush()
    elif our_phone is not None:
        found.our_phone = our_phone
    return found


def take_turns(ctx: Context, customer: Customer) -> None:
    """Make what one customer does at the same moment happen one after the other, until this unit ends: two texts find
    one thread, two missed calls one cooldown."""
    ctx.session.execute(select(Customer.id).where(Customer.id == customer.id).with_for_update(key_share=True))


def get(ctx: Context, conversation_id: str) -> Conversation:
    """The conversation with this id; raises NOT_FOUND, for another business's too."""
    return listings.one_of(ctx, Conversation, conversation_id) or not_found("conversation")


def our_number(ctx: Context, conversation: Conversation | None = None) -> str | None:
    """The number texts leave from: the one this thread reached, else the business's first tracked number."""
    if conversation is not None and conversation.our_phone:
        return conversation.our_phone
    return ctx.session.scalars(
        select(EntryPoint.phone)
        .where(EntryPoint.org_id == ctx.org.id, EntryPoint.active, EntryPoint.phone.is_not(None))
        .order_by(EntryPoint.answers, EntryPoint.created_at, EntryPoint.phone)
        .limit(1)
    ).first()


def hear(
    ctx: Context,
    conversation: Conversation,
    body: str,
    *,
    kind: str = "customer",
    provider_id: str | None = None,
    media: list[Any] | None = None,
) -> Message:
    """Write down what the customer sent, word for word, with its pictures as `{"url", "type"}`."""
    message = Message(
        org_id=ctx.org.id,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        direction="in",
        channel=conversation.channel,
        kind=kind,
        from_phone=conversation.phone,
        to_phone=conversation.our_phone,
        body=body,
        media=media or [],
        state="received",
        provider_id=provider_id,
        actor_kind="customer",
        actor_name="Customer",
        created_at=next_moment(ctx, conversation),
    )
    ctx.session.add(message)
    conversation.last_inbound_at = message.created_at
    conversation.unread += 1
    if conversation.state == "waiting_customer":
        conversation.state = "bot"
    ctx.session.flush()
    return message


def next_moment(ctx: Context, conversation: Conversation) -> datetime:
    """When the next message of this thread was written: now, but later than the one before it, so that what one unit
    hears and says keeps its order. Becomes the thread's `last_message_at`."""
    last = conversation.last_message_at
    conversation.last_message_at = ctx.now if last is None or last < ctx.now else last + timedelta(microseconds=1)
    return conversation.last_message_at


def read_thread(ctx: Context, conversation: Conversation, *, limit: int = 200) -> list[Message]:
    """The newest `limit` messages of a thread, oldest first. Reading changes nothing."""
    newest = (
        select(Message)
        # The thread alone: naming its business too leads SQLite to read everything that business ever said.
        .where(Message.conversation_id == conversation.id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit)
    )
    return list(reversed(list(ctx.session.scalars(newest))))


def lead_for(ctx: Context, customer: Customer, source: str, *, reopen: bool = False) -> Lead:
    """The lead that what this customer just did belongs to: the open one, or a new one (CS-17).

    A customer the office put aside as spam or blocked keeps that lead, so that automation stays off. With `reopen`, for
    a text they wrote, their lost lead is active again unless the reason forbids it (contract 2.1).
    """
    latest = ctx.session.scalars(
        select(Lead)
        .where(Lead.org_id == ctx.org.id, Lead.customer_id == customer.id)
        .order_by(Lead.created_at.desc(), Lead.id)
        .limit(1)
    ).first()
    if latest is not None and latest.status == "lost":
        if latest.lost_reason in PUT_ASIDE:
            return latest
        if reopen and latest.may_reopen:
            return leads.set_status(ctx, latest, "active")
    return leads.open_lead(ctx, customer, source)


def attach(ctx: Context, conversation: Conversation, customer: Customer, lead: Lead | None) -> None:
    """Tie a thread to its customer and to the lead its work belongs to, which remembers the number it first came by."""
    conversation.customer_id = customer.id
    if lead is not None:
        conversation.lead_id = lead.id
        if lead.entry_point_id is None and conversation.our_phone is not None:
            its = (EntryPoint.org_id == ctx.org.id, EntryPoint.phone == conversation.our_phone)
            lead.entry_point_id = ctx.session.scalars(select(EntryPoint.id).where(*its)).first()


def needs_human(ctx: Context, conversation: Conversation, reason: str, urgency: str = "routine") -> None:
    """Put the thread in front of the office. A thread a person already has stays theirs; urgency never goes down."""
    order = ("routine", "urgent", "emergency")
    before = (conversation.state, conversation.urgency)
    if order.index(urgency) > order.index(conversation.urgency):
        conversation.urgency = urgency
    if conversation.state == "human":
        return
    if conversation.state != "needs_human" or urgency == "emergency":
        conversation.needs_human_reason = reason
    conversation.state = "needs_human"
    _note(ctx, conversation, "needs_human", reason=reason)
    if before != (conversation.state, conversation.urgency):
        announcements.conversation(ctx, "conversation.escalated", conversation)


def take_over(ctx: Context, conversation: Conversation, staff: Staff | None = None) -> None:
    """A person has the thread: the assistant is silent until someone resumes it (contract 2.8, GHL-4)."""
    conversation.bot_messages = 0
    if staff is not None:
        conversation.assigned_to = staff.id
    if conversation.state != "human":
        conversation.state = "human"
        _note(ctx, conversation, "taken_over")


def resume(ctx: Context, conversation: Conversation) -> None:
    """Give the thread back to the assistant. Raises INVALID_TRANSITION for a closed one."""
    if conversation.state == "closed":
        raise Problem(
            "INVALID_TRANSITION", "The conversation is closed.", fix="The customer's next text opens a new one."
        )
    if conversation.state in ("human", "needs_human"):
        if conversation.state == "human" and conversation.last_message_at is not None:
            # What came while a person had the thread was that person's to answer.
            conversation.memory = {**conversation.memory, "handed_back": conversation.last_message_at.isoformat()}
        conversation.state = "bot"
        conversation.needs_human_reason = None
        conversation.urgency = "routine"
        conversation.bot_messages = 0
        _note(ctx, conversation, "resumed")


def close(ctx: Context, conversation: Conversation, *, unbooked_reason: str | None = None) -> None:
    """End the thread; closing a closed one changes nothing."""
    if conversation.state != "closed":
        conversation.state = "closed"
        conversation.closed_at = ctx.now
        conversation.unbooked_reason = unbooked_reason or unbooked.at_the_end(ctx, conversation)
        _note(ctx, conversation, "closed")
        announcements.conversation(ctx, "summary.updated", conversation)


def mark_read(ctx: Context, conversation: Conversation) -> None:
    """Somebody says they have read it; opening a thread alone changes no mark (contract 2.11)."""
    conversation.unread = 0


def assign(ctx: Context, conversation: Conversation, staff: Staff | None) -> None:
    """Make a thread somebody's to look after, or nobody's. Who has it, the assistant or a person, stays as it is.

    Raises NOT_FOUND for somebody who does not work here.
    """
    if staff is not None and (staff.org_id != ctx.org.id or not staff.active):
        not_found("member of staff")
    if conversation.assigned_to != (staff.id if staff else None):
        conversation.assigned_to = staff.id if staff else None
        _note(ctx, conversation, "assigned", to=staff.name if staff else None)


def person_spoke_since(ctx: Context, conversation: Conversation, since: datetime) -> bool:
    """Whether somebody of the business wrote in this thread at or after `since`."""
    written = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.direction == "out",
        Message.actor_kind == "staff",
        Message.created_at >= since,
    )
    return ctx.session.scalars(written.limit(1)).first() is not None


def _note(ctx: Context, conversation: Conversation, event: str, **detail: Any) -> None:
    lead = ctx.session.get(Lead, conversation.lead_id) if conversation.lead_id else None
    if lead is not None:
        leads.note(ctx, lead, event, **detail)
