"""The front door of a server: somebody who opens its bare address is sent on."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from api.book.door import HomeownerRoute
from api.deps import house_of
from storage import lookup

front = APIRouter(route_class=HomeownerRoute, include_in_schema=False)


@front.get("/")
@front.get("/book")
@front.get("/chat")
async def arrive(request: Request) -> RedirectResponse:
    """The booking page of the one business here. With several, the sign-in: who they are is nobody's to list."""
    org = await house_of(request).db.read(lookup.only_org)
    return RedirectResponse(f"/book/{org.slug}" if org else "/console/sign-in", 302)
