"""Whose phones ring for a matter: the team's of the service it is about, before the business's (SC-69), and those of
staff who say they may (SC-21, SC-22)."""

from sqlalchemy import func, select

from storage.context import Context
from storage.tables import Booking, Conversation, Lead, Service, Staff, Task, Team, TeamMember, TeamStaff, Technician
from storage.tables.leads import OPEN


def on_call(ctx: Context) -> list[Technician]:
    """Who of the business is alerted, in order; people without a phone are left out."""
    wanted = (Technician.org_id == ctx.org.id, Technician.active, Technician.phone.is_not(None))
    ordered = select(Technician).where(*wanted, Technician.on_call.is_not(None))
    return list(ctx.session.scalars(ordered.order_by(Technician.on_call, Technician.position)))


def alerted(ctx: Context, task: Task) -> list[str]:
    """The numbers (E.164) told of a task, in order: the team's hand-off number, the team's own on call, staff whose
    status is on_call, then those of the business.

    Staff who are busy, away or offline, or still wrapping up their last hand-off, are not told; of an emergency they
    are, after everybody else.
    """
    team = _team_of(ctx, _service_of_task(ctx, task))
    first = [] if team is None else [team.handoff_phone, *_on_call_in(ctx, team)]
    mine = (Staff.org_id == ctx.org.id, Staff.active, Staff.phone.is_not(None))
    staff = list(ctx.session.scalars(select(Staff).where(*mine).order_by(func.lower(Staff.name), Staff.id)))
    theirs = set(ctx.session.scalars(select(TeamStaff.staff_id).where(TeamStaff.team_id == team.id))) if team else set()
    ready = [
        one.phone for one in staff if one.status == "on_call" and (one.role in ("owner", "admin") or one.id in theirs)
    ]
    wanted = [*first, *ready, *(one.phone for one in on_call(ctx))]
    numbers = list(dict.fromkeys(phone for phone in wanted if phone))
    engaged = {one.phone for one in staff if not one.may_be_alerted(ctx.now)}
    last = [phone for phone in numbers if phone in engaged] if task.urgency == "emergency" else []
    return [*(phone for phone in numbers if phone not in engaged), *last]


def transfer_number(ctx: Context, *, thread: Conversation | None = None, customer_id: str | None = None) -> str | None:
    """The number (E.164) a caller is put through to: the team's their wish is about, else the business's."""
    team = _team_of(ctx, _service_wished(ctx, thread.lead_id if thread is not None else None, customer_id))
    return (team.handoff_phone if team is not None else None) or ctx.org.transfer_number


def answers_at(ctx: Context, phone: str) -> str | None:
    """The name of the team whose hand-off number this is."""
    mine = select(Team.name).where(Team.org_id == ctx.org.id, Team.handoff_phone == phone)
    return ctx.session.scalars(mine.order_by(Team.name).limit(1)).first()


def _service_of_task(ctx: Context, task: Task) -> str | None:
    booking = ctx.session.get(Booking, task.booking_id) if task.booking_id else None
    if booking is not None:
        return booking.service_id
    thread = ctx.session.get(Conversation, task.conversation_id) if task.conversation_id else None
    return _service_wished(ctx, thread.lead_id if thread is not None else None, task.customer_id)


def owners_phone(ctx: Context) -> str | None:
    """Whom to tell what nobody has to answer at once: the owner's number (E.164), else that of the first on call."""
    mine = (Staff.org_id == ctx.org.id, Staff.active, Staff.role == "owner", Staff.phone.is_not(None))
    owner = ctx.session.scalars(select(Staff.phone).where(*mine).order_by(Staff.created_at).limit(1)).first()
    people = on_call(ctx) if owner is None else []
    return people[0].phone if people else owner


def _service_wished(ctx: Context, lead_id: str | None, customer_id: str | None) -> str | None:
    """The service of this lead, else of the customer's open one."""
    lead = ctx.session.get(Lead, lead_id) if lead_id is not None else None
    if lead is None and customer_id is not None:
        open_one = select(Lead).where(Lead.org_id == ctx.org.id, Lead.customer_id == customer_id, Lead.status.in_(OPEN))
        lead = ctx.session.scalars(open_one.order_by(Lead.created_at.desc()).limit(1)).first()
    return lead.service_id if lead is not None else None


def _team_of(ctx: Context, service_id: str | None) -> Team | None:
    service = ctx.session.get(Service, service_id) if service_id is not None else None
    return ctx.session.get(Team, service.team_id) if service is not None and service.team_id is not None else None


def _on_call_in(ctx: Context, team: Team) -> list[str]:
    rows = (
        select(Technician.phone)
        .join(TeamMember, TeamMember.technician_id == Technician.id)
        .where(TeamMember.team_id == team.id, TeamMember.on_call.is_not(None), Technician.active)
        .where(Technician.phone.is_not(None))
        .order_by(TeamMember.on_call, func.lower(Technician.name))
    )
    return [phone for phone in ctx.session.scalars(rows) if phone is not None]
