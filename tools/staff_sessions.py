"""Being signed in to the console: sessions that start with a password and end by hand or by age.

Their instants (`at`) are real time, not the business's: moving the sandbox clock signs nobody out.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage.context import Context
from storage.lookup import secret_hash
from storage.tables import Staff, StaffSession, new_id
from tools import audit
from tools.problems import not_found

LASTS = timedelta(days=14)
IDLE = timedelta(days=3)
DEVICE = 160  # characters of the browser's own name that are kept


def start(ctx: Context, staff: Staff, *, at: datetime, device: str = "") -> tuple[StaffSession, str]:
    """A new session of this person and the token for its cookie, which is stored hashed."""
    token = secrets.token_urlsafe(32)
    row = StaffSession(
        id=new_id(),
        org_id=ctx.org.id,
        staff_id=staff.id,
        token_hash=secret_hash(token),
        device=device[:DEVICE],
        created_at=at,
        last_seen_at=at,
        expires_at=at + LASTS,
    )
    ctx.session.add(row)
    ctx.session.flush()
    audit.note(ctx, "staff.signed_in", "staff", staff.id)
    return row, token


def alive(row: StaffSession, at: datetime) -> bool:
    """Whether a session is neither revoked, nor over, nor forgotten for three days."""
    return row.revoked_at is None and at < row.expires_at and at < row.last_seen_at + IDLE


def seen(ctx: Context, session_id: str, at: datetime) -> None:
    """Note that a session is in use."""
    mine = (StaffSession.org_id == ctx.org.id, StaffSession.id == session_id)
    ctx.session.execute(update(StaffSession).where(*mine).values(last_seen_at=at))


def listed(ctx: Context, staff: Staff, at: datetime) -> list[StaffSession]:
    """The sessions of one person that still work, the one last used first."""
    mine = select(StaffSession).where(
        StaffSession.org_id == ctx.org.id, StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None)
    )
    return [row for row in ctx.session.scalars(mine.order_by(StaffSession.last_seen_at.desc())) if alive(row, at)]


def revoke(ctx: Context, staff: Staff, session_id: str, at: datetime) -> None:
    """End one session of this person at once; twice is once. Raises NOT_FOUND for somebody else's."""
    row = ctx.session.get(StaffSession, session_id)
    if row is None or row.org_id != ctx.org.id or row.staff_id != staff.id:
        not_found("session")
    if row.revoked_at is None:
        row.revoked_at = at
        audit.note(ctx, "staff.signed_out", "staff", staff.id)


def revoke_all(ctx: Context, staff: Staff, at: datetime, *, but: str | None = None) -> None:
    """End every session of this person, except the one with the id `but`."""
    for row in listed(ctx, staff, at):
        if row.id != but:
            revoke(ctx, staff, row.id, at)
