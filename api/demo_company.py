"""The demo company with working keys: what `ringback seed-demo` prints and `make serve` starts with."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy.orm import Session

from api.settings import Settings
from storage import lookup
from storage.context import SYSTEM, Context
from storage.db import Database, open_database
from storage.seed import PHONE, VOICEMAIL_PHONE, company_lists, demo_id, seed_demo
from storage.tables import Staff
from storage.tables.credentials import SCOPES
from tools import access

KEYS = (
    ("full", "Demo: everything", "INTEGRATION", SCOPES),
    ("read", "Demo: reads bookings", "INTEGRATION", ("READ_BOOKINGS",)),
    ("voice", "Demo: voice agent", "VOICE_AGENT", ("scheduling:read", "scheduling:write")),
)
OWNER = "owner@bluebird.example"


def seed(settings: Settings) -> dict[str, Any]:
    """Create or find the demo company; its old demo keys are revoked and new ones made."""
    return asyncio.run(_in_database(settings, seed_in))


def seed_when_empty(settings: Settings) -> dict[str, Any] | None:
    """Create the demo company if the database has no business yet; what `seed` tells of it, None when there is one."""

    async def unless_used(db: Database) -> dict[str, Any] | None:
        return await seed_in(db, settings.now) if await db.read(lookup.any_org) is None else None

    made: dict[str, Any] | None = asyncio.run(_in_database(settings, lambda db, _now: unless_used(db)))
    return made


async def seed_in(db: Database, now: datetime | None = None) -> dict[str, Any]:
    """The same on an open database; `now` (aware) dates the rows."""
    password = secrets.token_urlsafe(12)
    hashed = await asyncio.to_thread(PasswordHash.recommended().hash, password)
    return await db.write(lambda session: _seed(session, now or datetime.now(UTC), password, hashed))


async def _in_database(settings: Settings, work: Any) -> Any:
    db = open_database(settings.database_url)
    try:
        return await work(db, settings.now)
    finally:
        await db.close()


def _seed(session: Session, now: datetime, password: str, password_hash: str) -> dict[str, Any]:
    org = seed_demo(session, now)
    ctx = Context(session, org, SYSTEM, "console", now)
    for old in access.listed(ctx):
        if old.name in {name for _key, name, _kind, _scopes in KEYS}:
            access.revoke(ctx, old)
    made = {key: access.create(ctx, name, scopes, actor_type=kind)[1] for key, name, kind, scopes in KEYS}
    owner = session.get(Staff, demo_id("owner"))
    if owner is None:
        owner = Staff(
            id=demo_id("owner"), org_id=org.id, email=OWNER, name="Mia Lindqvist", role="owner", created_at=now
        )
        session.add(owner)
    owner.password_hash = password_hash
    technicians, services = company_lists(session, org)
    return {
        "org_id": org.id,
        "slug": org.slug,
        "name": org.name,
        "timezone": org.timezone,
        "phone_number": PHONE,
        "voicemail_number": VOICEMAIL_PHONE,
        "technicians": [{"id": one.id, "name": one.name, "phone": one.phone} for one in technicians],
        "services": [
            {"id": one.id, "slug": one.slug, "name": one.name, "duration_minutes": one.duration_minutes}
            for one in services
        ],
        "credentials": made,
        "owner": {"email": owner.email, "password": password},
        "webhook_tokens": {
            "retell": org.retell_token,
            "callsavvy": org.callsavvy_token,
            "vapi": org.vapi_token,
            "elevenlabs": org.elevenlabs_token,
        },
    }
