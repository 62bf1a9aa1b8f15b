"""The people a business knows, as a list it keeps: added, tagged, and forgotten when they ask (CV-32 to CV-35)."""

from typing import Any

from sqlalchemy import or_, select, update

from storage import listings
from storage.context import Context
from storage.tables import Booking, Call, Conversation, Customer, Lead, Message, Org, Task
from storage.tables.bookings import ACTIVE
from tools import audit, leads, opt_out
from tools.problems import Problem, not_found
from tools.rules import emails

LONGEST_TAG = 40


def get(ctx: Context, contact_id: str) -> Customer:
    """One contact of this business. Raises NOT_FOUND."""
    return listings.one_of(ctx, Customer, contact_id) or not_found("contact")


def listed(ctx: Context, *, tag: str | None = None, limit: int) -> list[Customer]:
    """The newest `limit` contacts that still have a name, an e-mail address or a number; `tag` only those with it."""
    someone = or_(Customer.name.is_not(None), Customer.email.is_not(None), Customer.phone.is_not(None))
    rows = select(Customer).where(Customer.org_id == ctx.org.id, someone)
    found = ctx.session.scalars(rows.order_by(Customer.created_at.desc(), Customer.id))
    return [row for row in found if tag is None or tag in row.tags][:limit]


def tags(ctx: Context) -> list[str]:
    """Every tag in use, by name."""
    rows = ctx.session.scalars(select(Customer.tags).where(Customer.org_id == ctx.org.id))
    return sorted({tag for row in rows for tag in row})


def add(ctx: Context, name: str, *, email: str | None, phone: str | None, tag: str | None) -> Customer:
    """A contact, or the one with this number or address: details fill gaps. Raises MISSING_FIELDS without either,
    INVALID_PHONE, INVALID_EMAIL, VALIDATION_ERROR for a tag over 40 characters."""
    if email is not None:
        checked_email(email)
    if email is None and phone is None:
        raise Problem("MISSING_FIELDS", "Missing: email or phone.", fix="Send email or phone.", fields=["email"])
    if tag is not None and len(tag) > LONGEST_TAG:
        raise Problem("VALIDATION_ERROR", "A group's name is too long.", fix=f"Use at most {LONGEST_TAG} characters.")
    if phone is not None:
        row = leads.customer_for(ctx, phone, name=name, email=email)
    else:
        row = known_by_email(ctx, email or "", name=name)
    if tag is not None and tag not in row.tags:
        row.tags = [*row.tags, tag]
    ctx.session.flush()
    return row


def checked_email(email: str) -> str:
    """An address as it stands. Raises INVALID_EMAIL."""
    if not emails.valid(email):
        raise Problem("INVALID_EMAIL", "That is not an e-mail address.", fix="Write it as name@example.com.")
    return email


def known_by_email(ctx: Context, email: str, *, name: str | None = None) -> Customer:
    """The customer with this e-mail address, or somebody new; what is no address is not kept."""
    if not emails.valid(email):
        return leads.customer_for(ctx, None, name=name)
    # No constraint on addresses, so first contacts of one business take turns.
    ctx.session.execute(select(Org.id).where(Org.id == ctx.org.id).with_for_update(key_share=True))
    theirs = select(Customer).where(Customer.org_id == ctx.org.id, Customer.email == email)
    found = ctx.session.scalars(theirs.order_by(Customer.created_at, Customer.id).limit(1)).first()
    if found is None:
        return leads.customer_for(ctx, None, name=name, email=email)
    leads.tell(ctx, found, name=None if found.name else name)
    return found


def number_told(ctx: Context, row: Customer, phone: str | None) -> None:
    """Give a contact without a number one. Raises INVALID_PHONE, and IN_USE where it would become another person's: a
    number is who somebody is here."""
    number = leads.written_phone(ctx, phone)
    if number is None or number == row.phone:
        return
    taken = select(Customer.id).where(Customer.org_id == ctx.org.id, Customer.phone == number)
    if row.phone is not None or ctx.session.scalars(taken).first() is not None:
        raise Problem("IN_USE", "That number is another contact's.", fix="Use the lead of the other number.")
    row.phone, row.updated_at = number, ctx.now


def forget(ctx: Context, row: Customer) -> None:
    """Take out who somebody is and what they said; visits, calls and leads stay as events without a person.

    A visit still to come keeps its address and notes, or nobody could drive there. The number of somebody who wants no
    texts stays, or it would be texted again (47 CFR 64.1200(d)(6)).
    """
    opt_out.stop_automation(ctx, row, "forgotten")
    mine = ctx.org.id
    visits = update(Booking).where(Booking.org_id == mine, Booking.customer_id == row.id)
    over = ~Booking.status.in_(ACTIVE) | (Booking.end_at <= ctx.now)
    threads = select(Conversation.id).where(Conversation.org_id == mine, Conversation.customer_id == row.id)
    texts = Message.customer_id == row.id
    about = update(Task).where(Task.org_id == mine, Task.customer_id == row.id)
    nobody: dict[str, Any] = {"customer_name": None, "customer_phone": None, "customer_email": None, "attendees": []}
    unsaid = {"transcript": None, "summary": None, "recording_url": None, "from_phone": None, "to_phone": None}
    for change in (
        visits.values(**nobody),
        visits.where(over).values(address=None, postal_code=None, notes=None),
        update(Lead).where(Lead.org_id == mine, Lead.customer_id == row.id).values(issue=None, notes=""),
        update(Message)
        .where(Message.org_id == mine, or_(texts, Message.conversation_id.in_(threads)))
        .values(body="", media=[], from_phone=None, to_phone=None),
        update(Call).where(Call.org_id == mine, Call.customer_id == row.id).values(**unsaid),
        about.values(text="About somebody who asked to be forgotten."),
        update(Conversation)
        .where(Conversation.org_id == mine, Conversation.customer_id == row.id)
        .values(phone=None, given_phone=None, subject=None, external_key=None, memory={}, summary=None),
    ):
        ctx.session.execute(change)
    row.name = row.email = row.address = row.postal_code = None
    row.phone = row.phone if row.opted_out_at is not None else None
    row.tags = []
    row.updated_at = ctx.now
    ctx.session.flush()
    audit.note(ctx, "contact.forgotten", "customer", row.id)
