"""Invites: a link that makes one person a member of staff, once, within a week (SC-23, SC-24, SC-48 to SC-51); and the
like for somebody of the staff who has forgotten their password."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storage import listings
from storage.context import Context
from storage.lookup import secret_hash
from storage.tables import Invite, Staff, Team, new_id
from storage.tables.pages import INVITE_LASTS, PASSWORD_LINK_LASTS
from tools import audit, roles, staff, teams
from tools.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody with the link may know before they accept: nothing but this. Who does not join works here already
    and sets a new password."""

    business: str
    email: str
    role: str
    invited_by: str
    state: str
    joins: bool


def create(ctx: Context, email: str, role: str, *, team_id: str | None = None) -> tuple[Invite, str]:
    """Invite somebody; the invite and its token, which is kept hashed and can never be shown again.

    Raises INVALID_EMAIL, VALIDATION_ERROR for no role, INSUFFICIENT_SCOPE for an owner that no owner invites, NOT_FOUND
    for a team of another business, and IN_USE for who works here already or has an open invite.
    """
    address = staff.checked_email(email)
    roles.check_may_give(ctx, roles.given(role))
    if team_id is not None:
        teams.get(ctx, team_id)
    works_here = (Staff.org_id == ctx.org.id, Staff.active, func.lower(Staff.email) == address)
    if ctx.session.scalars(select(Staff.id).where(*works_here)).first() is not None:
        raise Problem("IN_USE", "Somebody with this address works here already.", fix="Change their role instead.")
    theirs = select(Invite).where(Invite.org_id == ctx.org.id, Invite.email == address)
    if any(one.state(ctx.now) == "pending" for one in ctx.session.scalars(theirs)):
        raise Problem("IN_USE", "There is an open invite for this address.", fix="Resend that one, or revoke it.")
    token = _new_token()
    row = _made(ctx, address, role, token, ctx.now + INVITE_LASTS, team_id=team_id)
    audit.note(ctx, "invite.created", "invite", row.id, role=role)
    return row, token


def for_password(ctx: Context, staff_id: str) -> tuple[Staff, str]:
    """Let somebody of the staff set a new password: who it is, and the token of their link, kept hashed.

    It lasts a day, and takes the place of any before it. Raises NOT_FOUND, INVALID_TRANSITION for who left, and
    INSUFFICIENT_SCOPE for an owner where no owner asks.
    """
    person = staff.get(ctx, staff_id)
    roles.check_may_give(ctx, person.role)
    if not person.active:
        raise Problem("INVALID_TRANSITION", "They left.", fix="Invite the same address to have them back.")
    earlier = (Invite.org_id == ctx.org.id, Invite.staff_id == person.id, Invite.accepted_at.is_(None))
    ctx.session.execute(update(Invite).where(*earlier, Invite.revoked_at.is_(None)).values(revoked_at=ctx.now))
    token = _new_token()
    _made(ctx, person.email, person.role, token, ctx.now + PASSWORD_LINK_LASTS, staff_id=person.id)
    audit.note(ctx, "staff.password_link", "staff", person.id)
    return person, token


def get(ctx: Context, invite_id: str) -> Invite:
    """One invite of this business, which a link for a password is not. Raises NOT_FOUND."""
    row = listings.one_of(ctx, Invite, invite_id)
    return row if row is not None and row.staff_id is None else not_found("invite")


def listed(ctx: Context, *, offset: int, size: int, pending: bool = False) -> tuple[list[Invite], int]:
    """One page of invites, newest first, and how many there are; `pending`: only those whose link still opens."""
    wanted = [Invite.org_id == ctx.org.id, Invite.staff_id.is_(None)]
    if pending:
        wanted += [Invite.accepted_at.is_(None), Invite.revoked_at.is_(None), Invite.expires_at > ctx.now]
    total = ctx.session.scalar(select(func.count()).select_from(Invite).where(*wanted)) or 0
    rows = select(Invite).where(*wanted).order_by(Invite.created_at.desc(), Invite.id).offset(offset).limit(size)
    return list(ctx.session.scalars(rows)), total


