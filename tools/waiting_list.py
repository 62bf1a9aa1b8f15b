"""The waiting list: a start that comes free is offered by text to whoever has waited longest for one like it, and while
it stays open, hour by hour to the next; nobody hears of it twice.

Nothing is held for them and nothing books by itself: their "yes" takes the ordinary way of a reply, and the text says
that whoever answers first has it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

import prompts
from storage import outbox
from storage.asking import ask
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, LeadEvent, Service
from storage.tables.bookings import ACTIVE
from storage.tables.leads import OPEN
from tools import conversations, diaries, latest, leads, messages, slots
from tools.refusals import utc
from tools.rules import spanish_said, speech
from tools.rules.calendar import Opening
from tools.setup import setup_of

TOPIC, KIND = "opening", "opening"
SETTLES = timedelta(minutes=1)  # whoever cancelled by mistake may take the time again
ANSWERS_WITHIN = timedelta(hours=1)  # whoever is silent for so long shares the offer with the next
MOST = 100  # of those waiting longest, looked at for one opening
WAITING = select(Lead.id).where(Lead.org_id == bindparam("org"), Lead.waitlist).limit(1)
WITH_A_PERSON = ("needs_human", "human")


def freed(ctx: Context, booking: Booking, start: datetime) -> None:
    """A visit no longer takes its `start`: have that offered, if it is still to come and somebody waits."""
    if start > ctx.now and ask(ctx, WAITING, org=ctx.org.id):
        _put(ctx, start, [booking.lead_id], f"opening:{booking.id}:{booking.revision}", ctx.now + SETTLES)


def offer(ctx: Context, start: datetime, asked: Sequence[str], dedupe_key: str) -> str | datetime | None:
    """Offer `start` (aware) to whoever has waited longest of those whose service and wish fit; not to the leads that
    were `asked`, the one that freed it among them. None once it is offered, and the next is asked in an hour; a moment
    to ask again, when it is too early to text them; else why nobody was.
    """
    for lead, customer in _longest_first(ctx):
        service = ctx.session.get(Service, lead.service_id) if lead.service_id is not None else None
        if service is None or lead.id in asked or messages.why_not(ctx, customer, customer.phone) is not None:
            continue
        has = _visit_ahead(ctx, lead)
        if not _fits(ctx, service, start, has) or not _is_open(ctx, service, start, customer, has):
            continue
        when = messages.outside_quiet_hours(ctx, ctx.now, customer.phone)
        if when > ctx.now:
            return when if when < start else "quiet_hours"
        conversations.take_turns(ctx, customer)
        thread = conversations.thread_for(ctx, customer.phone, None, "sms")
        there = replace(ctx, scope=thread.id)
        if thread.state in WITH_A_PERSON or latest.offered_lately(there):
            continue
        _say(there, lead, customer, thread, service, start, has, dedupe_key)
        _put(ctx, start, [*asked, lead.id], f"{dedupe_key}:{len(asked)}", ctx.now + ANSWERS_WITHIN)
        return None
    return "nobody_waits"


def taken_up(ctx: Context, booking: Booking) -> None:
    """A visit was booked or moved by a reply: a lead that has the start it was offered waits no longer."""
    lead = ctx.session.get_one(Lead, booking.lead_id)
    if lead.waitlist and utc(booking.start_at) in _offered(ctx, lead):
        leads.wait(ctx, lead, False)


def _put(ctx: Context, start: datetime, asked: Sequence[str], key: str, due_at: datetime) -> None:
    payload = {"start": utc(start), "lead_id": asked[0], "asked": list(asked[1:])}
    outbox.put(ctx, TOPIC, key, ("lead", asked[-1]), due_at=due_at, expires_at=start, payload=payload)


def _longest_first(ctx: Context) -> list[tuple[Lead, Customer]]:
    since = (
        select(func.max(LeadEvent.at))
        .where(LeadEvent.org_id == ctx.org.id, LeadEvent.lead_id == Lead.id, LeadEvent.event == "waitlist")
        .scalar_subquery()
    )
    rows = (
        select(Lead, Customer)
        .join(Customer, Customer.id == Lead.customer_id)
        .where(Lead.org_id == ctx.org.id, Lead.status.in_(OPEN), Lead.waitlist, Customer.phone.is_not(None))
        .order_by(func.coalesce(since, Lead.created_at), Lead.id)
        .limit(MOST)
    )
    return [(lead, customer) for lead, customer in ctx.session.execute(rows)]


def _visit_ahead(ctx: Context, lead: Lead) -> Booking | None:
    ahead = (Booking.org_id == ctx.org.id, Booking.lead_id == lead.id, Booking.status.in_(ACTIVE))
    rows = select(Booking).where(*ahead, Booking.end_at > ctx.now).order_by(Booking.start_at).limit(1)
    return ctx.session.scalars(rows).first()


def _fits(ctx: Context, service: Service, start: datetime, has: Booking | None) -> bool:
    """Who has no visit wants any time; who has one wants an earlier one, and may still move theirs."""
    if not service.is_bookable:
        return False
    cutoff = timedelta(hours=ctx.org.cancel_cutoff_hours or 0)
    return has is None or (has.service_id == service.id and start < has.start_at and has.start_at - ctx.now >= cutoff)


def _is_open(ctx: Context, service: Service, start: datetime, customer: Customer, has: Booking | None) -> bool:
    code = customer.postal_code
    if code is not None and not setup_of(ctx).rides.covers(code):
        return False
    day = start.astimezone(ctx.org.zone).date()
    calendar = diaries.calendar_for(ctx, service, day, day, postal_code=code, moving=has)
    return isinstance(calendar.decide(start), Opening)


def _say(
    ctx: Context,
    lead: Lead,
    customer: Customer,
    thread: Conversation,
    service: Service,
    start: datetime,
    has: Booking | None,
    dedupe_key: str,
) -> None:
    """The text, and what its thread remembers so that a "yes" is understood."""
    name = "sms/opening" if has is None else "sms/opening_earlier"
    local = start.astimezone(ctx.org.zone)
    bodies = {
        language: prompts.render(
            prompts.in_language(name, language),
            business_name=ctx.org.name,
            service=service.name,
            date=told.day(local.date()),
            time=told.clock(local),
        )
        for language, told in (("en", speech), ("es", spanish_said))
    }
    conversations.attach(ctx, thread, customer, lead)
    body = bodies.get(customer.language, bodies["en"])
    messages.say(ctx, to=customer, body=body, kind=KIND, conversation=thread, expires_at=start, dedupe_key=dedupe_key)
    slots.remember(ctx, "slots", [utc(start)], service.id, ctx.org.timezone)
    latest.keep_heard(ctx, None, [local])
    asked = {"awaiting": "slot", "doing": "book" if has is None else "move", "visit": has.id[:8] if has else None}
    thread.memory = {
        **thread.memory,
        **asked,
        "service": service.slug,
        "meant": {"english": bodies["en"], "said": body},
    }
    leads.note(ctx, lead, "opening_offered", start=utc(start))
    ctx.session.flush()


def _offered(ctx: Context, lead: Lead) -> Sequence[str]:
    told = select(LeadEvent.detail).where(
        LeadEvent.org_id == ctx.org.id, LeadEvent.lead_id == lead.id, LeadEvent.event == "opening_offered"
    )
    return [str(one.get("start")) for one in ctx.session.scalars(told)]
