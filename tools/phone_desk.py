"""A receptionist besides the schedule: know the caller, take a message, text the booking page (contract 2.6)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

import prompts
from storage.context import Context
from storage.tables import Call, Conversation, Customer, Task
from tools import booking as bookings
from tools import conversations, crew, handoff, leads, pages, summary, wording
from tools.by_phone import Asked, number, number_needed
from tools.opening_hours import DAYS_AHEAD, open_stretches
from tools.phone_changes import claimed_number
from tools.rules import phones, urgency, wall_time
from tools.telling import all_words
from tools.tool import Said

CALL_BACK = {"routine": timedelta(hours=2), "urgent": timedelta(hours=1)}
LEVELS = ("routine", "urgent", "emergency")
LONGEST_MESSAGE = 1000


def about_caller(ctx: Context, asked: Asked) -> Said:
    """Who is calling, what they have booked, and what was last talked about."""
    if number(ctx, asked) is None:
        return Said(True, wording.new_caller(None))
    phone = claimed_number(ctx, asked)
    customer = leads.by_phone(ctx, phone)
    if customer is None:
        return Said(True, wording.new_caller(phones.last_four(phone)))
    visits = all_words(ctx, bookings.upcoming(ctx, phone))
    last = last_summary(ctx, customer) if asked.sees_threads else None
    return Said(True, wording.about_caller(customer.name, phones.last_four(phone), visits, last))


def take_message(ctx: Context, asked: Asked) -> Said:
    """Keep a message for the office, with a time to call back by; danger in it alerts whoever is on call."""
    asked.need("message")
    phone = number_needed(ctx, asked)
    text = (asked.text("message") or "")[:LONGEST_MESSAGE]
    customer = leads.customer_for(ctx, phone, name=asked.text("name"))
    lead = conversations.lead_for(ctx, customer, "VOICE")
    leads.note(ctx, lead, "message_taken")
    heard = urgency.read(text, trade=ctx.org.trade)
    level = max(heard.level, _claimed_level(asked), key=LEVELS.index)
    if level == "emergency":
        task = handoff.hand_off(ctx, None, "emergency", level, text, customer, danger=heard.kind)
        safety = prompts.render(f"safety/{heard.kind}") if heard.kind else "If anyone is in danger, call 911 now."
        return Said(True, wording.emergency_noted(safety, alerted=bool(crew.alerted(ctx, task))))
    due_at = call_back_by(ctx, level)
    call = select(Call.id).where(Call.org_id == ctx.org.id, Call.provider_id == (asked.call_id or ""))
    ctx.session.add(
        Task(
            org_id=ctx.org.id,
            kind="message",
            urgency=level,
            text=f"Message by phone: {text}",
            customer_id=customer.id,
            call_id=ctx.session.scalars(call.limit(1)).first(),
            due_at=due_at,
            created_at=ctx.now,
        )
    )
    zone = wall_time.zone_words(ctx.org.zone, due_at)
    return Said(True, wording.noted(due_at.astimezone(ctx.org.zone), zone, phones.last_four(phone)))


def send_link(ctx: Context, asked: Asked) -> Said:
    """Text the booking page to the caller; says so only when the text is queued."""
    phone = number_needed(ctx, asked)
    customer = leads.customer_for(ctx, phone, name=asked.text("name"))
    pages.text_link(ctx, customer, asked_for=True, rebook_link=f"{ctx.public_url}/book/{ctx.org.slug}")
    return Said(True, wording.link_queued(phones.last_four(phone)))


def call_back_by(ctx: Context, level: str) -> datetime:
    """The UTC time by which a message of this urgency is answered: two working hours, one when urgent.

    Counted from now, or from the next opening; without opening hours in sight, from now.
    """
    now = int(ctx.now.timestamp())
    wait = int(CALL_BACK[level].total_seconds())
    ahead = [one for one in open_stretches(ctx, -1, DAYS_AHEAD) if one.closes > now]
    begins = max(now, ahead[0].opens) if ahead else now
    closes = ahead[0].closes if ahead else begins + wait
    quarter = -(-min(begins + wait, closes) // 900) * 900
    return datetime.fromtimestamp(quarter, UTC)


def last_summary(ctx: Context, customer: Customer) -> str | None:
    """What the last conversation with this customer was about, in a few sentences."""
    theirs = select(Conversation).where(Conversation.org_id == ctx.org.id, Conversation.customer_id == customer.id)
    latest = theirs.where(Conversation.last_message_at.is_not(None)).order_by(Conversation.last_message_at.desc())
    thread = ctx.session.scalars(latest.limit(1)).first()
    return str(summary.summarise(ctx, thread)["summary"]) if thread is not None else None


def _claimed_level(asked: Asked) -> str:
    said = (asked.text("urgency") or "").casefold()
    return said if said in LEVELS else "routine"
