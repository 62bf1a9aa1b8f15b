"""Teams: crews or trades that services point at, and who is in them (SC-63 to SC-69)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, update

from storage import listings
from storage.context import Context
from storage.tables import Booking, BookingPage, Service, Team, TeamMember, new_id
from storage.tables.bookings import ACTIVE
from tools import audit, leads, offerings, templates
from tools.problems import Problem, not_found


def get(ctx: Context, team_id: str) -> Team:
    """One team of this business. Raises NOT_FOUND."""
    return listings.one_of(ctx, Team, team_id) or not_found("team")


def listed(ctx: Context, *, offset: int, size: int, name: str | None = None) -> tuple[list[Team], int]:
    """One page of teams by name, and how many match; `name` is part of it, in any case."""
    wanted = select(Team).where(Team.org_id == ctx.org.id)
    if name:
        wanted = wanted.where(func.lower(Team.name).contains(name.lower(), autoescape=True))
    total = ctx.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return list(ctx.session.scalars(wanted.order_by(Team.name, Team.id).offset(offset).limit(size))), total


def members(ctx: Context, team_id: str) -> list[TeamMember]:
    """Who is in a team, whoever is rung first first."""
    rows = select(TeamMember).where(TeamMember.team_id == get(ctx, team_id).id)
    return list(ctx.session.scalars(rows.order_by(func.coalesce(TeamMember.on_call, 1000), TeamMember.technician_id)))


def add(ctx: Context, fields: Mapping[str, Any]) -> Team:
    """A new team; `fields` are columns of Team. Raises INVALID_PHONE, NOT_FOUND for hours of another business."""
    row = Team(id=new_id(), org_id=ctx.org.id, created_at=ctx.now, **_checked(ctx, fields))
    ctx.session.add(row)
    ctx.session.flush()
    audit.note(ctx, "team.created", "team", row.id)
    return row


def change(ctx: Context, team_id: str, fields: Mapping[str, Any]) -> Team:
    """Change columns of a team. Raises NOT_FOUND and what `add` raises."""
    row = get(ctx, team_id)
    for name, value in _checked(ctx, fields).items():
        setattr(row, name, value)
    ctx.session.flush()
    audit.note(ctx, "team.changed", "team", row.id, fields=sorted(fields))
    return row


def remove(ctx: Context, team_id: str) -> None:
    """Delete a team; its services have none then. Raises NOT_FOUND, and IN_USE while a service of it has upcoming
    visits or an active booking page is the team's (SC-65)."""
    row = get(ctx, team_id)
    mine = select(Service.id).where(Service.org_id == ctx.org.id, Service.team_id == row.id)
    ahead = select(func.count()).where(
        Booking.service_id.in_(mine), Booking.end_at > ctx.now, Booking.status.in_(ACTIVE)
    )
    count = ctx.session.scalar(ahead) or 0
    if count:
        raise Problem(
            "IN_USE",
            "Services of this team still have upcoming visits.",
            fix="Give those services another team, or wait until the visits are over.",
            upcoming_bookings=count,
        )
    open_pages = select(BookingPage.id).where(
        BookingPage.org_id == ctx.org.id,
        BookingPage.team_id == row.id,
        BookingPage.active,
        BookingPage.removed_at.is_(None),
    )
    if ctx.session.scalars(open_pages.limit(1)).first() is not None:
        raise Problem("IN_USE", "A booking page is this team's.", fix="Pause that page, or give it another team.")
    ctx.session.execute(
        update(Service).where(Service.org_id == ctx.org.id, Service.team_id == row.id).values(team_id=None)
    )
    ctx.session.execute(delete(TeamMember).where(TeamMember.team_id == row.id))
    audit.note(ctx, "team.deleted", "team", row.id)
    ctx.session.delete(row)
    ctx.session.flush()


def join(ctx: Context, team_id: str, technician_id: str, *, on_call: int | None = None) -> TeamMember:
    """Put a technician in a team, or give them another place in its on-call order. Raises NOT_FOUND."""
    team, who = get(ctx, team_id), offerings.technician(ctx, technician_id)
    row = ctx.session.get(TeamMember, (team.id, who.id))
    if row is None:
        row = TeamMember(team_id=team.id, technician_id=who.id)
        ctx.session.add(row)
    row.on_call = on_call
    ctx.session.flush()
    audit.note(ctx, "team.joined", "team", team.id, technician_id=who.id)
    return row


def leave(ctx: Context, team_id: str, technician_id: str) -> None:
    """Take a technician out of a team. Raises NOT_FOUND when they are not in it."""
    team = get(ctx, team_id)
    row = ctx.session.get(TeamMember, (team.id, technician_id))
    if row is None:
        not_found("team member")
    audit.note(ctx, "team.left", "team", team.id, technician_id=row.technician_id)
    ctx.session.delete(row)
    ctx.session.flush()


def _checked(ctx: Context, fields: Mapping[str, Any]) -> dict[str, Any]:
    if fields.get("template_id") is not None:
        templates.get(ctx, fields["template_id"])
    phone = {"handoff_phone": leads.written_phone(ctx, fields["handoff_phone"])} if "handoff_phone" in fields else {}
    return {**fields, **phone}
