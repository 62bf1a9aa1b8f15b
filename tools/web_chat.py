"""A visitor of the business's web site who writes instead of texting: the same thread, assistant and office as a text.

A visitor is known by the hash of the token their page holds, and by nothing else: a number they tell is kept for
booking and opens no earlier thread, visit or customer (contract 2.10's rule for whoever nobody vouches for).
"""

from dataclasses import dataclass

from sqlalchemy import select

from storage.context import Context
from storage.tables import Conversation, Customer, EntryPoint, Job, Message
from tools import announcements, conversations, inbound, leads, messages, ways_in
from tools.problems import Problem
from tools.rules import urgency
from tools.tickets import thread_named

LONGEST = messages.LONGEST  # characters of one message
MOST_SHOWN = 100
ANSWER_AFTER = 1.0  # seconds; who writes on a page sees that an answer comes, and waits less gladly than on a phone


@dataclass(frozen=True, slots=True)
class Seen:
    """A visitor's own chat: its messages, oldest first; whether an answer is being written; whether a person has it."""

    messages: list[Message]
    writing: bool
    person: bool


def receive(ctx: Context, way: EntryPoint, key: str, text: str, *, once: str, phone: str | None = None) -> Message:
    """Take in one message of the visitor behind `key`; the same `once` again is the same message.

    `phone` (E.164) is a number in it. Danger gets its fixed words before any model. Raises MISSING_FIELDS for no words
    and VALIDATION_ERROR for too many.
    """
    if not text.strip():
        raise Problem("MISSING_FIELDS", "Please write something first.", fix="Send text.", fields=["text"])
    if len(text) > LONGEST:
        raise Problem("VALIDATION_ERROR", f"A message has at most {LONGEST:,} characters.", fix="Send it in parts.")
    # Messages that come by one way in take turns: two first ones of a visitor make one thread.
    ctx.session.execute(select(EntryPoint.id).where(EntryPoint.id == way.id).with_for_update(key_share=True))
    sent = f"{key}:{once}"
    found = ctx.session.scalars(
        select(Message).where(Message.org_id == ctx.org.id, Message.provider_id == sent)
    ).first()
    if found is not None:
        return found
    thread = thread_named(ctx, key) or _opened(ctx, way, key)
    thread.given_phone = phone or thread.given_phone
    heard = conversations.hear(ctx, thread, text, provider_id=sent)
    announcements.message_received(ctx, heard)
    _answer(ctx, thread, heard)
    return heard


def seen(ctx: Context, key: str, *, after: str | None = None) -> Seen:
    """What the visitor behind `key` may see: their own threads, from after the message with the id `after` on."""
    mine = (Conversation.org_id == ctx.org.id, Conversation.external_key == key)
    newest = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*mine, Message.state != "skipped")
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(MOST_SHOWN)
    )
    said = list(reversed(list(ctx.session.scalars(newest))))
    place = next((number for number, one in enumerate(said) if one.id == after), -1)
    thread = thread_named(ctx, key)
    return Seen(
        said[place + 1 :],
        thread is not None and thread.is_the_assistants and _answer_waits(ctx, thread),
        thread is not None and (thread.state == "human" or thread.bot_messages >= ctx.org.bot_message_limit),
    )


def _opened(ctx: Context, way: EntryPoint, key: str) -> Conversation:
    customer = leads.customer_for(ctx, None)
    lead = conversations.lead_for(ctx, customer, "WEB")
    ways_in.came_by(ctx, lead, way.id)
    leads.set_status(ctx, lead, "active")
    thread = Conversation(org_id=ctx.org.id, channel="web", external_key=key, state="bot", created_at=ctx.now)
    ctx.session.add(thread)
    conversations.attach(ctx, thread, customer, lead)
    ctx.session.flush()
    return thread


def _answer(ctx: Context, thread: Conversation, heard: Message) -> None:
    customer = ctx.session.get_one(Customer, thread.customer_id)
    danger = urgency.read(heard.body, trade=ctx.org.trade)
    if danger.kind is not None:
        inbound.alarm(ctx, danger.kind, thread, customer, heard.id)
        return
    if danger.level == "urgent" and thread.urgency == "routine":
        thread.urgency = danger.level
    if thread.state == "human" or customer.blocked:
        return
    if messages.why_not(ctx, customer, None, kind="reply", conversation=thread) is not None:
        conversations.needs_human(ctx, thread, "bot_limit")
        return
    inbound.queue_turn(ctx, thread, heard, seconds=ANSWER_AFTER)


def _answer_waits(ctx: Context, thread: Conversation) -> bool:
    turns = select(Job.id).where(
        Job.org_id == ctx.org.id,
        Job.subject_kind == "conversation",
        Job.subject_id == thread.id,
        Job.topic == "turn",
        Job.state.in_(("queued", "claimed", "uncertain")),
    )
    return ctx.session.scalars(turns.limit(1)).first() is not None
