"""A chatbot elsewhere that asks us for its next words: one thread for each name it gives, and the number they tell."""

from dataclasses import dataclass

from sqlalchemy import select

from storage.context import Context
from storage.tables import Conversation, Customer, Message, Org
from tools import announcements, conversations, inbound, leads
from tools.rules import urgency
from tools.tickets import thread_named


@dataclass(frozen=True, slots=True)
class Chatted:
    """One message a bot passed on: its thread, its row, and whether it speaks of danger."""

    thread: Conversation
    message: Message
    emergency: bool


def heard(ctx: Context, bot_name: str, sender_name: str, text: str, *, phone: str | None) -> Chatted:
    """Take in what somebody wrote to a bot; `phone` (E.164) is a number in it.

    The post names nobody but by name, so the number is kept for booking and opens nothing that was there before
    (contract 2.10). Danger gets its fixed words here, before any model.
    """
    thread = _thread(ctx, bot_name, sender_name)
    thread.given_phone = phone or thread.given_phone
    customer = ctx.session.get_one(Customer, thread.customer_id)
    message = conversations.hear(ctx, thread, text)
    announcements.message_received(ctx, message)
    danger = urgency.read(text, trade=ctx.org.trade)
    if danger.kind is not None:
        inbound.alarm(ctx, danger.kind, thread, customer, message.id)
    return Chatted(thread, message, danger.kind is not None)


def said_since(ctx: Context, thread: Conversation, message: Message) -> str | None:
    """Our last words after this message; None while there are none."""
    ours = select(Message.body).where(
        Message.org_id == ctx.org.id,
        Message.conversation_id == thread.id,
        Message.direction == "out",
        Message.state != "skipped",
        Message.created_at > message.created_at,
    )
    return ctx.session.scalars(ours.order_by(Message.created_at.desc()).limit(1)).first()


def _thread(ctx: Context, bot_name: str, sender_name: str) -> Conversation:
    # Two first messages at once: one business's bots take turns, as its threads have no constraint on their key.
    ctx.session.execute(select(Org.id).where(Org.id == ctx.org.id).with_for_update(key_share=True))
    key = f"chatbot:{bot_name}:{sender_name}"
    found = thread_named(ctx, key)
    if found is None:
        customer = leads.customer_for(ctx, None, name=sender_name or None)
        lead = conversations.lead_for(ctx, customer, "WEB")
        leads.set_status(ctx, lead, "active")
        found = Conversation(
            org_id=ctx.org.id, channel="web", external_key=key, state="bot", created_at=ctx.now, customer_id=customer.id
        )
        ctx.session.add(found)
        conversations.attach(ctx, found, customer, lead)
        ctx.session.flush()
    return found
