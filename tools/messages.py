"""Say something to somebody by text: the message and its `send` job in one transaction, or the reason why not."""

import uuid
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from storage import outbox
from storage.context import Context
from storage.once import insert_once
from storage.tables import Booking, Conversation, Customer, Message, Org, Task, new_id
from tools import conversations, leads
from tools.rules import phones, quiet_hours, sms

BOT_KINDS = ("reply", "text_back")
AT_ONCE = ("safety",)  # waits for no earlier text to the same person
LONGEST = 1600  # characters Twilio takes in one message (error 21617)
_KEYS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ringback:message")


def say(
    ctx: Context,
    *,
    to: Customer | str,
    body: str,
    kind: str,
    conversation: Conversation | None = None,
    booking: Booking | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    dedupe_key: str | None = None,
    exempt_quiet: bool = False,
    turn_id: str | None = None,
) -> Message:
    """Queue one text to a customer, or to a number (E.164) of ours such as a technician's.

    The row is kept either way: state `queued` with its job, or `skipped` with a reason (see `why_not`). The same
    `dedupe_key` again gives the first message back and queues nothing. `due_at` and `expires_at` are instants; unless
    `exempt_quiet`, a text due in the recipient's quiet hours waits for the morning. On a web thread it is `sent` at
    once: it is read where it stands.
    """
    message_id = new_id() if dedupe_key is None else id_for(ctx, dedupe_key)
    customer = to if isinstance(to, Customer) else leads.by_phone(ctx, to)
    phone = to.phone if isinstance(to, Customer) else to
    reason = why_not(ctx, customer, phone, kind=kind, conversation=conversation)
    ours = conversations.our_number(ctx, conversation)
    read_here = conversation is not None and conversation.channel == "web"  # shown on the page, so nothing is sent
    if reason is None and ours is None and not read_here:
        reason = "no_number"
    text = sms.plain(body)[:LONGEST]
    if kind != "staff" and (conversation is None or conversation.channel == "sms"):
        text = sms.thrifty(text)  # whoever of the office writes keeps their accents
    fresh = insert_once(
        ctx.session,
        Message,
        ["id"],
        id=message_id,
        org_id=ctx.org.id,
        conversation_id=conversation.id if conversation else None,
        customer_id=customer.id if customer else None,
        booking_id=booking.id if booking else None,
        direction="out",
        channel=conversation.channel if conversation else "sms",
        kind=kind,
        from_phone=ours,
        to_phone=phone,
        body=text,
        state="skipped" if reason else "sent" if read_here else "queued",
        sent_at=ctx.now if read_here and reason is None else None,
        reason=reason,
        segments=sms.segments(text),
        actor_kind=ctx.actor.kind,
        actor_name=ctx.actor.name,
        turn_id=turn_id,
        created_at=conversations.next_moment(ctx, conversation) if conversation else ctx.now,
    )
    message = ctx.session.get_one(Message, message_id)
    if not fresh:
        return message
    if reason == "bot_limit" and conversation is not None:
        conversations.needs_human(ctx, conversation, reason)
    if reason is None and not read_here:
        when = max(due_at or ctx.now, ctx.now)
        if not exempt_quiet:
            when = outside_quiet_hours(ctx, when, phone, booking)
        outbox.put(
            ctx,
            "send",
            f"send:{message.id}",
            ("message", message.id),
            due_at=when,
            expires_at=expires_at,
            revision=booking.revision if booking else 0,
            lane=customer.id if customer is not None and kind not in AT_ONCE else None,
            written_at=message.created_at,
        )
    if reason is None and conversation is not None and kind in BOT_KINDS:
        conversation.bot_messages += 1
        if conversation.state == "bot":
            conversation.state = "waiting_customer"
    ctx.session.flush()
    return message


def id_for(ctx: Context, dedupe_key: str) -> str:
    """The id of the one message this business says under this key, whether it has been said yet or not."""
    return str(uuid.uuid5(_KEYS, f"{ctx.org.id}:{dedupe_key}"))


def why_not(
    ctx: Context,
    customer: Customer | None,
    phone: str | None,
    *,
    kind: str = "",
    conversation: Conversation | None = None,
    channel: str = "sms",
) -> str | None:
    """Why this person cannot be texted: no_phone, outbound_disabled, whatsapp_off, opted_out, blocked, landline or, for
    what the assistant writes, bot_limit; None when nothing stands against it. `channel` counts without a thread."""
    channel = conversation.channel if conversation is not None else channel
    reason = None if channel == "web" else _unreachable(ctx, customer, phone, channel)
    if reason is not None:
        return reason
    if conversation is not None and kind in BOT_KINDS and conversation.bot_messages >= ctx.org.bot_message_limit:
        return "bot_limit"
    return None


def outside_quiet_hours(ctx: Context, due_at: datetime, phone: str | None, booking: Booking | None = None) -> datetime:
    """`due_at`, or the next morning when it falls into the recipient's quiet hours. Their clock is the visit's zone,
    else the one their area code points to, else the business's."""
    zone: ZoneInfo | None = booking.zone if booking is not None else phones.zone_of(phone) if phone else None
    opens, closes = (time.fromisoformat(word) for word in (ctx.org.quiet_until, ctx.org.quiet_from))
    return quiet_hours.may_send_at(due_at, zone or ctx.org.zone, opens, closes)


def withdraw(ctx: Context, message: Message, reason: str) -> None:
    """Skip one text that has not left; one already on its way is left to its hand."""
    if outbox.supersede(ctx, ("message", message.id), reason, topics=("send",)):
        message.state, message.reason = "skipped", reason


def open_task(ctx: Context, *, kind: str, urgency: str, text: str, **about: str | None) -> Task:
    """Something for the office to do, once: an open task of the same kind about the same things is given back.

    `about` is any of customer_id, conversation_id, booking_id, call_id.
    """
    # Check and insert take turns within one business; a task is rare enough for that.
    ctx.session.execute(select(Org.id).where(Org.id == ctx.org.id).with_for_update(key_share=True))
    same = [Task.org_id == ctx.org.id, Task.kind == kind, Task.done_at.is_(None)]
    same += [getattr(Task, name) == value for name, value in about.items()]
    found = ctx.session.scalars(select(Task).where(*same).limit(1)).first()
    if found is None:
        found = Task(org_id=ctx.org.id, kind=kind, urgency=urgency, text=text, created_at=ctx.now, **about)
        ctx.session.add(found)
        ctx.session.flush()
    return found


def _unreachable(ctx: Context, customer: Customer | None, phone: str | None, channel: str) -> str | None:
    if phone is None:
        return "no_phone"
    if not ctx.org.outbound_enabled:
        return "outbound_disabled"
    if channel == "whatsapp" and not ctx.org.whatsapp_enabled:
        return "whatsapp_off"
    if customer is not None:
        if customer.opted_out_at is not None:
            return "opted_out"
        if customer.blocked:
            return "blocked"
        if customer.landline:
            return "landline"
    return None
