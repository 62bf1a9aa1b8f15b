"""What becomes of a text somebody sent: consent and danger are decided here, before any model (contract 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

import prompts
from storage import outbox
from storage.context import Context
from storage.tables import Conversation, Customer, Job, Lead, Message
from tools import announcements, conversations, digest, handoff, leads, messages, opt_out, visits
from tools.latest import KEYWORD
from tools.rules import consent, phones, urgency

ANSWERED = {"stop": "stopped", "start": "started", "help": "helped"}


@dataclass(frozen=True, slots=True)
class Text:
    """One text as the provider told us: `sender` as written there, `to` our number (E.164), `channel` sms or whatsapp,
    `media` as `{"url", "type"}`, `carrier_says` STOP, START or HELP when the carrier has acted on it already."""

    provider_id: str
    sender: str
    to: str
    body: str
    channel: str = "sms"
    media: Sequence[dict[str, Any]] = ()
    carrier_says: str | None = None


def receive(ctx: Context, text: Text) -> str:
    """Take in one text, and say in a word what became of it: stopped, started, helped, emergency, taken, staff, human,
    put_aside, limit, unreachable, no_sender, ours, or queued, when the assistant will answer."""
    phone = phones.e164(text.sender, ctx.org.region)
    if phone is None:
        _keep(ctx, text, phone, reason=phones.kind_of_caller(text.sender, ctx.org.region))
        return "no_sender"
    if phone == text.to:
        return "ours"
    customer = leads.customer_for(ctx, phone)
    conversations.take_turns(ctx, customer)
    wish = _consent(text, customer)
    name = handoff.who_works_here(ctx, phone)
    if name is not None and wish.kind not in ("stop", "start"):
        _keep(ctx, text, phone, kind="staff")
        taken = text.body.strip() == "1" and handoff.take(ctx, phone, name) is not None
        return "taken" if taken else "staff"

    thread = conversations.thread_for(ctx, phone, text.to, text.channel)
    danger = urgency.read(text.body, trade=ctx.org.trade)
    if wish.kind is not None:
        conversations.attach(ctx, thread, customer, None)
        heard = conversations.hear(
            ctx, thread, text.body, kind=KEYWORD, provider_id=text.provider_id, media=list(text.media)
        )
        announcements.message_received(ctx, heard)
        _answer_keyword(ctx, wish, text, heard, thread, customer)
        if danger.kind is not None:
            alarm(ctx, danger.kind, thread, customer, heard.id)
        return ANSWERED[wish.kind]
    lead = conversations.lead_for(ctx, customer, "SMS", reopen=True)
    conversations.attach(ctx, thread, customer, lead)
    heard = conversations.hear(ctx, thread, text.body, provider_id=text.provider_id, media=list(text.media))
    digest.expect(ctx)
    announcements.message_received(ctx, heard)
    if lead.status == "new":
        leads.set_status(ctx, lead, "active")
    if danger.kind is not None:
        alarm(ctx, danger.kind, thread, customer, heard.id)
        return "emergency"
    if danger.level == "urgent" and thread.urgency == "routine":
        thread.urgency = lead.urgency = danger.level
    return _to_the_assistant(ctx, heard, thread, customer, lead)


def queue_turn(ctx: Context, thread: Conversation, heard: Message, *, seconds: float | None = None) -> bool:
    """Have the assistant answer once the texts of these few seconds are in; False when an answer is queued already.

    `seconds` None waits as long as the business does for a second text.
    """
    waiting = select(Job.id).where(
        Job.org_id == ctx.org.id,
        Job.topic == "turn",
        Job.subject_kind == "conversation",
        Job.subject_id == thread.id,
        Job.state == "queued",
    )
    if ctx.session.scalars(waiting.limit(1)).first() is not None:
        return False
    due_at = ctx.now + timedelta(seconds=ctx.org.collect_seconds if seconds is None else seconds)
    about = ("conversation", thread.id)
    return outbox.put(ctx, "turn", f"turn:{thread.id}:{heard.id}", about, due_at=due_at, lane=thread.id)


def alarm(ctx: Context, danger: str, thread: Conversation, customer: Customer, cause_id: str) -> None:
    """Somebody is in danger: the fixed words first, then people, once per `cause_id`.

    An answer still waiting for earlier texts is withdrawn: it would talk of something else.
    """
    outbox.supersede(ctx, ("conversation", thread.id), "emergency", topics=("turn",))
    messages.say(
        ctx,
        to=customer,
        body=prompts.render(f"safety/{danger}"),
        kind="safety",
        conversation=thread,
        dedupe_key=f"safety:{cause_id}",
        exempt_quiet=True,
    )
    handoff.hand_off(ctx, thread, "emergency", "emergency", None, customer, danger=danger)


def _to_the_assistant(ctx: Context, heard: Message, thread: Conversation, customer: Customer, lead: Lead) -> str:
    if thread.state == "human":
        return "human"
    if customer.blocked or customer.protected is not None or not lead.is_open:
        if customer.protected is not None:
            conversations.needs_human(ctx, thread, "protected")
        return "put_aside"
    reason = messages.why_not(ctx, customer, customer.phone, kind="reply", conversation=thread)
    if reason == "landline":  # whoever texts us can be texted, whatever was believed of the number
        customer.landline, reason = False, None
    if reason is not None:
        heard.reason = reason
        conversations.needs_human(ctx, thread, reason)
        return "limit" if reason == "bot_limit" else "unreachable"
    queue_turn(ctx, thread, heard)
    return "queued"


def _consent(text: Text, customer: Customer) -> consent.Consent:
    if text.carrier_says in ("STOP", "START", "HELP"):
        kind = text.carrier_says.lower()
        return consent.Consent(kind, True, text.body.strip().upper())  # type: ignore[arg-type]
    return consent.read(text.body, opted_out=customer.opted_out_at is not None)


def _answer_keyword(
    ctx: Context, wish: consent.Consent, text: Text, heard: Message, thread: Conversation, customer: Customer
) -> None:
    lead = ctx.session.get(Lead, thread.lead_id) if thread.lead_id else None
    if wish.kind == "stop":
        source = "keyword" if wish.exact else "phrase"
        opt_out.stop(ctx, customer, source, message_id=heard.id, lead=lead)
        thread.unbooked_reason = "opted_out"
        coming = visits.upcoming(ctx, customer.phone) if customer.phone is not None else []
        if wish.word == "CANCEL" and coming:
            messages.open_task(
                ctx,
                kind="may_want_to_cancel",
                urgency="urgent",
                text="May want to cancel the visit. Cannot be texted. Call.",
                customer_id=customer.id,
                conversation_id=thread.id,
                booking_id=coming[0].id,
            )
            conversations.needs_human(ctx, thread, "may_want_to_cancel", "urgent")
        return
    if wish.kind == "start":
        opt_out.start(ctx, customer, "keyword", message_id=heard.id, lead=lead)
        thread.unbooked_reason = None if thread.unbooked_reason == "opted_out" else thread.unbooked_reason
    if text.carrier_says is None:
        messages.say(
            ctx,
            to=customer,
            body=prompts.render(
                prompts.in_language("sms/opted_in" if wish.kind == "start" else "sms/help", customer.language),
                business_name=ctx.org.name,
                business_phone=ctx.org.transfer_number or thread.our_phone,
            ),
            kind="notice",
            conversation=thread,
            exempt_quiet=True,
        )


def _keep(ctx: Context, text: Text, phone: str | None, *, kind: str = "customer", reason: str | None = None) -> None:
    """A text that belongs to no thread: from one of us, or from something that cannot be answered."""
    ctx.session.add(
        Message(
            org_id=ctx.org.id,
            direction="in",
            channel=text.channel,
            kind=kind,
            from_phone=phone,
            to_phone=text.to,
            body=text.body,
            media=list(text.media),
            state="received",
            reason=reason,
            provider_id=text.provider_id,
            actor_kind="staff" if kind == "staff" else "customer",
            actor_name="Staff" if kind == "staff" else "Customer",
            created_at=ctx.now,
        )
    )
