"""The front door of a server: somebody who opens its bare address is sent to the booking page."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.book.manage import gone
from api.deps import house_of
from storage import lookup

front = APIRouter(include_in_schema=False)


@front.get("/")
async def arrive(request: Request) -> Response:
    """The booking page of the one business here; with several, each has its own address."""
    org = await house_of(request).db.read(lookup.only_org)
    if org is None:
        return gone("Ringback is running", "Each business here has its booking page at /book/ and its short name.", 404)
    return RedirectResponse(f"/book/{org.slug}", 302)
