"""/api/v1/invites: links that make somebody a member of staff (SC-48 to SC-51); what they open is the console's."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.v1.roles import within_own
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, page_of
from storage.context import Context
from storage.tables import Invite
from tools import invites

router = APIRouter(prefix="/api/v1/invites", tags=["staff"], responses=PROBLEMS)

MANAGE = ("MANAGE_ACCOUNT",)
SAME = ("id", "email", "role", "team_id", "invited_by", "expires_at", "accepted_at", "revoked_at", "created_at")


class InviteShown(Shown):
    """An invite, never its link. `state` is pending, accepted, revoked or expired."""

    id: str
    email: str
    role: str
    team_id: str | None
    state: str
    invited_by: str
    expires_at: Instant
    accepted_at: Instant | None
    revoked_at: Instant | None
    created_at: Instant


class InviteMade(InviteShown):
    """An invite with its link, shown this once. Nothing is e-mailed: pass it on."""

    link: str


class NewInvite(Body):
    """Who is asked to join, as what, and in which team."""

    email: Given
    role: Given = "agent"
    team_id: Given | None = None


class NewRole(Body):
    """Another role for an open invite."""

    role: Given


@router.get("", response_model=page_of("invites", InviteShown))
async def list_invites(
    caller: Annotated[Caller, Depends(needs(*MANAGE))], page: Annotated[Page, Depends(paging)], pending: bool = False
) -> JSONResponse:
    """Invites, newest first; `pending=true` lists those still open. Scope MANAGE_ACCOUNT."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = invites.listed(ctx, offset=page.offset, size=page.size, pending=pending)
        return paged("invites", [invite_shown(ctx, row).shown() for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=InviteMade)
async def create_invite(body: NewInvite, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> JSONResponse:
    """Invite somebody; the link opens once, within seven days, and is in this answer and nowhere else. Scope
    MANAGE_ACCOUNT, and no more than the credential itself may do."""

    def act(ctx: Context) -> dict[str, Any]:
        within_own(caller, body.role)
        return _made(caller, ctx, *invites.create(ctx, body.email, body.role, team_id=body.team_id))

    return JSONResponse(await caller.write(act), status_code=201)


@router.get("/{invite_id}", response_model=InviteShown)
async def get_invite(invite_id: Id, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> JSONResponse:
    """One invite. Scope MANAGE_ACCOUNT."""
    return JSONResponse(await caller.read(lambda ctx: invite_shown(ctx, invites.get(ctx, invite_id)).shown()))


@router.patch("/{invite_id}", response_model=InviteShown)
async def update_invite(
    invite_id: Id, body: NewRole, caller: Annotated[Caller, Depends(needs(*MANAGE))]
) -> JSONResponse:
    """Give an open invite another role. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> dict[str, Any]:
        within_own(caller, body.role)
        return invite_shown(ctx, invites.change_role(ctx, invite_id, body.role)).shown()

    return JSONResponse(await caller.write(act))


@router.post("/{invite_id}/resend", response_model=InviteMade)
async def resend_invite(invite_id: Id, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> JSONResponse:
    """A new link for seven days more; the old one opens no longer. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> dict[str, Any]:
        within_own(caller, invites.get(ctx, invite_id).role)
        return _made(caller, ctx, *invites.resend(ctx, invite_id))

    return JSONResponse(await caller.write(act))


@router.delete("/{invite_id}", status_code=204)
async def revoke_invite(invite_id: Id, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> Response:
    """Close an invite that nobody accepted; twice is once. Scope MANAGE_ACCOUNT."""
    await caller.write(lambda ctx: invites.revoke(ctx, invite_id))
    return Response(status_code=204)


def invite_shown(ctx: Context, row: Invite) -> InviteShown:
    """An invite as this door shows it."""
    return InviteShown(**_fields(ctx, row))


def _fields(ctx: Context, row: Invite) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in SAME}, "state": row.state(ctx.now)}


def _made(caller: Caller, ctx: Context, row: Invite, token: str) -> dict[str, Any]:
    link = invites.link(caller.house.settings.public_url, token)
    return InviteMade(**_fields(ctx, row), link=link).shown()
