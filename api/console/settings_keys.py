"""Settings: keys for other systems; a secret is on the page that follows its making, and on no other."""

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import refused_by, sent
from api.console.settings import ROOT, Office, show
from storage.context import Context
from storage.tables import Credential
from storage.tables.credentials import SCOPES
from tools import access
from tools.problems import Problem

PAGE = f"{ROOT}/keys"
KINDS = [("INTEGRATION", "Another system"), ("VOICE_AGENT", "A voice agent"), ("STAFF_TOOL", "A tool of the office")]
NEW: dict[str, Any] = {
    **{"name": "", "actor_type": "INTEGRATION", "scopes": [], "allowed_ips": "", "expires_on": ""},
    "requires_approval": False,
}


@router.get("/settings/keys")
async def see_keys(request: Request, caller: Office) -> Response:
    """Every key, the working ones first."""
    rows = await caller.read(access.listed)
    now = caller.house.clock.now()
    shown = sorted(((one, _state(one, now)) for one in rows), key=lambda one: one[1] != "works")
    return show(request, "settings_keys.html.j2", "/keys", keys=shown, kinds=dict(KINDS))


@router.get("/settings/keys/new")
async def new_key(request: Request, caller: Office) -> Response:
    """A form for one more."""
    return _form(request, NEW)


@router.post("/settings/keys/new")
async def add_key(request: Request, caller: Office) -> Response:
    """Make it; this answer shows the secret, once."""
    form = await sent(request)
    made: list[str] = []

    def act(ctx: Context) -> None:
        _row, secret = access.create(
            ctx,
            form.text("name", 80),
            access.scopes_named(form.several("scopes")),
            actor_type=form.text("actor_type"),
            allowed_ips=form.listed("allowed_ips"),
            expires_at=_expiry(ctx, form.text("expires_on")),
            requires_approval=form.ticked("requires_approval"),
        )
        made.append(secret)

    refused = await refused_by(caller, act)
    if refused is not None:
        return _form(request, form.over(NEW), refused)
    return _secret(request, made[-1], form.text("name", 80))


@router.get("/settings/keys/{key_id}")
async def see_key(request: Request, key_id: str, caller: Office) -> Response:
    """One key and what it has done."""
    return await _one(request, caller, key_id)


@router.post("/settings/keys/{key_id}/rotate")
async def rotate_key(request: Request, key_id: str, caller: Office) -> Response:
    """A new secret; the old one works on for the hours asked for."""
    form = await sent(request)
    made: list[tuple[str, str]] = []

    def act(ctx: Context) -> None:
        row = access.get(ctx, key_id)
        hours = form.maybe_number("overlap_hours", "The overlap") or 0
        made.append((access.rotate(ctx, row, overlap=timedelta(hours=hours)), row.name))

    refused = await refused_by(caller, act)
    if refused is not None:
        return await _one(request, caller, key_id, refused)
    return _secret(request, *made[-1])


@router.post("/settings/keys/{key_id}/revoke")
async def revoke_key(request: Request, key_id: str, caller: Office) -> Response:
    """Make it useless at once."""
    await caller.write(lambda ctx: access.revoke(ctx, access.get(ctx, key_id)))
    return pages.back_to(request, PAGE, "The key is revoked.")


def _form(request: Request, v: dict[str, Any], refused: Problem | None = None) -> Response:
    return show(request, "settings_key_new.html.j2", "/keys", v=v, kinds=KINDS, scopes=SCOPES, refused=refused)


def _secret(request: Request, secret: str, name: str) -> Response:
    return show(request, "settings_secret.html.j2", "/keys", secret=secret, name=name, what="key", back=PAGE)


async def _one(request: Request, caller: StaffCaller, key_id: str, refused: Problem | None = None) -> Response:
    row = await caller.read(lambda ctx: access.get(ctx, key_id))
    state = _state(row, caller.house.clock.now())
    return show(
        request,
        "settings_key.html.j2",
        "/keys",
        key=row,
        state=state,
        kind=dict(KINDS)[row.actor_type],
        refused=refused,
    )


def _state(row: Credential, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "works" if row.works_at(now) else "expired"


def _expiry(ctx: Context, text: str) -> datetime | None:
    """The end of a day on the business's wall. Raises VALIDATION_ERROR."""
    if not text:
        return None
    try:
        last = date.fromisoformat(text)
    except ValueError:
        raise Problem("VALIDATION_ERROR", "That is not a date.", fix="Choose one, or leave it empty.") from None
    at = datetime.combine(last + timedelta(days=1), time(), ctx.org.zone)
    if at <= ctx.now:
        raise Problem("VALIDATION_ERROR", "The last day is over already.", fix="Choose a later one.")
    return at
