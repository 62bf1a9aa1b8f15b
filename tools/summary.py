"""What a conversation is about, from rules: facts come from rows, every one cites its message, reading changes nothing.

Contract 2.11. Booking facts come from the store, never from what was said.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from storage import listings
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, Message, Service, Task
from tools import announcements, conversations, unbooked
from tools.problems import not_found
from tools.rules import speech
from tools.rules.masking import masked
from tools.telling import words

LONGEST = 600
PROMISE = re.compile(
    r"\b(?:I'll|we'll|we will|I will|someone will|a person will|will (?:call|text|get back|follow up))\b|"
    r"\b(?:le|te) (?:llamar|avisar|escribir|enviar|contactar|responder)(?:á|án|é|emos)\b|"
    r"\bse (?:comunicará|pondrá)n?\b",
    re.I,
)
OFFERED = re.compile(r"\?|^\W*(?:once|if|when|as soon as|si|cuando|en cuanto)\b", re.I)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
URGENT_FIRST = ("emergency", "urgent", "routine")
SAID = (Message.id, Message.direction, Message.body, Message.actor_name, Message.created_at)


class Said(NamedTuple):
    """What a summary reads of a message; whole ones cost several times as much, and a thread may have hundreds."""

    id: str
    direction: str
    body: str
    actor_name: str
    created_at: datetime


def of_conversation(ctx: Context, conversation_id: str) -> dict[str, Any]:
    """The summary of one conversation of this business; raises NOT_FOUND."""
    return summarise(ctx, conversations.get(ctx, conversation_id))


def for_lead(ctx: Context, lead_id: str) -> dict[str, Any]:
    """The summary of a lead: of its latest conversation, or of what is known of one nobody has talked with yet.

    Raises NOT_FOUND.
    """
    lead = listings.one_of(ctx, Lead, lead_id) or not_found("lead")
    thread = ctx.session.scalars(
        select(Conversation)
        .where(Conversation.lead_id == lead.id)
        .order_by(Conversation.last_message_at.desc(), Conversation.created_at.desc())
        .limit(1)
    ).first()
    return summarise(ctx, thread or _nothing_said(lead))


def summarise(ctx: Context, thread: Conversation) -> dict[str, Any]:
    """The summary in the contract's shape, made anew from what is stored now."""
    session = ctx.session
    mine = select(*SAID).where(Message.conversation_id == thread.id).order_by(Message.created_at, Message.id)
    messages = [Said(*row) for row in session.execute(mine)]
    customer = session.get(Customer, thread.customer_id) if thread.customer_id else None
    lead = session.get(Lead, thread.lead_id) if thread.lead_id else None
    booking = _booking(ctx, thread, lead)
    service_id = (booking.service_id if booking else None) or (lead.service_id if lead else None)
    service = session.get(Service, service_id) if service_id else None
    issue = issue_told(lead, messages)
    action = _next_action(ctx, thread, customer, booking)
    questions = _open_questions(messages)
    return {
        "conversationId": thread.id or None,
        "leadId": thread.lead_id,
        "channel": thread.channel.upper(),
        "leadStatus": lead.status.upper() if lead else None,
        "customer": {
            "name": masked(customer.name) if customer and customer.name else None,
            "phone": customer.phone if customer else thread.phone,
            "email": customer.email if customer else None,
            "address": masked(customer.address) if customer and customer.address else None,
            "postalCode": customer.postal_code if customer else None,
        },
        "service": booking.service_label if booking else (service.name if service else None),
        "urgency": min((thread.urgency, lead.urgency if lead else "routine"), key=URGENT_FIRST.index),
        "issue": issue,
        "summary": _told(ctx, customer, issue, booking, action)[:LONGEST],
        "nextAction": action,
        "booking": None
        if booking is None
        else {"id": booking.id, "status": booking.status.upper(), "startAt": _iso(booking.start_at)},
        "openQuestions": questions,
        "promises": _promises(messages),
        "facts": _facts(customer, issue, messages),
        "unbookedReason": unbooked.why(
            thread,
            customer,
            is_booked=booking is not None and booking.is_active,
            customer_spoke_last=messages[-1].direction == "in" if messages else None,
        ),
        "messageCount": len(messages),
        "lastMessageAt": _iso(messages[-1].created_at) if messages else None,
        "generatedAt": _iso(ctx.now),
        "source": "rules",
        "stale": False,
    }


def _nothing_said(lead: Lead) -> Conversation:
    """In place of a conversation there is not; it is never stored."""
    about = {"lead_id": lead.id, "customer_id": lead.customer_id, "urgency": lead.urgency}
    return Conversation(id="", channel=lead.channel, state="bot", **about)


def keep(ctx: Context, thread: Conversation) -> bool:
    """Store a thread's summary as it is now and announce `summary.updated`; False, and nothing told, when it says what
    it said before."""
    ctx.session.flush()
    now = summarise(ctx, thread)
    del now["generatedAt"]
    if now == thread.summary:
        return False
    thread.summary, thread.summary_at = now, ctx.now
    announcements.conversation(ctx, "summary.updated", thread)
    return True


