"""A missed call becomes one text, or a recorded reason why not (contract 2.8, CS-17, TP-A12)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from storage.context import Context
from storage.tables import Call, Conversation, Customer, EntryPoint, Lead, Message
from tools import announcements, conversations, digest, handoff, leads, messages, opening_hours, own_texts
from tools.rules import sms

LATE = timedelta(hours=6)
THREAD_ACTIVE = timedelta(minutes=15)


def missed(
    ctx: Context, call: Call, *, voicemail: bool = False, gist: str | None = None, wait: timedelta = timedelta(0)
) -> Message | None:
    """Text back whoever rang, once per call; None when `call.skip_reason` says why not.

    Writes the missed-call fact, customer, lead, thread, text and its job in the caller's unit. `voicemail` chooses
    that wording, with what it was about in `gist`; `wait` holds the text back while the call may yet turn out
    answered. A second time for the same call changes nothing.
    """
    if call.textback is not None:
        return ctx.session.get(Message, call.textback_message_id) if call.textback_message_id else None
    call.missed = True
    outcome = _text_or_reason(ctx, call, voicemail=voicemail, gist=gist, wait=wait)
    if isinstance(outcome, str):
        call.textback, call.skip_reason = "skipped", outcome
    else:
        call.textback, call.textback_message_id = "queued", outcome.id
    announcements.call_missed(ctx, call)
    digest.expect(ctx)
    return None if isinstance(outcome, str) else outcome


def answered(ctx: Context, call: Call) -> None:
    """A person took this call after all: a text-back that has not left yet never will."""
    call.missed = False
    call.answered_by = "person"
    message = ctx.session.get(Message, call.textback_message_id) if call.textback_message_id else None
    if message is not None and message.state == "queued":
        messages.withdraw(ctx, message, "answered")
    call.textback = call.skip_reason = None


def mention_voicemail(ctx: Context, call: Call, gist: str | None) -> None:
    """A voicemail came in after the text-back was queued: one that has not left yet thanks for it."""
    message = ctx.session.get(Message, call.textback_message_id) if call.textback_message_id else None
    if message is not None and message.state == "queued":
        message.body = _words(ctx, call, voicemail=True, gist=gist)
        message.segments = sms.segments(message.body)


def why_not(ctx: Context, call: Call, customer: Customer, lead: Lead, thread: Conversation) -> str | None:
    """Why this known caller gets no text-back: opted_out, landline, outbound_disabled, lead_blocked, spoke_since,
    thread_active, cooldown; None when they do."""
    since = call.ended_at or call.started_at
    if customer.opted_out_at is not None:
        return "opted_out"
    if customer.landline:
        return "landline"
    if not ctx.org.outbound_enabled:
        return "outbound_disabled"
    if customer.blocked or not lead.is_open:
        return "lead_blocked"
    if conversations.person_spoke_since(ctx, thread, since) or _rang_since(ctx, call, since):
        return "spoke_since"
    if _active(ctx, thread):
        return "thread_active"
    if _texted_back(ctx, customer):
        return "cooldown"
    return None


def reword(ctx: Context, message: Message) -> None:
    """Before a text-back leaves: "saw your call earlier" once the call is over six hours old (TP-A12)."""
    call = ctx.session.scalars(
        select(Call).where(Call.org_id == ctx.org.id, Call.textback_message_id == message.id).limit(1)
    ).first()
    if call is not None and _is_late(ctx, call):
        message.body = _words(ctx, call)
        message.segments = sms.segments(message.body)


def _text_or_reason(ctx: Context, call: Call, *, voicemail: bool, gist: str | None, wait: timedelta) -> Message | str:
    phone = call.from_phone
    if phone is None:
        return "anonymous"
    if _is_ours(ctx, phone):
        return "own_number"
    if handoff.who_works_here(ctx, phone):
        return "protected"
    customer = leads.customer_for(ctx, phone)
    conversations.take_turns(ctx, customer)
    call.customer_id = customer.id
    if customer.protected is not None:
        return "protected"
    lead = conversations.lead_for(ctx, customer, "MISSED_CALL")
    thread = conversations.thread_for(ctx, phone, call.to_phone, "sms")
    conversations.attach(ctx, thread, customer, lead)
    call.lead_id, call.conversation_id = lead.id, thread.id
    leads.note(ctx, lead, "missed_call", call_id=call.id)
    reason = why_not(ctx, call, customer, lead, thread)
    if reason is None:
        message = messages.say(
            ctx,
            to=customer,
            body=_words(ctx, call, voicemail=voicemail, gist=gist),
            kind="text_back",
            conversation=thread,
            due_at=ctx.now + wait,
            dedupe_key=f"text_back:{call.id}",
            exempt_quiet=True,
        )
        if message.state != "skipped":
            leads.note(ctx, lead, "text_back", message_id=message.id)
            return message
        reason = message.reason or "skipped"
    leads.note(ctx, lead, "text_back_skipped", reason=reason)
    return reason


def _words(ctx: Context, call: Call, *, voicemail: bool = False, gist: str | None = None) -> str:
    if _is_late(ctx, call):
        name = "late"
    elif voicemail:
        name = "voicemail"
    else:
        way = opening_hours.way_to(ctx, call.to_phone)
        name = "open" if opening_hours.open_now(ctx, way) else "closed"
    name = f"text_back_{name}"
    customer = ctx.session.get(Customer, call.customer_id) if call.customer_id else None
    language = own_texts.language(ctx, name, customer)
    return own_texts.words(ctx, name, language, business_name=ctx.org.name, gist=gist)


def _is_late(ctx: Context, call: Call) -> bool:
    return ctx.now - (call.ended_at or call.started_at) > LATE


def _is_ours(ctx: Context, phone: str) -> bool:
    if phone in (ctx.org.forward_to, ctx.org.transfer_number):
        return True
    own = select(EntryPoint.id).where(
        EntryPoint.org_id == ctx.org.id, or_(EntryPoint.phone == phone, EntryPoint.forward_to == phone)
    )
    return ctx.session.scalars(own.limit(1)).first() is not None


def _rang_since(ctx: Context, call: Call, since: datetime) -> bool:
    """Whether a person spoke to this number on the phone after `since`."""
    other = select(Call.id).where(
        Call.org_id == ctx.org.id,
        Call.id != call.id,
        Call.answered_by == "person",
        Call.started_at >= since,
        or_(Call.from_phone == call.from_phone, Call.to_phone == call.from_phone),
    )
    return ctx.session.scalars(other.limit(1)).first() is not None


def _active(ctx: Context, thread: Conversation) -> bool:
    after = ctx.now - THREAD_ACTIVE
    heard = thread.last_inbound_at is not None and thread.last_inbound_at > after
    return heard or conversations.person_spoke_since(ctx, thread, after)


def _texted_back(ctx: Context, customer: Customer) -> bool:
    """Whether they got a text-back within the cooldown; one that was skipped does not count."""
    after = ctx.now - timedelta(minutes=ctx.org.textback_cooldown_minutes)
    texted = select(Message.id).where(
        Message.org_id == ctx.org.id,
        Message.customer_id == customer.id,
        Message.kind == "text_back",
        Message.state.not_in(("skipped", "failed")),
        Message.created_at > after,
    )
    return ctx.session.scalars(texted.limit(1)).first() is not None
