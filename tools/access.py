"""Credentials: made, rotated and revoked by people who may, and never shown twice (contract 2.3)."""

import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from storage import listings
from storage.context import Context
from storage.lookup import secret_hash
from storage.tables import Credential, new_id
from storage.tables.credentials import ACTOR_TYPES, SCOPES
from tools import audit
from tools.problems import Problem, not_found

ALIASES = {
    "scheduling:read": ("READ_BOOKINGS", "READ_AVAILABILITY"),
    "scheduling:write": ("WRITE_BOOKINGS",),
}
LONGEST_OVERLAP = timedelta(hours=24)


def scopes_named(names: Sequence[str]) -> list[str]:
    """The scopes behind these names, aliases spelled out, in the order of the list of all scopes.

    Raises VALIDATION_ERROR for an unknown name and for `company:*`, which is too wide.
    """
    wanted: set[str] = set()
    for name in (name.strip() for name in names):
        if name.startswith("company:"):
            raise Problem("VALIDATION_ERROR", "company:* is too wide to be granted.", fix="Name each scope it needs.")
        if name not in SCOPES and name not in ALIASES:
            raise Problem("VALIDATION_ERROR", "There is no such scope.", fix=f"Use any of: {', '.join(SCOPES)}.")
        wanted.update(ALIASES.get(name, (name,)))
    if not wanted:
        raise Problem("MISSING_FIELDS", "A credential needs at least one scope.", fix="Send scopes.", fields=["scopes"])
    return [scope for scope in SCOPES if scope in wanted]


def create(
    ctx: Context,
    name: str,
    scopes: Sequence[str],
    *,
    actor_type: str = "INTEGRATION",
    allowed_ips: Sequence[str] = (),
    expires_at: datetime | None = None,
    requires_approval: bool = False,
) -> tuple[Credential, str]:
    """A new credential and its secret, which is stored hashed and can never be shown again."""
    if not name.strip():
        raise Problem("MISSING_FIELDS", "A credential needs a name.", fix="Send name.", fields=["name"])
    if actor_type not in ACTOR_TYPES:
        raise Problem("VALIDATION_ERROR", "There is no such actor type.", fix=f"Use one of: {', '.join(ACTOR_TYPES)}.")
    for one in allowed_ips:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise Problem(
                "VALIDATION_ERROR", "An allowed address is not an IP address or network.", fix="Write 203.0.113.7/32."
            ) from error
    secret = new_secret()
    credential = Credential(
        id=new_id(),
        org_id=ctx.org.id,
        name=name.strip()[:80],
        actor_type=actor_type,
        prefix=secret[:10],
        secret_hash=secret_hash(secret),
        scopes=scopes_named(scopes),
        allowed_ips=list(allowed_ips),
        expires_at=expires_at,
        requires_approval=requires_approval,
        created_at=ctx.now,
    )
    ctx.session.add(credential)
    ctx.session.flush()
    _audit(ctx, "credential.created", credential)
    return credential, secret


def rotate(ctx: Context, credential: Credential, *, overlap: timedelta = timedelta(0)) -> str:
    """A new secret for a credential; the old one works for `overlap` more, 24 hours at most."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Problem("VALIDATION_ERROR", "The overlap is 0 to 24 hours.", fix="Send overlap_hours between 0 and 24.")
    secret = new_secret()
    credential.previous_hash = credential.secret_hash if overlap else None
    credential.previous_until = ctx.now + overlap if overlap else None
    credential.secret_hash = secret_hash(secret)
    credential.prefix = secret[:10]
    _audit(ctx, "credential.rotated", credential)
    return secret


def revoke(ctx: Context, credential: Credential) -> None:
    """Make a credential useless at once; revoking twice changes nothing."""
    if credential.revoked_at is None:
        credential.revoked_at = ctx.now
        _audit(ctx, "credential.revoked", credential)


def get(ctx: Context, credential_id: str) -> Credential:
    """One credential of this business; raises NOT_FOUND."""
    return listings.one_of(ctx, Credential, credential_id) or not_found("credential")


def listed(ctx: Context) -> list[Credential]:
    """Every credential of this business, oldest first."""
    return list(
        ctx.session.scalars(
            select(Credential).where(Credential.org_id == ctx.org.id).order_by(Credential.created_at, Credential.id)
        )
    )


def new_secret() -> str:
    """256 random bits, with a prefix that secret scanners can learn."""
    return f"rbk_{secrets.token_urlsafe(32)}"


def _audit(ctx: Context, action: str, credential: Credential) -> None:
    audit.note(ctx, action, "credential", credential.id, name=credential.name, scopes=credential.scopes)
