"""Texting somebody by their number, outside any conversation that is under way (CV-23)."""

from storage.context import Context
from storage.tables import Message
from tools import conversations, leads, messages


def text_number(
    ctx: Context, phone: str, body: str, *, channel: str = "sms", from_number: str | None = None
) -> Message:
    """One text from the business to a number (E.164), in the open thread with it or a new one, as queued or skipped.

    `channel` is sms or whatsapp; `from_number` one of the business's own, else the thread's or its first.
    """
    customer = leads.customer_for(ctx, phone)
    conversations.take_turns(ctx, customer)
    thread = conversations.thread_for(ctx, phone, from_number, channel)
    thread.our_phone = thread.our_phone or conversations.our_number(ctx)
    thread.customer_id = thread.customer_id or customer.id
    return messages.say(ctx, to=customer, body=body, kind="staff", conversation=thread)
