"""Plain pages of rows for lists that follow no rule: texts, leads, threads, calls, and what the business offers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select

from storage.context import Context
from storage.tables import (
    Booking,
    Conversation,
    Customer,
    DateOverride,
    Hours,
    Lead,
    LeadEvent,
    Message,
    ScheduleTemplate,
    Service,
    Skill,
    Technician,
)

T = TypeVar("T")


def messages(
    ctx: Context,
    *,
    offset: int,
    size: int,
    direction: str | None = None,
    to: str | None = None,
    conversation_id: str | None = None,
) -> tuple[list[Message], int]:
    """One page of texts in and out, oldest first, and how many match; `to` is E.164."""
    exact = {"direction": direction, "to_phone": to, "conversation_id": conversation_id}
    wanted = [Message.org_id == ctx.org.id]
    wanted += [getattr(Message, column) == value for column, value in exact.items() if value is not None]
    return _page(ctx, Message, wanted, (Message.created_at, Message.id), offset, size)


def leads(
    ctx: Context,
    *,
    offset: int,
    size: int,
    status: str | None = None,
    phone: str | None = None,
    search: str | None = None,
    channel: str | None = None,
    waiting: bool | None = None,
) -> tuple[list[tuple[Lead, Customer]], int]:
    """One page of leads with their customers; `status` is stored, `phone` E.164, `search` part of a name or e-mail,
    `channel` where they first came from; `waiting` asks for those who are, or are not, on the waiting list."""
    wanted: list[ColumnElement[bool]] = [Lead.org_id == ctx.org.id]
    if status is not None:
        wanted.append(Lead.status == status)
    if phone is not None:
        wanted.append(Customer.phone == phone)
    if channel is not None:
        wanted.append(Lead.channel == channel)
    if waiting is not None:
        wanted.append(Lead.waitlist.is_(waiting))
    if search:
        part = f"%{search.replace('%', '').replace('_', '').lower()}%"
        wanted.append(or_(func.lower(Customer.name).like(part), func.lower(Customer.email).like(part)))
    rows = select(Lead, Customer).join(Customer, Customer.id == Lead.customer_id).where(*wanted)
    total = ctx.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = rows.order_by(Lead.created_at.desc(), Lead.id).offset(offset).limit(size)
    return [(lead, customer) for lead, customer in ctx.session.execute(page)], total


def lead_and_customer(ctx: Context, lead_id: str) -> tuple[Lead, Customer] | None:
    """One lead with its customer."""
    rows = select(Lead, Customer).join(Customer, Customer.id == Lead.customer_id)
    row = ctx.session.execute(rows.where(Lead.org_id == ctx.org.id, Lead.id == lead_id)).first()
    return None if row is None else (row[0], row[1])


def leads_by_id(ctx: Context, ids: Sequence[str]) -> dict[str, tuple[Lead, Customer]]:
    """These leads with their customers."""
    rows = select(Lead, Customer).join(Customer, Customer.id == Lead.customer_id)
    found = ctx.session.execute(rows.where(Lead.org_id == ctx.org.id, Lead.id.in_(set(ids))))
    return {lead.id: (lead, customer) for lead, customer in found}


def timeline(ctx: Context, lead_id: str) -> list[LeadEvent]:
    """What happened to a lead, oldest first."""
    lines = select(LeadEvent).where(LeadEvent.org_id == ctx.org.id, LeadEvent.lead_id == lead_id)
    return list(ctx.session.scalars(lines.order_by(LeadEvent.at, LeadEvent.event != "created", LeadEvent.id)))


def conversations(
    ctx: Context,
    *,
    offset: int,
    size: int,
    states: Sequence[str] = (),
    booked: bool | None = None,
    phone: str | None = None,
    lead_id: str | None = None,
) -> tuple[list[Conversation], int]:
    """One page of threads, the latest spoken in first; `booked` asks whether a visit came of it."""
    exact = {"phone": phone, "lead_id": lead_id}
    wanted: list[ColumnElement[bool]] = [Conversation.org_id == ctx.org.id]
    wanted += [getattr(Conversation, column) == value for column, value in exact.items() if value is not None]
    if states:
        wanted.append(Conversation.state.in_(states))
    if booked is not None:
        with_visit = Conversation.id.in_(
            select(Booking.conversation_id).where(Booking.org_id == ctx.org.id, Booking.conversation_id.is_not(None))
        )
        wanted.append(with_visit if booked else ~with_visit)
    order = (Conversation.last_message_at.desc(), Conversation.created_at.desc(), Conversation.id)
    return _page(ctx, Conversation, wanted, order, offset, size)


def last_messages(ctx: Context, ids: Sequence[str]) -> dict[str, tuple[int, str]]:
    """How many messages each of these threads has, and the body of its last."""
    counts = select(Message.conversation_id, func.count()).where(
        Message.org_id == ctx.org.id, Message.conversation_id.in_(ids)
    )
    newest = func.row_number().over(
        partition_by=Message.conversation_id, order_by=(Message.created_at.desc(), Message.id.desc())
    )
    ranked = (
        select(Message.conversation_id, Message.body, newest.label("place"))
        .where(Message.org_id == ctx.org.id, Message.conversation_id.in_(ids))
        .subquery()
    )
    last = ctx.session.execute(select(ranked.c.conversation_id, ranked.c.body).where(ranked.c.place == 1))
    bodies: dict[str, str] = {row[0]: row[1] for row in last}
    return {
        one: (count, bodies[one]) for one, count in ctx.session.execute(counts.group_by(Message.conversation_id)) if one
    }


def booked_in(ctx: Context, ids: Sequence[str]) -> set[str]:
    """Which of these threads led to a visit."""
    found = select(Booking.conversation_id).where(Booking.org_id == ctx.org.id, Booking.conversation_id.in_(ids))
    return {one for one in ctx.session.scalars(found) if one is not None}


def services(ctx: Context, *, offset: int, size: int) -> tuple[list[Service], int]:
    """One page of services, in the business's own order."""
    return _page(ctx, Service, [Service.org_id == ctx.org.id], (Service.position, Service.id), offset, size)


