"""What another phone system tells us: who rings, how a call ended, who chats (contract 2.10).

It signs nothing and names no call, so nothing here writes more than a lead, a call, a message or a task, and what comes
twice is known by what it says.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import inbox, outbox
from storage.context import Context
from storage.tables import Call, Customer, Message, Org, ProviderEvent, new_id
from tools import booking as bookings
from tools import calls, contacts, conversations, leads, textback, tickets
from tools.rules import emails, phones, speech
from tools.telling import words

PROVIDER = "callsavvy"
SAME_WITHIN = timedelta(minutes=2)
SUMMARY_WITHIN = timedelta(minutes=3)
LONGEST_CALL = timedelta(hours=12)
STRANGER = "New caller"


def repeated(ctx: Context, event: str, said: Mapping[str, Any]) -> bool:
    """Whether the same was told within the last two minutes; else it is written down as told now."""
    # The window slides, so no constraint can hold it: deliveries of one business take turns instead.
    ctx.session.execute(select(Org.id).where(Org.id == ctx.org.id).with_for_update(key_share=True))
    digest = hashlib.sha256(json.dumps([event, said], sort_keys=True).encode()).hexdigest()
    before = select(ProviderEvent.id).where(
        ProviderEvent.org_id == ctx.org.id,
        ProviderEvent.provider == PROVIDER,
        ProviderEvent.event_key.startswith(f"{digest}:"),
        ProviderEvent.received_at > ctx.now - SAME_WITHIN,
    )
    if ctx.session.scalars(before.limit(1)).first() is not None:
        return True
    return not inbox.once(ctx, PROVIDER, f"{digest}:{ctx.now.isoformat()}", event, dict(said))


def about_caller(ctx: Context, caller: str) -> dict[str, str]:
    """Who rings, for the call screen: name, e-mail and one line such as "Booked Tue, Nov 24 at 10:00 AM: AC repair;
    last text 2 h ago". `caller` as the phone system writes it; of a stranger only that."""
    phone = phones.e164(caller, ctx.org.region)
    customer = leads.by_phone(ctx, phone) if phone else None
    if customer is None or phone is None:
        return {"caller_name": STRANGER, "caller_email": "", "customer_info": ""}
    visits = bookings.upcoming(ctx, phone)
    told = []
    if visits:
        visit = words(ctx, visits[0])
        more = f" and {len(visits) - 1} more" if len(visits) > 1 else ""
        told.append(f"Booked {speech.moment(visit.start)}: {visit.service}{more}")
    last = _last_text(ctx, customer)
    if last is not None:
        told.append(f"last text {_ago(ctx.now - last.created_at)} ago")
    if customer.opted_out_at is not None:
        told.append("asked for no texts")
    name = customer.name or (visits[0].customer_name if visits else None) or STRANGER
    return {"caller_name": name, "caller_email": customer.email or "", "customer_info": "; ".join(told)}


def rings(ctx: Context, caller: str, department: str) -> Call:
    """A call is being routed: its row, and a look in three minutes at whether it ever ended."""
    waiting = _ringing(ctx, caller, department, since=SAME_WITHIN)
    if waiting is not None:
        return waiting
    call = _new_call(ctx, caller, department)
    outbox.put(ctx, "unanswered", f"unanswered:{call.id}", ("call", call.id), due_at=ctx.now + SUMMARY_WITHIN)
    return call


def unanswered(ctx: Context, call_id: str) -> str | None:
    """Three minutes on: a call whose end nobody told was missed. None, or why it is not: it ended."""
    call = ctx.session.get_one(Call, call_id)
    if call.status != "ringing":
        return "ended"
    call.status, call.ended_at = "no-answer", ctx.now
    textback.missed(ctx, call)
    return None


def ended(
    ctx: Context, caller: str, department: str, *, outgoing: bool, seconds: int, recording_url: str | None
) -> Call:
    """A call is over. An incoming one shorter than `missed_under_seconds` was missed, whatever its status says."""
    call = None if outgoing else _ringing(ctx, caller, department, since=LONGEST_CALL)
    if call is None:
        call = _new_call(ctx, caller, department, outgoing=outgoing)
        call.started_at = ctx.now - timedelta(seconds=seconds)
    outbox.supersede(ctx, ("call", call.id), "ended", topics=("unanswered",))
    call.status, call.seconds, call.ended_at, call.recording_url = "completed", seconds, ctx.now, recording_url
    if outgoing:
        call.answered_by = "person" if seconds >= ctx.org.missed_under_seconds else None
    elif seconds < ctx.org.missed_under_seconds:
        textback.missed(ctx, call)
    else:
        textback.answered(ctx, call)
    return call


def chat_begun(ctx: Context, name: str, email: str, phone: str) -> None:
    """A visitor opened a chat there: their open lead, or a new one."""
    number = phones.e164(phone, ctx.org.region)
    if number is not None:
        customer = leads.customer_for(ctx, number, name=name, email=email if emails.valid(email) else None)
    else:
        customer = contacts.known_by_email(ctx, email, name=name)
    lead = conversations.lead_for(ctx, customer, "WEB")
    leads.note(ctx, lead, "chat_begun")


def _new_call(ctx: Context, caller: str, department: str, *, outgoing: bool = False) -> Call:
    call = calls.rang(ctx, new_id(), caller, "", provider=PROVIDER)
    call.to_phone = None
    call.team_id = tickets.team_named(ctx, department)
    call.details = {"department": department}
    if outgoing:
        call.direction, call.to_phone, call.from_phone = "outbound", call.from_phone, None
    if call.from_phone or call.to_phone:
        known = leads.by_phone(ctx, call.from_phone or call.to_phone or "")
        call.customer_id = known.id if known else None
    return call


def _ringing(ctx: Context, caller: str, department: str, *, since: timedelta) -> Call | None:
    """The latest call of this caller whose end nobody has told. The three minutes' look may have ended it for us."""
    ringing = select(Call).where(
        Call.org_id == ctx.org.id,
        Call.provider == PROVIDER,
        Call.direction == "inbound",
        Call.from_phone == phones.e164(caller, ctx.org.region),
        Call.status.in_(("ringing", "no-answer")),
        Call.started_at > ctx.now - since,
    )
    found = ctx.session.scalars(ringing.order_by(Call.started_at.desc(), Call.id).with_for_update(key_share=True))
    return next((call for call in found if call.details.get("department") == department), None)


def _last_text(ctx: Context, customer: Customer) -> Message | None:
    said = select(Message).where(
        Message.org_id == ctx.org.id, Message.customer_id == customer.id, Message.state != "skipped"
    )
    return ctx.session.scalars(said.order_by(Message.created_at.desc()).limit(1)).first()


def _ago(passed: timedelta) -> str:
    minutes = max(1, int(passed.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
