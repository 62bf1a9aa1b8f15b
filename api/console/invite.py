"""The page behind an invite: a name and a password, once, and somebody is a member of staff and signed in. Whoever is
one already and has forgotten their password gives a new one."""

import asyncio

from fastapi import Request, Response

from api.console import pages
from api.console.account import password_problem
from api.console.door import router
from api.console.sign_in import begin, doorman, hasher
from api.deps import House, house_of
from api.errors import status_of
from api.pages import form_text
from storage import lookup
from storage.context import Actor
from storage.tables import Org
from tools import invites
from tools.invites import Invitation
from tools.problems import Problem, not_found


@router.get("/invite/{token}")
async def look(request: Request, token: str) -> Response:
    """Who invites whom, and as what; looking uses nothing up."""
    house = house_of(request)
    _count(request, house)
    org = await _business(house, token)
    invitation = await house.read(org, lambda ctx: invites.look(ctx, token), channel="console")
    if invitation.state != "pending":
        return _closed(request, invitation)
    return pages.page(request, "invite.html.j2", invitation=invitation, token=token, name="", refused=None)


@router.post("/invite/{token}")
async def accept(request: Request, token: str) -> Response:
    """Join, and be signed in."""
    house = house_of(request)
    _count(request, house)
    org = await _business(house, token)
    invitation = await house.read(org, lambda ctx: invites.look(ctx, token), channel="console")
    if invitation.state != "pending":
        return _closed(request, invitation)
    form = await request.form()
    name, new = form_text(form, "name", 80) or "", str(form.get("new") or "")
    refused = password_problem(new, str(form.get("again") or ""))
    if not name and invitation.joins:
        refused = Problem("MISSING_FIELDS", "A name is needed.", fix="Write yours.")
    if refused is not None:
        return pages.page(
            request, "invite.html.j2", 422, invitation=invitation, token=token, name=name, refused=refused
        )
    async with doorman(request).at_once:
        hashed = await asyncio.to_thread(hasher().hash, new)
    joined = await house.write(
        org, lambda ctx: invites.accept(ctx, token, name, hashed), actor=Actor("staff", name), channel="console"
    )
    return await begin(request, org, joined, "/console")


async def _business(house: House, token: str) -> Org:
    found = await house.db.read(lambda session: lookup.invite_by_token(session, token))
    return found[1] if found is not None else not_found("invite")


def _count(request: Request, house: House) -> None:
    address = request.client.host if request.client else ""
    if house.tries.count(f"invite:{address}").exceeded:
        raise Problem("RATE_LIMITED", "Too many tries.", fix="Wait a minute, then open the link again.")


def _closed(request: Request, invitation: Invitation) -> Response:
    gone = Problem("LINK_EXPIRED", "")
    return pages.page(request, "invite_closed.html.j2", status_of(gone), state=invitation.state)
