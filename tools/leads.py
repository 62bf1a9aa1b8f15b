"""Customers and leads: whose number it is, and what became of their wish for work."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from storage.asking import add, ask, keep, keep_once
from storage.context import Context
from storage.tables import Booking, Customer, Lead, LeadEvent, new_id
from storage.tables.bookings import ACTIVE
from storage.tables.leads import OPEN, STATUSES
from tools import announcements
from tools.problems import Problem, not_found
from tools.rules import phones

# Every dialect's words for the stored ones (contract 2.1).
WORDS = {
    **{word: word for word in STATUSES},
    **{"potential": "new", "contacted": "active", "booking_offered": "active", "qualified": "active"},
    **{"interested": "active", "confirmed": "booked", "completed": "won", "converted": "won"},
    **{"cancelled": "lost", "canceled": "lost", "no_show": "lost", "not_interested": "lost", "bad_fit": "lost"},
}
HAS_PHONE = (Customer.org_id == bindparam("org"), Customer.phone == bindparam("phone"))
BY_PHONE, ID_BY_PHONE = select(Customer).where(*HAS_PHONE), select(Customer.id).where(*HAS_PHONE)
NEWEST_OPEN = (
    select(Lead)
    .where(Lead.org_id == bindparam("org"), Lead.customer_id == bindparam("customer"), Lead.status.in_(OPEN))
    .order_by(Lead.created_at.desc(), Lead.id)
    .limit(1)
)
PRIORITIES = ("hot", "warm", "cold", "dead")
MOST_WORTH = 2_000_000_000  # cents
SOURCES = {"sms": "SMS", "whatsapp": "SMS", "voice": "VOICE", "web": "WEB", "book": "WEB", "console": "CONSOLE"}


def customer_for(
    ctx: Context,
    phone: str | None,
    *,
    name: str | None = None,
    email: str | None = None,
    address: str | None = None,
    postal_code: str | None = None,
) -> Customer:
    """The customer with this number, found or made; details given fill gaps and never overwrite.

    `phone` in any spelling, or None for somebody without a number, who is always somebody new. Raises INVALID_PHONE.
    """
    number = written_phone(ctx, phone)
    known = {"name": name, "email": email, "address": address, "postal_code": postal_code}
    row = None if number is None else by_phone(ctx, number)
    return first_contact(ctx, number, **known) if row is None else fill(ctx, row, **known)


def first_contact(ctx: Context, number: str | None, **known: str | None) -> Customer:
    """A customer nobody has found, made; `number` is E.164, `known` as in `customer_for`."""
    said = {field: value or None for field, value in known.items()}
    row = Customer(org_id=ctx.org.id, phone=number, created_at=ctx.now, updated_at=ctx.now, **said)
    if keep_once(ctx, row, ("id",) if number is None else ("org_id", "phone")):
        return row
    # Two first contacts at once: the loser of the insert finds the winner's row.
    assert number is not None
    winner = by_phone(ctx, number)
    assert winner is not None
    return fill(ctx, winner, **known)


def fill(ctx: Context, customer: Customer, **known: str | None) -> Customer:
    """Keep of what was told only what was not known; `known` as in `customer_for`."""
    tell(ctx, customer, **{field: said for field, said in known.items() if not getattr(customer, field)})
    return customer


def first_spoke(ctx: Context, customer_id: str, language: str) -> None:
    """Keep the language, "en" or "es", in which somebody came who was not known before this act; whoever was keeps
    theirs, since a form proves nobody's number."""
    customer = ctx.session.get_one(Customer, customer_id)
    if customer.created_at == ctx.now:
        customer.language = language


def by_phone(ctx: Context, number: str) -> Customer | None:
    """The customer with this number (E.164)."""
    them = {"org": ctx.org.id, "phone": number}
    if not ask(ctx, ID_BY_PHONE, **them):  # most who book are new, and asking for objects costs five times as much
        return None
    return ctx.session.scalars(BY_PHONE, them).first()


