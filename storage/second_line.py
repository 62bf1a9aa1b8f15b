"""Lists for the desk of a second phone line: tickets, chats and calls by department, status and period."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from storage.context import Context
from storage.tables import (
    Call,
    Conversation,
    Customer,
    EntryPoint,
    Lead,
    Message,
    Service,
    Staff,
    StaffSession,
    Team,
    TeamMember,
)

# Where a ticket stands: unanswered, waiting for us, waiting for them, over.
NEW, OURS, THEIRS, CLOSED = "new", "ours", "theirs", "closed"
Period = tuple[datetime, datetime]

REPLIED = exists().where(
    Message.conversation_id == Conversation.id, Message.direction == "out", Message.state != "skipped"
)
HEARD_LAST = Conversation.last_inbound_at == Conversation.last_message_at
# Contract 2.1. A thread a person has, or the assistant is about to answer, waits for whoever did not speak last.
STATUS: ColumnElement[str] = case(
    (Conversation.state == "closed", CLOSED),
    (~REPLIED, NEW),
    (Conversation.state == "needs_human", OURS),
    (and_(Conversation.state != "waiting_customer", HEARD_LAST), OURS),
    else_=THEIRS,
)
THREAD_TEAM: ColumnElement[Any] = func.coalesce(Conversation.team_id, Service.team_id)
CALL_TEAM: ColumnElement[Any] = func.coalesce(Call.team_id, Service.team_id)


def threads(
    ctx: Context,
    *,
    limit: int,
    kind: str,
    team: ColumnElement[bool] | None = None,
    period: Period | None = None,
    status: str | None = None,
    email: str | None = None,
) -> list[tuple[Conversation, Customer | None, str, str | None]]:
    """The newest `limit` threads of a kind, each with its customer, status and team: `chat` on a web page, `messenger`
    in WhatsApp, `ticket` all others and whatever has a subject."""
    kinds: dict[str, ColumnElement[bool]] = {
        "chat": and_(Conversation.channel == "web", Conversation.subject.is_(None)),
        "messenger": Conversation.channel == "whatsapp",
        "ticket": or_(Conversation.channel.not_in(("web", "whatsapp")), Conversation.subject.is_not(None)),
    }
    wanted = [Conversation.org_id == ctx.org.id, kinds[kind]]
    if team is not None:
        wanted.append(team)
    if period is not None:
        wanted += [Conversation.created_at >= period[0], Conversation.created_at < period[1]]
    if status is not None:
        wanted.append(STATUS == status)
    if email is not None:
        wanted.append(func.lower(Customer.email) == email.lower())
    rows = (
        select(Conversation, Customer, STATUS, THREAD_TEAM)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(Lead, Lead.id == Conversation.lead_id)
        .outerjoin(Service, Service.id == Lead.service_id)
        .where(*wanted)
        .order_by(Conversation.created_at.desc(), Conversation.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in ctx.session.execute(rows)]


def calls(
    ctx: Context,
    *,
    limit: int,
    team: ColumnElement[bool] | None = None,
    period: Period | None = None,
    direction: str | None = None,
    service_id: str | None = None,
) -> list[tuple[Call, str | None, str | None]]:
    """The newest `limit` calls, each with its team and the name of the service its lead is about."""
    wanted = [Call.org_id == ctx.org.id]
    if team is not None:
        wanted.append(team)
    if period is not None:
        wanted += [Call.started_at >= period[0], Call.started_at < period[1]]
    if direction is not None:
        wanted.append(Call.direction == direction)
    if service_id is not None:
        wanted.append(Lead.service_id == service_id)
    rows = (
        select(Call, CALL_TEAM, Service.name)
        .outerjoin(Lead, Lead.id == Call.lead_id)
        .outerjoin(Service, Service.id == Lead.service_id)
        .where(*wanted)
        .order_by(Call.started_at.desc(), Call.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in ctx.session.execute(rows)]


def of_team(column: ColumnElement[Any], team_id: str | None) -> ColumnElement[bool]:
    """The rows of one team; None: those of no team."""
    return column.is_(None) if team_id is None else column == team_id


def status_of(ctx: Context, thread: Conversation) -> str:
    """Where a thread stands, as a ticket."""
    row = select(STATUS).select_from(Conversation)
    return str(ctx.session.scalars(row.where(Conversation.org_id == ctx.org.id, Conversation.id == thread.id)).one())


def departments(ctx: Context) -> list[tuple[Team, int]]:
    """Every team, with how many people are in it."""
    size = select(func.count()).where(TeamMember.team_id == Team.id).correlate(Team).scalar_subquery()
    rows = select(Team, size).where(Team.org_id == ctx.org.id).order_by(Team.name, Team.id)
    return [(team, count) for team, count in ctx.session.execute(rows)]


def agents(ctx: Context) -> list[tuple[Staff, datetime | None]]:
    """The staff, with when each was last seen in the console."""
    seen = (
        select(func.max(StaffSession.last_seen_at))
        .where(StaffSession.staff_id == Staff.id)
        .correlate(Staff)
        .scalar_subquery()
    )
    rows = select(Staff, seen).where(Staff.org_id == ctx.org.id, Staff.active).order_by(Staff.name, Staff.id)
    return [(staff, last) for staff, last in ctx.session.execute(rows)]


def number_named(ctx: Context, name: str) -> EntryPoint | None:
    """The active tracked number with this id or this number (E.164)."""
    mine = select(EntryPoint).where(EntryPoint.org_id == ctx.org.id, EntryPoint.active, EntryPoint.phone.is_not(None))
    return ctx.session.scalars(mine.where(or_(EntryPoint.id == name, EntryPoint.phone == name)).limit(1)).first()


def leads(ctx: Context, *, limit: int, statuses: Sequence[str] | None) -> list[tuple[Lead, Customer]]:
    """The newest `limit` leads with their customers; `statuses` are stored ones."""
    rows = select(Lead, Customer).join(Customer, Customer.id == Lead.customer_id).where(Lead.org_id == ctx.org.id)
    if statuses is not None:
        rows = rows.where(Lead.status.in_(statuses))
    found = ctx.session.execute(rows.order_by(Lead.created_at.desc(), Lead.id).limit(limit))
    return [(lead, customer) for lead, customer in found]
