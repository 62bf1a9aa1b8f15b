"""/api/v1/invites/{token}: what somebody with an invite's link may see, and joining by it (SC-23, SC-24). The token is
the credential."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.console.account import password_problem
from api.console.sign_in import doorman, hasher
from api.deps import House, house_of
from api.v1.staff import StaffInfo
from api.wire import PROBLEMS, Body, Given, Id, Shown
from storage import lookup
from storage.context import Actor, Context
from storage.tables import Org, Staff
from tools import invites
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/v1/invites", tags=["staff"], responses=PROBLEMS)


class InvitationShown(Shown):
    """Who invites, and as what. `state` is pending, accepted, revoked or expired."""

    business: str
    role: str
    invited_by: str
    state: str


class Joining(Body):
    """Whoever joins: their name, and a password of ten characters or more to sign in to the console with."""

    name: Given
    password: Given


@router.get("/{token}/info", response_model=InvitationShown)
async def get_invitation(request: Request, token: Id) -> JSONResponse:
    """What an invite's link leads to; looking uses nothing up. No credential."""
    house, org = await _behind(request, token)
    seen = await house.read(org, lambda ctx: invites.look(ctx, token), channel="api")
    same = ("business", "role", "invited_by", "state")
    return JSONResponse(InvitationShown(**{name: getattr(seen, name) for name in same}).shown())


@router.post("/{token}/accept", status_code=201, response_model=StaffInfo)
async def accept_invitation(request: Request, token: Id, body: Joining) -> JSONResponse:
    """Join by an invite's link, which opens once; 410 LINK_EXPIRED afterwards. No credential."""
    house, org = await _behind(request, token)
    seen = await house.read(org, lambda ctx: invites.look(ctx, token), channel="api")
    refused = password_problem(body.password, body.password)
    if refused is not None and seen.state == "pending":
        raise refused
    async with doorman(request).at_once:
        hashed = await asyncio.to_thread(hasher().hash, body.password)

    def act(ctx: Context) -> Staff:
        return invites.accept(ctx, token, body.name, hashed)

    joined = await house.write(org, act, actor=Actor("staff", body.name), channel="api")
    same = ("id", "name", "role", "status")
    return JSONResponse(StaffInfo(**{name: getattr(joined, name) for name in same}).shown(), 201)


async def _behind(request: Request, token: str) -> tuple[House, Org]:
    house = house_of(request)
    if house.tries.count(f"invite:{request.client.host if request.client else ''}").exceeded:
        raise Problem("RATE_LIMITED", "Too many tries.", fix="Wait a minute.", retry_after=60)
    found = await house.db.read(lambda session: lookup.invite_by_token(session, token))
    return house, (found or not_found("invite"))[1]