def technicians(ctx: Context, *, offset: int, size: int) -> tuple[list[Technician], int]:
    """One page of technicians, in the business's own order."""
    return _page(ctx, Technician, [Technician.org_id == ctx.org.id], (Technician.position, Technician.id), offset, size)


def visits_of(ctx: Context, technician_id: str, *, since: datetime) -> list[Booking]:
    """A technician's visits of any status that end after `since`, soonest first."""
    theirs = select(Booking).where(Booking.org_id == ctx.org.id, Booking.technician_id == technician_id)
    return list(ctx.session.scalars(theirs.where(Booking.end_at > since).order_by(Booking.start_at, Booking.id)))


def skills(ctx: Context) -> list[tuple[str, str]]:
    """Who can do what: service id and technician id."""
    rows = select(Skill.service_id, Skill.technician_id).join(Service, Service.id == Skill.service_id)
    return [(service, who) for service, who in ctx.session.execute(rows.where(Service.org_id == ctx.org.id))]


def weekly_hours(ctx: Context) -> list[Hours]:
    """The business's own working hours."""
    mine = select(Hours).where(Hours.template_id == ctx.org.template_id)
    return list(ctx.session.scalars(mine.order_by(Hours.weekday, Hours.opens)))


def templates(ctx: Context, *, offset: int, size: int) -> tuple[list[ScheduleTemplate], int]:
    """One page of named weekly hours, by name."""
    wanted = [ScheduleTemplate.org_id == ctx.org.id]
    return _page(ctx, ScheduleTemplate, wanted, (ScheduleTemplate.name, ScheduleTemplate.id), offset, size)


def overrides(ctx: Context, *, offset: int, size: int, since: date | None = None) -> tuple[list[DateOverride], int]:
    """One page of the dates that differ from the week, soonest first."""
    wanted: list[ColumnElement[bool]] = [DateOverride.org_id == ctx.org.id]
    if since is not None:
        wanted.append(DateOverride.day >= since)
    return _page(ctx, DateOverride, wanted, (DateOverride.day, DateOverride.id), offset, size)


def one_of(ctx: Context, table: type[T], row_id: str) -> T | None:
    """The row of this business with this id."""
    row: Any = ctx.session.get(table, row_id)
    return row if row is not None and row.org_id == ctx.org.id else None


def _page(
    ctx: Context, table: type[T], wanted: Sequence[ColumnElement[bool]], order: Sequence[Any], offset: int, size: int
) -> tuple[list[T], int]:
    total = ctx.session.scalar(select(func.count()).select_from(table).where(*wanted)) or 0
    rows: Any = select(table).where(*wanted).order_by(*order).offset(offset).limit(size)
    return list(ctx.session.scalars(rows)), total
