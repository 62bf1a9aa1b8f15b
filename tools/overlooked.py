"""Danger a platform's voice agent heard and did nothing about: seen in the transcript once the call is over.

ServiceTitan's fixed emergency words came only after gas leaks had been booked as routine jobs (ST-3); an agent that is
not ours can still do that.
"""

from itertools import pairwise

from sqlalchemy import select

from storage.context import Context
from storage.tables import Call, Task
from tools import conversations, handoff, inbound, leads
from tools.rules import transcript, urgency

NOBODY_KNOWN = "Said on a call without a number; its transcript is in the call log."


def danger(ctx: Context, call: Call) -> str | None:
    """Act on danger in this call's transcript, once: the safety text, the emergency task, the alert.

    Gives back its kind, or None when there is none, when a person took the call, or when the call itself raised an
    emergency already.
    """
    if call.transcript is None or call.answered_by == "person" or "danger" in call.details:
        return None
    kind = _kind(call.transcript, ctx.org.trade)
    if kind is None:
        return None
    call.details = {**call.details, "danger": kind}
    ours, phone = call.to_phone, call.from_phone
    if call.direction == "outbound":
        ours, phone = phone, ours
    if phone is None or handoff.who_works_here(ctx, phone):
        handoff.hand_off(ctx, None, "emergency", "emergency", NOBODY_KNOWN, None, danger=kind)
        return kind
    customer = leads.customer_for(ctx, phone)
    if _raised(ctx, call, customer.id):
        return None
    conversations.take_turns(ctx, customer)
    lead = conversations.lead_for(ctx, customer, "VOICE")
    thread = conversations.thread_for(ctx, phone, ours, "sms")
    conversations.attach(ctx, thread, customer, lead)
    call.customer_id, call.lead_id, call.conversation_id = customer.id, lead.id, thread.id
    inbound.alarm(ctx, kind, thread, customer, call.id)
    return kind


def _kind(words: str, trade: str) -> str | None:
    """Read turn by turn, and two turns at a time: people say the danger and its sign in two breaths."""
    turns = transcript.callers_turns(words)
    for said in [*turns, *(f"{one}. {next_one}" for one, next_one in pairwise(turns))]:
        found = urgency.read(said, trade=trade).kind
        if found is not None:
            return found
    return None


def _raised(ctx: Context, call: Call, customer_id: str) -> bool:
    since = select(Task.id).where(
        Task.org_id == ctx.org.id,
        Task.customer_id == customer_id,
        Task.kind == "emergency",
        Task.created_at >= min(call.started_at, call.created_at),
    )
    return ctx.session.scalars(since.limit(1)).first() is not None
