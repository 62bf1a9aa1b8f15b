"""/api/v1/booking-pages: public addresses that offer some or all of the work (SC-39 to SC-44, SC-47)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Instant, LongText, Shown, Text, page_of
from storage.context import Context
from storage.tables import BookingPage
from tools import pages

router = APIRouter(prefix="/api/v1/booking-pages", tags=["booking-pages"], responses=PROBLEMS)

READ, WRITE = ("READ_BUSINESS_PROFILE",), ("WRITE_BUSINESS_PROFILE",)
KEYED = {"parameters": [HEADER]}
CLEARED = ("team_id", "technician_id", "duration_minutes")
SAME = ("id", "slug", "title", "intro", "service_ids", *CLEARED, "active", "created_at")


class BookingPageShown(Shown):
    """A page at `url`. `service_ids` empty: everything that can be booked, of the team or by the technician where one
    is named. `duration_minutes` is how long its visits are, null as long as each service."""

    id: str
    slug: str
    url: str
    title: str
    intro: str
    confirmation_message: str
    service_ids: list[str]
    team_id: str | None
    technician_id: str | None
    duration_minutes: int | None
    active: bool
    created_at: Instant


class BookingPagePatch(Body):
    """What should change; members left out stay. `active` false: the page takes no bookings for the time being."""

    title: Given | None = None
    slug: Given | None = None
    intro: LongText | None = None
    confirmation_message: LongText | None = None
    service_ids: Annotated[list[Given], Field(max_length=200)] | None = None
    team_id: Given | None = None
    technician_id: Given | None = None
    duration_minutes: int | None = None
    active: bool | None = None

    def columns(self) -> dict[str, Any]:
        """What was sent, by column; null clears team, technician and length alone."""
        sent = self.model_dump(exclude_unset=True)
        kept = {name: value for name, value in sent.items() if value is not None or name in CLEARED}
        if "confirmation_message" in kept:
            kept["confirmation"] = kept.pop("confirmation_message")
        return kept


class Recipient(Body):
    """Who is to get the page's address."""

    phone: Given


class Sent(Shown):
    """The text that is on its way; `state` is queued."""

    message_id: str
    state: str


class NewBookingPage(BookingPagePatch):
    """A new page. Without a slug one is made of the title."""

    title: Given


@router.get("", response_model=page_of("booking_pages", BookingPageShown))
async def list_booking_pages(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    name: Text | None = None,
    has_team: bool | None = None,
) -> JSONResponse:
    """Pages by title; `name` is part of it. Scope READ_BUSINESS_PROFILE."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = pages.listed(ctx, offset=page.offset, size=page.size, title=name, with_team=has_team)
        return paged("booking_pages", [_shown(caller, row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=BookingPageShown, openapi_extra=KEYED)
async def create_booking_page(
    request: Request, body: NewBookingPage, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Open a page; 409 IN_USE for an address that is taken. Scope WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: _shown(caller, pages.add(ctx, body.columns())), status=201)


@router.get("/{page_id}", response_model=BookingPageShown)
async def get_booking_page(page_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One page. Scope READ_BUSINESS_PROFILE."""
    return JSONResponse(await caller.read(lambda ctx: _shown(caller, pages.get(ctx, page_id))))


@router.put("/{page_id}", response_model=BookingPageShown, openapi_extra=KEYED)
@router.patch("/{page_id}", response_model=BookingPageShown, openapi_extra=KEYED)
async def update_booking_page(
    request: Request, page_id: Id, body: BookingPagePatch, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Change a page, or pause it with `active: false`; PUT and PATCH are the same. Scope WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: _shown(caller, pages.change(ctx, page_id, body.columns())))


@router.post("/{page_id}/send", status_code=201, response_model=Sent, openapi_extra=KEYED)
async def send_booking_page(
    request: Request, page_id: Id, body: Recipient, caller: Annotated[Caller, Depends(needs("WRITE_MESSAGES"))]
) -> Response:
    """Text a page's address to somebody, outside quiet hours; 422 OPTED_OUT for who asked for no texts. Scope
    WRITE_MESSAGES."""

    def act(ctx: Context) -> dict[str, Any]:
        message = pages.send(ctx, pages.get(ctx, page_id), body.phone, caller.house.settings.public_url)
        return Sent(message_id=message.id, state=message.state).shown()

    return await act_once(request, caller, act, status=201)


@router.delete("/{page_id}", status_code=204)
async def delete_booking_page(page_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Take a page away: its link answers 410, visits booked on it stand. Scope WRITE_BUSINESS_PROFILE."""
    await caller.write(lambda ctx: pages.remove(ctx, page_id))
    return Response(status_code=204)


def _shown(caller: Caller, row: BookingPage) -> dict[str, Any]:
    return BookingPageShown(
        **{name: getattr(row, name) for name in SAME},
        confirmation_message=row.confirmation,
        url=f"{caller.house.settings.public_url}/book/{row.slug}",
    ).shown()
