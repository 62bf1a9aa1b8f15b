"""Finding somebody: by name, by digits of a phone number, by address, or a visit by the beginning of its id."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select

from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, Staff
from tools import sight
from tools.problems import Problem

PEOPLE = 30  # shown of a search
EACH = 5  # leads, threads and visits shown of one person
SHORTEST = 2
FEWEST_DIGITS = 3
ID_PREFIX = re.compile(r"#?([0-9a-f]{4,8}(?:-[0-9a-f-]*)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One customer with what the searcher may see of theirs, the newest first."""

    customer: Customer
    leads: Sequence[Lead]
    threads: Sequence[Conversation]
    visits: Sequence[Booking]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found: people, and visits whose id begins so. `more` when there are more people than are shown."""

    people: Sequence[Found]
    visits: Sequence[Booking]
    more: bool


def find(ctx: Context, staff: Staff, words: str) -> Results:
    """Everybody of this business whom the words fit and this person may see. Raises VALIDATION_ERROR for one letter."""
    words = " ".join(words.split())
    if len(words) < SHORTEST:
        raise Problem("VALIDATION_ERROR", "Please write at least two letters or digits.", fix="Write more of it.")
    mine = [Customer.org_id == ctx.org.id, _fits(ctx, words)]
    if staff.role not in sight.SEE_ALL:
        mine.append(_known_to(ctx, staff))
    rows = select(Customer).where(*mine).order_by(Customer.updated_at.desc(), Customer.id).limit(PEOPLE + 1)
    people = list(ctx.session.scalars(rows))
    return Results(
        [_found(ctx, staff, one) for one in people[:PEOPLE]], _by_id(ctx, staff, words), len(people) > PEOPLE
    )


def _fits(ctx: Context, words: str) -> ColumnElement[bool]:
    part = "%" + re.sub(r"([\\%_])", r"\\\1", words.lower()) + "%"
    fits = [func.lower(column).like(part, escape="\\") for column in (Customer.name, Customer.address, Customer.email)]
    # A visit may be at another address than the customer's own.
    fits.append(
        Customer.id.in_(
            select(Booking.customer_id).where(
                Booking.org_id == ctx.org.id, func.lower(Booking.address).like(part, escape="\\")
            )
        )
    )
    digits = re.sub(r"\D", "", words)
    if len(digits) >= FEWEST_DIGITS and not re.search(r"[a-z]", words, re.IGNORECASE):
        fits.append(Customer.phone.like(f"%{digits}%"))
    return or_(*fits)


def _known_to(ctx: Context, staff: Staff) -> ColumnElement[bool]:
    """Customers of whom this person sees something."""
    return or_(
        exists().where(Lead.customer_id == Customer.id, Lead.org_id == ctx.org.id, sight.leads(ctx, staff)),
        exists().where(
            Conversation.customer_id == Customer.id, Conversation.org_id == ctx.org.id, sight.threads(ctx, staff)
        ),
        exists().where(Booking.customer_id == Customer.id, Booking.org_id == ctx.org.id, sight.bookings(ctx, staff)),
    )


def _found(ctx: Context, staff: Staff, customer: Customer) -> Found:
    leads = select(Lead).where(Lead.customer_id == customer.id, sight.leads(ctx, staff))
    threads = select(Conversation).where(Conversation.customer_id == customer.id, sight.threads(ctx, staff))
    visits = select(Booking).where(Booking.customer_id == customer.id, sight.bookings(ctx, staff))
    return Found(
        customer,
        list(ctx.session.scalars(leads.order_by(Lead.created_at.desc(), Lead.id).limit(EACH))),
        list(ctx.session.scalars(threads.order_by(Conversation.last_message_at.desc()).limit(EACH))),
        list(ctx.session.scalars(visits.order_by(Booking.start_at.desc(), Booking.id).limit(EACH))),
    )


def _by_id(ctx: Context, staff: Staff, words: str) -> list[Booking]:
    prefix = ID_PREFIX.fullmatch(words)
    if prefix is None:
        return []
    mine = (Booking.org_id == ctx.org.id, Booking.id.startswith(prefix[1].lower(), autoescape=True))
    rows = select(Booking).where(*mine, sight.bookings(ctx, staff)).order_by(Booking.start_at.desc()).limit(EACH)
    return list(ctx.session.scalars(rows))