def written_phone(ctx: Context, phone: str | None) -> str | None:
    """A number in any spelling as E.164, None for none. Raises INVALID_PHONE."""
    if phone is None or not phone.strip():
        return None
    number = phones.e164(phone, ctx.org.region)
    if number is None:
        raise Problem("INVALID_PHONE", "That is not a phone number we can use.", fix="Send it with its area code.")
    return number


def tell(
    ctx: Context,
    customer: Customer,
    *,
    name: str | None = None,
    email: str | None = None,
    address: str | None = None,
    postal_code: str | None = None,
) -> None:
    """Keep what a customer told us about themselves; what was not said stays as it is."""
    said = {"name": name, "email": email, "address": address, "postal_code": postal_code}
    for field, value in said.items():
        if value and value != getattr(customer, field):
            setattr(customer, field, value)
            customer.updated_at = ctx.now


def open_lead(ctx: Context, customer: Customer, source: str | None = None, *, lead_id: str | None = None) -> Lead:
    """The customer's open lead, or a new one; with `lead_id` that one, whatever its state.

    `source` None: the channel's own word. Raises NOT_FOUND for a lead that is not this business's.
    """
    found = _named(ctx, lead_id) if lead_id is not None else _open(ctx, customer)
    if found is not None:
        return found
    lead = _new(ctx, customer, source)
    keep(ctx, lead)
    note(ctx, lead, "created", source=lead.source)
    announcements.lead(ctx, "created", lead)
    return lead


def booked(
    ctx: Context,
    customer: Customer,
    booking_id: str,
    *,
    lead_id: str | None = None,
    service_id: str | None = None,
    first_contact: bool = False,
) -> Lead:
    """The lead of a visit just booked, moved along: the named one, the customer's open one, or a new one.

    At a `first_contact` nobody has to look for one. Raises NOT_FOUND for a lead that is not this business's.
    """
    lead = _named(ctx, lead_id) if lead_id is not None else None if first_contact else _open(ctx, customer)
    if lead is not None:
        note(ctx, lead, "booked", booking_id=booking_id)
        if lead.status != "won":
            set_status(ctx, lead, "booked")
        describe(ctx, lead.id, service_id=None if lead.service_id else service_id)
        return lead
    lead = _new(ctx, customer)
    lead.status, lead.booked_at, lead.service_id = "booked", ctx.now, service_id
    keep(ctx, lead)
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        ("created", {"source": lead.source}),
        ("booked", {"booking_id": booking_id}),
        ("status", {"old": "new", "new": "booked"}),
    )
    add(ctx, LeadEvent, *(_line(ctx, lead, event, detail) for event, detail in told))
    announcements.lead(ctx, "created", lead)
    announcements.lead(ctx, "status_changed", lead, previous_status="new")
    return lead


def describe(
    ctx: Context,
    lead_id: str | None,
    *,
    issue: str | None = None,
    service_id: str | None = None,
    urgency: str | None = None,
) -> None:
    """Keep what a lead is about; what was not said stays. Raises NOT_FOUND for another business's lead."""
    if lead_id is None:
        return
    lead = ctx.session.get(Lead, lead_id)
    if lead is None or lead.org_id != ctx.org.id:
        not_found("lead")
    for field, value in (("issue", issue), ("service_id", service_id), ("urgency", urgency)):
        if value and value != getattr(lead, field):
            setattr(lead, field, value)
            lead.updated_at = ctx.now
            if field == "issue":
                note(ctx, lead, "described")