def change_role(ctx: Context, invite_id: str, role: str) -> Invite:
    """Give an open invite another role. Raises NOT_FOUND, VALIDATION_ERROR, INVALID_TRANSITION."""
    row = _open(ctx, get(ctx, invite_id))
    roles.check_may_give(ctx, row.role, roles.given(role))
    row.role = role
    audit.note(ctx, "invite.changed", "invite", row.id, role=role)
    return row


def resend(ctx: Context, invite_id: str) -> tuple[Invite, str]:
    """A new token that lasts a week from now; the old link opens no more. An expired invite is open again.

    Raises NOT_FOUND, INVALID_TRANSITION for one that was accepted or revoked.
    """
    row = get(ctx, invite_id)
    if row.state(ctx.now) != "expired":
        _open(ctx, row)
    token = _new_token()
    row.token_hash, row.expires_at = secret_hash(token), ctx.now + INVITE_LASTS
    ctx.session.flush()
    audit.note(ctx, "invite.resent", "invite", row.id)
    return row, token


def revoke(ctx: Context, invite_id: str) -> None:
    """Close an invite; twice is once. Raises NOT_FOUND, INVALID_TRANSITION for one that was accepted."""
    row = get(ctx, invite_id)
    if row.revoked_at is not None:
        return
    if row.accepted_at is not None:
        _open(ctx, row)
    row.revoked_at = ctx.now
    audit.note(ctx, "invite.revoked", "invite", row.id)


def look(ctx: Context, token: str) -> Invitation:
    """What the link leads to, used up or not; looking uses nothing up. Raises NOT_FOUND."""
    row = _behind(ctx, token)
    return Invitation(ctx.org.name, row.email, row.role, row.invited_by, row.state(ctx.now), row.staff_id is None)


def accept(ctx: Context, token: str, name: str, password_hash: str) -> Staff:
    """Join with the link: the new member of staff. `password_hash` is made by who asked for the password. Who works
    here already has the new password, keeps their name, and is signed out everywhere else.

    The link opens once, of two at the same moment too. Raises NOT_FOUND, LINK_EXPIRED, and IN_USE when the address of
    an invite works here already.
    """
    row = _behind(ctx, token)
    ctx.session.refresh(row, with_for_update=True)
    state = row.state(ctx.now)
    if state != "pending":
        said = {"accepted": "has been used", "revoked": "was taken back", "expired": "has expired"}[state]
        raise Problem("LINK_EXPIRED", f"This invite {said}.", fix="Ask for a new one.")
    if row.staff_id is not None:
        row.accepted_at = ctx.now
        person = staff.get(ctx, row.staff_id)
        if not person.active:
            raise Problem("LINK_EXPIRED", "This link has expired.", fix="Ask for a new one.")
        staff.set_password(ctx, person.id, password_hash)
        staff.sign_out(ctx, person)
        return person
    team = ctx.session.get(Team, row.team_id) if row.team_id is not None else None
    team_ids = [team.id] if team is not None else []  # a team may have gone meanwhile
    joined = staff.add(ctx, row.email, name, row.role, password_hash=password_hash, team_ids=team_ids)
    row.accepted_at = ctx.now
    ctx.session.flush()
    audit.note(ctx, "invite.accepted", "invite", row.id, staff_id=joined.id)
    return joined


def link(public_url: str, token: str) -> str:
    """The address of an invite's page."""
    return f"{public_url}/console/invite/{token}"


def _made(
    ctx: Context,
    email: str,
    role: str,
    token: str,
    expires_at: datetime,
    *,
    team_id: str | None = None,
    staff_id: str | None = None,
) -> Invite:
    row = Invite(
        id=new_id(),
        org_id=ctx.org.id,
        email=email,
        role=role,
        team_id=team_id,
        staff_id=staff_id,
        token_hash=secret_hash(token),
        invited_by=ctx.actor.name,
        expires_at=expires_at,
        created_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _behind(ctx: Context, token: str) -> Invite:
    mine = select(Invite).where(Invite.org_id == ctx.org.id, Invite.token_hash == secret_hash(token))
    return ctx.session.scalars(mine).first() or not_found("invite")


def _open(ctx: Context, row: Invite) -> Invite:
    state = row.state(ctx.now)
    if state != "pending":
        raise Problem("INVALID_TRANSITION", f"The invite is {state}.", fix="Make a new invite.", present_status=state)
    return row