def _booking(ctx: Context, thread: Conversation, lead: Lead | None) -> Booking | None:
    """The visit this is about: the next active one, else the latest of any state."""
    whose = Booking.lead_id == lead.id if lead else Booking.conversation_id == thread.id
    rows = list(
        ctx.session.scalars(
            select(Booking).where(Booking.org_id == ctx.org.id, whose).order_by(Booking.start_at.desc()).limit(20)
        )
    )
    coming = [one for one in rows if one.is_active and one.end_at > ctx.now]
    return coming[-1] if coming else (rows[0] if rows else None)


def issue_of(ctx: Context, thread: Conversation, messages: Sequence[Said | Message]) -> str | None:
    """What a thread is about: the lead's own line, else the first real words of these messages; secrets masked."""
    return issue_told(ctx.session.get(Lead, thread.lead_id) if thread.lead_id else None, messages)


def issue_told(lead: Lead | None, messages: Sequence[Said | Message]) -> str | None:
    """The same, of a lead already read."""
    if lead is not None and lead.issue:
        return masked(lead.issue)
    first = next((one.body for one in messages if one.direction == "in" and len(one.body.split()) > 2), None)
    return masked(first)[:200] if first else None


def _next_action(
    ctx: Context, thread: Conversation, customer: Customer | None, booking: Booking | None
) -> dict[str, Any]:
    task = ctx.session.scalars(
        select(Task)
        .where(Task.conversation_id == thread.id, Task.done_at.is_(None))
        .order_by(Task.created_at.desc())
        .limit(1)
    ).first()
    due_at = _iso(task.due_at) if task and task.due_at else None
    if thread.urgency == "emergency" and thread.state in ("needs_human", "human"):
        return _action("EMERGENCY", "STAFF", _iso(ctx.now), "Call at once: an emergency was reported.")
    if booking is not None and booking.status == "pending":
        return _action("APPROVE_BOOKING", "STAFF", _iso(booking.expires_at), "Approve or decline the requested visit.")
    if customer is not None and customer.opted_out_at is not None:
        if task is not None:
            return _action("REVIEW_OPT_OUT", "STAFF", due_at, masked(task.text))
        return _action("NONE", "NOBODY", None, "They asked for no more texts.")
    if thread.state in ("needs_human", "human"):
        if thread.needs_human_reason == "price":
            return _action("SEND_QUOTE", "STAFF", due_at, masked(task.text) if task else "They asked for a price.")
        return _action("CALL_BACK", "STAFF", due_at, masked(task.text) if task else "A person should answer.")
    if booking is not None and booking.is_active:
        if not booking.address:
            return _action("CONFIRM_ADDRESS", "STAFF", _iso(booking.start_at), "The visit still has no address.")
        return _action("NONE", "NOBODY", None, "Nothing; the visit is booked.")
    if thread.state == "waiting_customer":
        return _action("WAIT_CUSTOMER", "CUSTOMER", None, "Waiting for the customer to answer.")
    return _action("NONE", "NOBODY", None, "Nothing.")


def _action(kind: str, owner: str, due_at: str | None, text: str) -> dict[str, Any]:
    return {"type": kind, "owner": owner, "dueAt": due_at, "text": text}


def _told(
    ctx: Context, customer: Customer | None, issue: str | None, booking: Booking | None, action: dict[str, Any]
) -> str:
    who = (customer.name if customer else None) or "The customer"
    parts = [f"{who}: {issue}." if issue else f"{who} got in touch."]
    if booking is not None:
        said = words(ctx, booking)
        state = {"pending": "requested", "rescheduled": "moved, and stands"}.get(booking.status, booking.status)
        parts.append(f"{said.service} on {speech.moment(said.start)} is {state.replace('_', ' ')}.")
    if action["type"] != "NONE":
        parts.append(f"Next: {action['text']}")
    return " ".join(parts)


def _facts(customer: Customer | None, issue: str | None, messages: Sequence[Said]) -> list[dict[str, Any]]:
    """What the customer told us, each with the message it stands in; what no message holds is not listed."""
    known = {
        "name": customer.name if customer else None,
        "address": customer.address if customer else None,
        "postalCode": customer.postal_code if customer else None,
        "email": customer.email if customer else None,
        "issue": issue,
    }
    facts = []
    heard = [(one.id, masked(one.body).lower()) for one in messages if one.direction == "in"]
    for label, value in known.items():
        source = value and next((one for one, words in heard if value.lower() in words), None)
        if source:
            facts.append({"label": label, "value": value, "messageId": source})
    return facts


def _promises(messages: Sequence[Said]) -> list[dict[str, Any]]:
    """Each sentence of ours that says what we will do; one that asks or hangs on an answer promises nothing."""
    return [
        {"text": masked(sentence), "madeBy": one.actor_name, "messageId": one.id}
        for one in messages
        if one.direction == "out"
        for sentence in SENTENCE.split(one.body)
        if PROMISE.search(sentence) and not OFFERED.search(sentence)
    ]


def _open_questions(messages: Sequence[Said]) -> list[str]:
    """Our last question, while nobody has answered it."""
    if not messages or messages[-1].direction == "in":
        return []
    return [masked(one.strip()) for one in re.findall(r"[^.!?\n]+\?", messages[-1].body)]


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.strftime("%Y-%m-%dT%H:%M:%SZ")
