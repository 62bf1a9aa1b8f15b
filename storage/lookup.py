"""The few questions asked before we know whose data it is. Everything else takes a Context."""

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from storage.tables import Booking, Credential, EntryPoint, Org


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


def org_by_retell_token(session: Session, token: str) -> Org | None:
    """The business whose Retell webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.retell_token == token)).first()


def org_by_callsavvy_token(session: Session, token: str) -> Org | None:
    """The business whose phone-system webhooks carry this path token."""
    return session.scalars(select(Org).where(Org.callsavvy_token == token)).first()


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
    if row is None:
        return None
    credential, org = row
    if not credential.works_at(now):
        return None
    if credential.secret_hash != digest and (credential.previous_until is None or credential.previous_until <= now):
        return None
    return credential, org


def booking_by_token(session: Session, token: str) -> tuple[Booking, Org] | None:
    """The booking a manage link points at, and its business."""
    row = session.execute(
        select(Booking, Org).join(Org, Org.id == Booking.org_id).where(Booking.management_token == token)
    ).first()
    return None if row is None else (row[0], row[1])
