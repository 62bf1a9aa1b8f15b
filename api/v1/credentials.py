"""/api/v1/credentials and /api/v1/me: keys, made and taken back by those who may, and whose key this is."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api import wire
from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, page_of
from storage.context import Context
from storage.tables import Credential
from tools import access
from tools.problems import Problem

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)

MANAGE = ("MANAGE_CREDENTIALS",)
SAME = (
    *("id", "name", "actor_type", "prefix", "scopes", "allowed_ips", "requires_approval", "expires_at"),
    *("last_used_at", "use_count", "revoked_at", "created_at"),
)


class CredentialShown(Shown):
    """A key, never its secret: `prefix` is enough to recognise it."""

    id: str
    name: str
    actor_type: str
    prefix: str
    scopes: list[str]
    allowed_ips: list[str]
    requires_approval: bool
    expires_at: Instant | None
    last_used_at: Instant | None
    use_count: int
    revoked_at: Instant | None
    created_at: Instant


class CredentialMade(CredentialShown):
    """A key with its secret, shown this once."""

    secret: str


class NewCredential(Body):
    """A key to make; it can hold no scope that the key that makes it lacks."""

    name: Given
    scopes: Annotated[list[Given], Field(min_length=1)]
    actor_type: Given = "INTEGRATION"
    allowed_ips: list[Given] = Field(default_factory=list)
    expires_at: Given | None = None
    requires_approval: bool = False


class Rotation(Body):
    """How long the old secret works on, in hours: 0 to 24."""

    overlap_hours: Annotated[float, Field(ge=0, le=24)] = 0


class Me(Shown):
    """Whose key this is."""

    org_id: str
    org_name: str
    slug: str
    timezone: str
    credential: CredentialShown
    server_time: Instant


@router.get("/me", response_model=Me, tags=["me"])
async def me(caller: Annotated[Caller, Depends(needs())]) -> JSONResponse:
    """Whose key this is and what it may do. Any valid credential."""
    org = caller.org
    credential = await caller.read(lambda ctx: access.get(ctx, caller.credential.id))  # the caller's is a memory
    return JSONResponse(
        Me(
            org_id=org.id,
            org_name=org.name,
            slug=org.slug,
            timezone=org.timezone,
            credential=CredentialShown(**_fields(credential)),
            server_time=caller.house.clock.now(),
        ).shown()
    )


@router.get("/credentials", response_model=page_of("credentials", CredentialShown), tags=["credentials"])
async def list_credentials(
    caller: Annotated[Caller, Depends(needs(*MANAGE))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Every key, oldest first. Scope MANAGE_CREDENTIALS."""
    rows = await caller.read(access.listed)
    shown = [_shown(row) for row in rows[page.offset : page.offset + page.size]]
    return JSONResponse(paged("credentials", shown, len(rows), page))


@router.post("/credentials", status_code=201, response_model=CredentialMade, tags=["credentials"])
async def create_credential(body: NewCredential, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> JSONResponse:
    """Make a key; its secret is in this answer and nowhere else. Scope MANAGE_CREDENTIALS."""

    def act(ctx: Context) -> dict[str, Any]:
        scopes = access.scopes_named(body.scopes)
        if missing := [one for one in scopes if one not in caller.credential.scopes]:
            raise Problem(
                "INSUFFICIENT_SCOPE",
                "A key cannot make one that may do more than itself.",
                fix=f"Leave out {', '.join(missing)}.",
                required=missing,
            )
        made, secret = access.create(
            ctx,
            body.name,
            scopes,
            actor_type=body.actor_type,
            allowed_ips=body.allowed_ips,
            expires_at=None if body.expires_at is None else wire.instant(body.expires_at, ctx.org.zone),
            requires_approval=body.requires_approval,
        )
        return _made(made, secret)

    return JSONResponse(await caller.write(act), status_code=201)


@router.post("/credentials/{credential_id}/rotate", response_model=CredentialMade, tags=["credentials"])
async def rotate_credential(
    credential_id: Id, caller: Annotated[Caller, Depends(needs(*MANAGE))], body: Rotation | None = None
) -> JSONResponse:
    """A new secret for a key; the old one works on for the overlap asked for. Scope MANAGE_CREDENTIALS."""
    overlap = timedelta(hours=body.overlap_hours if body else 0)

    def act(ctx: Context) -> dict[str, Any]:
        credential = access.get(ctx, credential_id)
        _within_own(caller, credential)
        return _made(credential, access.rotate(ctx, credential, overlap=overlap))

    return JSONResponse(await caller.write(act))


@router.delete("/credentials/{credential_id}", status_code=204, tags=["credentials"])
async def revoke_credential(credential_id: Id, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> Response:
    """Make a key useless at once; its record stays, and a second time changes nothing. Scope MANAGE_CREDENTIALS."""
    await caller.write(lambda ctx: access.revoke(ctx, access.get(ctx, credential_id)))
    return Response(status_code=204)


def _within_own(caller: Caller, credential: Credential) -> None:
    """A new secret is a new key: nobody gets one that may do more than the key they hold."""
    if missing := [one for one in credential.scopes if one not in caller.credential.scopes]:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "That key may do more than this one.",
            fix="Rotate it in the console.",
            required=missing,
        )


def _fields(credential: Credential) -> dict[str, Any]:
    return {name: getattr(credential, name) for name in SAME}


def _shown(credential: Credential) -> dict[str, Any]:
    return CredentialShown(**_fields(credential)).shown()


def _made(credential: Credential, secret: str) -> dict[str, Any]:
    return CredentialMade(**_fields(credential), secret=secret).shown()