def appraise(ctx: Context, lead: Lead, fields: Mapping[str, Any]) -> None:
    """Keep what the office thinks of a lead: of `priority` (hot, warm, cold or dead), `worth_cents`, `notes`,
    `organization` and `location` those that are given; None empties one, `notes` by an empty text.

    Raises VALIDATION_ERROR for another priority, and for a worth below nothing or beyond 20 million dollars.
    """
    priority, worth_cents = fields.get("priority"), fields.get("worth_cents")
    if priority is not None:
        priority = priority.strip().lower()
        if priority not in PRIORITIES:
            raise Problem("VALIDATION_ERROR", "There is no such priority.", fix=f"Use one of: {', '.join(PRIORITIES)}.")
        fields = {**fields, "priority": priority}
    if worth_cents is not None and not 0 <= worth_cents <= MOST_WORTH:
        raise Problem("VALIDATION_ERROR", "That worth is out of range.", fix="Send 0 to 20 million dollars.")
    for field, value in fields.items():
        if value != getattr(lead, field):
            setattr(lead, field, value)
            lead.updated_at = ctx.now


def wait(ctx: Context, lead: Lead, wanted: bool) -> None:
    """Put a lead on the waiting list, or take it off; `tools.waiting_list` offers it a time that comes free."""
    if lead.waitlist != wanted:
        lead.waitlist = wanted
        lead.updated_at = ctx.now
        note(ctx, lead, "waitlist", wanted=wanted)


def set_status(ctx: Context, lead: Lead, status: str, *, reason: str | None = None) -> Lead:
    """Give a lead a status, in any dialect's word; the same one again changes nothing.

    booked_at, won_at and lost_at keep their first value (CS-18). Raises VALIDATION_ERROR for an unknown word.
    """
    said = status.strip().lower().replace("-", "_").replace(" ", "_")
    stored = WORDS.get(said)
    if stored is None:
        raise Problem("VALIDATION_ERROR", "There is no such lead status.", fix=f"Use one of: {', '.join(STATUSES)}.")
    if stored == "lost" and reason is None and said != "lost":
        reason = said
    if stored == lead.status:
        return lead
    note(ctx, lead, "status", old=lead.status, new=stored, **({"reason": reason} if reason else {}))
    before, lead.status = lead.status, stored
    lead.updated_at = ctx.now
    lead.lost_reason = reason if stored == "lost" else None
    lead.booked_at = lead.booked_at or (ctx.now if stored == "booked" else None)
    lead.won_at = lead.won_at or (ctx.now if stored == "won" else None)
    lead.lost_at = lead.lost_at or (ctx.now if stored == "lost" else None)
    announcements.lead(ctx, "status_changed", lead, previous_status=before)
    return lead


def visit_gone(ctx: Context, lead_id: str) -> None:
    """After a visit was cancelled or missed: a booked lead without another active visit is an open wish again."""
    lead = ctx.session.get_one(Lead, lead_id)
    others = select(Booking.id).where(Booking.lead_id == lead_id, Booking.status.in_(ACTIVE)).limit(1)
    if lead.status == "booked" and ctx.session.scalars(others).first() is None:
        set_status(ctx, lead, "active")


def note(ctx: Context, lead: Lead, event: str, **detail: Any) -> None:
    """Add a line to the lead's timeline; `detail` holds ids and words of ours, never what a customer said."""
    add(ctx, LeadEvent, _line(ctx, lead, event, detail))


def _line(ctx: Context, lead: Lead, event: str, detail: dict[str, Any]) -> dict[str, Any]:
    who = {"actor_kind": ctx.actor.kind, "actor_name": ctx.actor.name}
    return {"org_id": ctx.org.id, "lead_id": lead.id, "at": ctx.now, "event": event, "detail": detail, **who}


def _named(ctx: Context, lead_id: str) -> Lead:
    lead = ctx.session.get(Lead, lead_id)
    return lead if lead is not None and lead.org_id == ctx.org.id else not_found("lead")


def _open(ctx: Context, customer: Customer) -> Lead | None:
    return ctx.session.scalars(NEWEST_OPEN, {"org": ctx.org.id, "customer": customer.id}).first()


def _new(ctx: Context, customer: Customer, source: str | None = None) -> Lead:
    return Lead(
        id=new_id(),
        org_id=ctx.org.id,
        customer_id=customer.id,
        status="new",
        source=source or SOURCES.get(ctx.channel, "API"),
        channel=ctx.channel,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
