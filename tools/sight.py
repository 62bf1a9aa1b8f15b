"""What a member of staff may see: owners and admins everything, supervisors and agents their teams' work (SC-75, X25).

A thread, call or lead is a team's when it was meant for that team or its lead is about one of its services; a thread is
theirs too when it is assigned to them or to somebody who shares a team with them.
"""

from sqlalchemy import ColumnElement, Select, or_, select, true

from storage.context import Context
from storage.tables import Booking, Call, Conversation, Lead, Service, Staff, TeamMember, TeamStaff, Technician
from tools import conversations
from tools.problems import not_found

SEE_ALL = ("owner", "admin")


def threads(ctx: Context, staff: Staff) -> ColumnElement[bool]:
    """The condition on Conversation that leaves what this person may see."""
    if staff.role in SEE_ALL:
        return true()
    teammates = select(TeamStaff.staff_id).where(TeamStaff.team_id.in_(_teams(staff)))
    return or_(
        Conversation.assigned_to == staff.id,
        Conversation.team_id.in_(_teams(staff)),
        Conversation.assigned_to.in_(teammates),
        Conversation.lead_id.in_(select(Lead.id).where(Lead.service_id.in_(_services(ctx, staff)))),
    )


def leads(ctx: Context, staff: Staff) -> ColumnElement[bool]:
    """The condition on Lead that leaves what this person may see."""
    if staff.role in SEE_ALL:
        return true()
    assigned = select(Conversation.lead_id).where(Conversation.org_id == ctx.org.id, threads(ctx, staff))
    return or_(Lead.service_id.in_(_services(ctx, staff)), Lead.id.in_(assigned))


def calls(ctx: Context, staff: Staff) -> ColumnElement[bool]:
    """The condition on Call that leaves what this person may see."""
    if staff.role in SEE_ALL:
        return true()
    return Call.lead_id.in_(select(Lead.id).where(Lead.org_id == ctx.org.id, leads(ctx, staff)))


def bookings(ctx: Context, staff: Staff) -> ColumnElement[bool]:
    """The condition on Booking that leaves what this person may see."""
    if staff.role in SEE_ALL:
        return true()
    return or_(
        Booking.service_id.in_(_services(ctx, staff)),
        Booking.lead_id.in_(select(Lead.id).where(Lead.org_id == ctx.org.id, leads(ctx, staff))),
    )


def sees(ctx: Context, staff: Staff, thread: Conversation) -> bool:
    """Whether this person may see this thread."""
    mine = select(Conversation.id).where(Conversation.id == thread.id, threads(ctx, staff))
    return staff.role in SEE_ALL or ctx.session.scalars(mine).first() is not None


def thread(ctx: Context, staff: Staff, conversation_id: str) -> Conversation:
    """The thread with this id; raises NOT_FOUND, in the same words when it is there but not theirs to see."""
    found = conversations.get(ctx, conversation_id)
    return found if sees(ctx, staff, found) else not_found("conversation")


def crew(ctx: Context, staff: Staff) -> set[str | None]:
    """Whose days this person may close: their teams' technicians, by id; owners and admins everybody's, and the
    business's (None)."""
    everybody = select(Technician.id).where(Technician.org_id == ctx.org.id)
    if staff.role in SEE_ALL:
        return {None, *ctx.session.scalars(everybody)}
    theirs = select(TeamMember.technician_id).where(TeamMember.team_id.in_(_teams(staff)))
    return set(ctx.session.scalars(everybody.where(Technician.id.in_(theirs))))


def _teams(staff: Staff) -> Select[str]:
    return select(TeamStaff.team_id).where(TeamStaff.staff_id == staff.id)


def _services(ctx: Context, staff: Staff) -> Select[str]:
    return select(Service.id).where(Service.org_id == ctx.org.id, Service.team_id.in_(_teams(staff)))
