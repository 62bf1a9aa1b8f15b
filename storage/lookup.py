"""The few questions asked before we know whose data it is. Everything else takes a Context."""

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from storage.tables import (
    Booking,
    BookingPage,
    CalcomAccount,
    Credential,
    EntryPoint,
    Invite,
    Org,
    Staff,
    StaffSession,
    Technician,
)


def org_by_id(session: Session, org_id: str) -> Org | None:
    """The business with this id."""
    return session.get(Org, org_id)


def org_by_slug(session: Session, slug: str) -> Org | None:
    """The business whose public pages live under this slug."""
    return session.scalars(select(Org).where(Org.slug == slug)).first()


def any_org(session: Session) -> str | None:
    """The id of some business; None in a database without any."""
    return session.scalars(select(Org.id).limit(1)).first()


def only_org(session: Session) -> Org | None:
    """The one business of a single-business database; None when there is none or more than one."""
    found = list(session.scalars(select(Org).limit(2)))
    return found[0] if len(found) == 1 else None


def entry_point_by_phone(session: Session, phone: str) -> EntryPoint | None:
    """The active tracked number (E.164) someone called or texted."""
    return session.scalars(select(EntryPoint).where(EntryPoint.phone == phone, EntryPoint.active)).first()


def tracked(session: Session, phone: str) -> str | None:
    """The id of the entry point with this number (E.164), active or not; None when nobody tracks it."""
    return session.scalars(select(EntryPoint.id).where(EntryPoint.phone == phone)).first()


def org_by_retell_token(session: Session, token: str) -> Org | None:
    """The business whose Retell webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.retell_token == token)).first()


def org_by_vapi_token(session: Session, token: str) -> Org | None:
    """The business whose Vapi webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.vapi_token == token)).first()


def org_by_elevenlabs_token(session: Session, token: str) -> Org | None:
    """The business whose ElevenLabs webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.elevenlabs_token == token)).first()


def org_by_callsavvy_token(session: Session, token: str) -> Org | None:
    """The business whose phone-system webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.callsavvy_token == token)).first()


def org_by_calcom_token(session: Session, token: str) -> tuple[Org, str] | None:
    """The business whose outside calendar posts to this path token, and the sealed secret it signs with."""
    found = session.execute(
        select(Org, CalcomAccount.sealed_secret)
        .join(CalcomAccount, CalcomAccount.org_id == Org.id)
        .where(CalcomAccount.token == token)
    ).first()
    return (found[0], found[1]) if found is not None else None


def secret_hash(secret: str) -> str:
    """How a credential's secret is stored: SHA-256 as 64 hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


# Built once: it is asked before every request.
_BY_SECRET = (
    select(Credential, Org)
    .join(Org, Org.id == Credential.org_id)
    .where(or_(Credential.secret_hash == bindparam("digest"), Credential.previous_hash == bindparam("digest")))
)


def credential_by_secret(session: Session, secret: str, now: datetime) -> tuple[Credential, Org] | None:
    """The working credential with this secret, present or previous inside its overlap, and its business."""
    digest = secret_hash(secret)
    row = session.execute(_BY_SECRET, {"digest": digest}).first()
    return (row[0], row[1]) if row is not None and row[0].opens_with(digest, now) else None


def booking_by_token(session: Session, token: str) -> tuple[Booking, Org] | None:
    """The booking a manage link points at, and its business."""
    row = session.execute(
        select(Booking, Org).join(Org, Org.id == Booking.org_id).where(Booking.management_token == token)
    ).first()
    return None if row is None else (row[0], row[1])


def staff_by_email(session: Session, email: str) -> list[tuple[Staff, Org]]:
    """Everybody who may sign in with this address, in any case, oldest first: one person may work for several."""
    wanted = (func.lower(Staff.email) == email.lower(), Staff.active, Staff.password_hash.is_not(None))
    rows = select(Staff, Org).join(Org, Org.id == Staff.org_id).where(*wanted).order_by(Staff.created_at, Staff.id)
    return [(staff, org) for staff, org in session.execute(rows)]


# Built once: it is asked before every page.
_BY_COOKIE = (
    select(StaffSession, Staff, Org)
    .join(Staff, Staff.id == StaffSession.staff_id)
    .join(Org, Org.id == StaffSession.org_id)
    .where(StaffSession.token_hash == bindparam("digest"), StaffSession.revoked_at.is_(None), Staff.active)
)


def session_by_token(session: Session, token: str) -> tuple[StaffSession, Staff, Org] | None:
    """The session behind a console cookie, unless it was revoked or its owner left; its age is the caller's affair."""
    row = session.execute(_BY_COOKIE, {"digest": secret_hash(token)}).first()
    return None if row is None else (row[0], row[1], row[2])


def booking_page_by_slug(session: Session, slug: str) -> tuple[BookingPage, Org] | None:
    """The page under /book/{slug} that is not its business's own, removed ones too, and the business."""
    rows = select(BookingPage, Org).join(Org, Org.id == BookingPage.org_id).where(BookingPage.slug == slug)
    row = session.execute(rows).first()
    return None if row is None else (row[0], row[1])


def booking_page_by_id(session: Session, page_id: str) -> tuple[BookingPage, Org] | None:
    """The booking page with this id, removed ones too, and its business."""
    rows = select(BookingPage, Org).join(Org, Org.id == BookingPage.org_id).where(BookingPage.id == page_id)
    row = session.execute(rows).first()
    return None if row is None else (row[0], row[1])


def open_entry_point(session: Session, entry_point_id: str) -> tuple[EntryPoint, Org] | None:
    """The active entry point with this id, and its business."""
    rows = select(EntryPoint, Org).join(Org, Org.id == EntryPoint.org_id)
    row = session.execute(rows.where(EntryPoint.id == entry_point_id, EntryPoint.active)).first()
    return None if row is None else (row[0], row[1])


def invite_by_token(session: Session, token: str) -> tuple[Invite, Org] | None:
    """The invite behind a link, whatever became of it, and the business that invites."""
    rows = select(Invite, Org).join(Org, Org.id == Invite.org_id).where(Invite.token_hash == secret_hash(token))
    row = session.execute(rows).first()
    return None if row is None else (row[0], row[1])


def technician_by_calendar_token(session: Session, token: str) -> tuple[Technician, Org] | None:
    """Whose calendar feed this is, and their business."""
    row = session.execute(
        select(Technician, Org).join(Org, Org.id == Technician.org_id).where(Technician.calendar_token == token)
    ).first()
    return None if row is None else (row[0], row[1])


def widget(session: Session, key: str) -> tuple[EntryPoint, Org] | None:
    """The open web chat with this id, or the first one of the business with this slug, and the business."""
    mine = select(EntryPoint, Org).join(Org, Org.id == EntryPoint.org_id)
    its = mine.where(EntryPoint.kind == "widget", EntryPoint.active, or_(EntryPoint.id == key, Org.slug == key))
    row = session.execute(its.order_by(EntryPoint.created_at, EntryPoint.id).limit(1)).first()
    return None if row is None else (row[0], row[1])
