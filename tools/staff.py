"""The staff: who may sign in, as what, and how they leave; what they wrote stays under their name (SC-19 to SC-70).

A business always has an owner who can sign in: the last one cannot be made something else, nor leave.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.context import Context
from storage.tables import Org, Staff, StaffSession, Team, TeamStaff, new_id
from tools import audit, leads, offerings, roles, teams
from tools.problems import Problem, not_found
from tools.rules import emails
from tools.unique import unless_taken

STATUSES = ("available", "busy", "away", "on_call", "offline")


def get(ctx: Context, wanted: str) -> Staff:
    """One member of staff of this business, by id or by e-mail address. Raises NOT_FOUND."""
    same = or_(Staff.id == wanted, func.lower(Staff.email) == wanted.lower())
    found = ctx.session.scalars(select(Staff).where(Staff.org_id == ctx.org.id, same)).first()
    return found if found is not None else not_found("member of staff")


def listed(
    ctx: Context,
    *,
    offset: int,
    size: int,
    name: str | None = None,
    team_id: str | None = None,
    status: str | None = None,
    active: bool | None = True,
) -> tuple[list[Staff], int]:
    """One page of the staff by name, and how many match; `name` is part of it, `active` None means everybody ever."""
    wanted: list[ColumnElement[bool]] = [Staff.org_id == ctx.org.id]
    if name:
        wanted.append(func.lower(Staff.name).contains(name.lower(), autoescape=True))
    if team_id is not None:
        wanted.append(Staff.id.in_(select(TeamStaff.staff_id).where(TeamStaff.team_id == team_id)))
    if status is not None:
        wanted.append(Staff.status == status)
    if active is not None:
        wanted.append(Staff.active.is_(active))
    total = ctx.session.scalar(select(func.count()).select_from(Staff).where(*wanted)) or 0
    rows = select(Staff).where(*wanted).order_by(func.lower(Staff.name), Staff.id).offset(offset).limit(size)
    return list(ctx.session.scalars(rows)), total


def teams_of(ctx: Context, people: Sequence[Staff]) -> dict[str, list[str]]:
    """The ids of the teams each of these is in."""
    found: dict[str, list[str]] = {one.id: [] for one in people}
    rows = select(TeamStaff.staff_id, TeamStaff.team_id).join(Team, Team.id == TeamStaff.team_id)
    mine = rows.where(Team.org_id == ctx.org.id, TeamStaff.staff_id.in_(found)).order_by(Team.name, Team.id)
    for staff_id, team_id in ctx.session.execute(mine):
        found[staff_id].append(team_id)
    return found


def add(
    ctx: Context,
    email: str,
    name: str,
    role: str,
    *,
    phone: str | None = None,
    password_hash: str | None = None,
    team_ids: Sequence[str] = (),
) -> Staff:
    """A new member of staff; without a password they cannot sign in until one is set.

    Somebody who left comes back under the same address. Raises INVALID_EMAIL, INVALID_PHONE, VALIDATION_ERROR for no
    role, IN_USE for an address that works here already, NOT_FOUND for a team of another business.
    """
    address = checked_email(email)
    before = _with_email(ctx, address)
    if before is not None and before.active:
        raise _works_here()
    fields = {"name": name, "role": roles.given(role), "phone": leads.written_phone(ctx, phone)}
    row = before or Staff(id=new_id(), org_id=ctx.org.id, email=address, created_at=ctx.now)
    row.password_hash = password_hash

    def check() -> None:
        found = _with_email(ctx, address)
        if found is not None and found.id != row.id:
            raise _works_here()

    def write() -> None:
        for column, value in fields.items():
            setattr(row, column, value)
        row.active, row.status = True, "available"
        ctx.session.add(row)

    unless_taken(ctx, check, write)
    _put_in_teams(ctx, row, team_ids)
    audit.note(ctx, "staff.added", "staff", row.id, role=role)
    return row


def change(ctx: Context, staff_id: str, fields: Mapping[str, Any], *, team_ids: Sequence[str] | None = None) -> Staff:
    """Change any of name, phone, role, status, active and the minutes of wrap-up (0 to 240), and the teams unless None.

    Who is inactive is signed out.

    Raises NOT_FOUND, INVALID_PHONE, VALIDATION_ERROR, IN_USE for the last owner, and INSUFFICIENT_SCOPE for an owner
    whom no owner changes.
    """
    row = get(ctx, staff_id)
    wanted = dict(fields)
    if "role" in wanted:
        roles.given(wanted["role"])
    if wanted.get("status", "away") not in STATUSES:
        raise Problem("VALIDATION_ERROR", "There is no such status.", fix=f"Use one of: {', '.join(STATUSES)}.")
    if "wrap_up_minutes" in wanted:
        offerings.check_values({"wrap_up_minutes": wanted["wrap_up_minutes"]})
    if "phone" in wanted:
        wanted["phone"] = leads.written_phone(ctx, wanted["phone"])
    if "role" in wanted or "active" in wanted:
        roles.check_may_give(ctx, row.role, wanted.get("role", row.role))
    if row.role == "owner" and (wanted.get("role", "owner") != "owner" or wanted.get("active") is False):
        _check_other_owner(ctx, row)
    for name, value in wanted.items():
        setattr(row, name, value)
    if not row.active:
        sign_out(ctx, row)
    ctx.session.flush()
    if team_ids is not None:
        _put_in_teams(ctx, row, team_ids)
    named = [*fields, "teams"] if team_ids is not None else fields
    audit.note(ctx, "staff.changed", "staff", row.id, fields=sorted(named))
    return row


def leave(ctx: Context, staff_id: str) -> Staff:
    """Somebody leaves: no sign-in, no team, and everything they did stays. Twice is once. Raises NOT_FOUND, IN_USE."""
    row = get(ctx, staff_id)
    if not row.active:
        return row
    change(ctx, row.id, {"active": False, "status": "offline"}, team_ids=())
    audit.note(ctx, "staff.left", "staff", row.id)
    return row


def set_password(ctx: Context, staff_id: str, password_hash: str) -> None:
    """A new password, hashed by who asked for it. Raises NOT_FOUND."""
    row = get(ctx, staff_id)
    row.password_hash = password_hash
    ctx.session.flush()
    audit.note(ctx, "staff.password_changed", "staff", row.id)


def sign_out(ctx: Context, row: Staff) -> None:
    """End every session of theirs."""
    open_ones = (StaffSession.staff_id == row.id, StaffSession.revoked_at.is_(None))
    ctx.session.execute(update(StaffSession).where(*open_ones).values(revoked_at=ctx.now))


def with_email(ctx: Context, email: str) -> Staff:
    """Who works here under this address. Raises NOT_FOUND."""
    found = _with_email(ctx, email.strip().lower())
    if found is None:
        raise Problem("NOT_FOUND", "Nobody of the staff has this address.", fix="Check its spelling.")
    return found


def checked_email(email: str) -> str:
    """An address as it is kept. Raises INVALID_EMAIL."""
    address = email.strip().lower()
    if not emails.valid(address):
        raise Problem("INVALID_EMAIL", "The e-mail address is not valid.", fix="Write it like mia@example.com.")
    return address


def _with_email(ctx: Context, address: str) -> Staff | None:
    same = (Staff.org_id == ctx.org.id, func.lower(Staff.email) == address)
    return ctx.session.scalars(select(Staff).where(*same)).first()


def _works_here() -> Problem:
    return Problem("IN_USE", "Somebody with this address works here already.", fix="Change their role instead.")


def _check_other_owner(ctx: Context, row: Staff) -> None:
    # Two owners who step down at once take turns, so that one of them is told.
    ctx.session.execute(select(Org.id).where(Org.id == ctx.org.id).with_for_update(key_share=True))
    others = select(Staff.id).where(Staff.org_id == ctx.org.id, Staff.role == "owner", Staff.active, Staff.id != row.id)
    if ctx.session.scalars(others.where(Staff.password_hash.is_not(None)).limit(1)).first() is None:
        raise Problem("IN_USE", "They are the last owner.", fix="Make somebody else an owner first.")


def _put_in_teams(ctx: Context, row: Staff, team_ids: Sequence[str]) -> None:
    wanted = [teams.get(ctx, one).id for one in dict.fromkeys(team_ids)]
    ctx.session.execute(delete(TeamStaff).where(TeamStaff.staff_id == row.id))
    ctx.session.add_all(TeamStaff(team_id=one, staff_id=row.id) for one in wanted)
    ctx.session.flush()
