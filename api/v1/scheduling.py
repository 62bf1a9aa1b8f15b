"""/api/v1/scheduling-bookings: bookings the way voice-agent builders know them (S3), local dates and times first."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, Field

from api import wire
from api.approval import needs_authority
from api.deps import Caller, needs
from api.idempotency_key import HEADER, act_once
from api.private import manage_url
from api.v1.scheduling_shown import Created, Data, ListedBookings, OneRead, OneWritten, read, written
from api.v1.visit_request import ServiceNamed, who
from api.wire import PROBLEMS, Body, FreeList, Given, Id, LongText, Text
from storage.context import Context
from storage.tables import Booking
from tools import booking as visits
from tools import services
from tools.changes import stored_word

router = APIRouter(prefix="/api/v1/scheduling-bookings", tags=["scheduling-bookings"], responses=PROBLEMS)

READ, WRITE = ("READ_BOOKINGS",), ("WRITE_BOOKINGS",)
KEYED = {"parameters": [HEADER]}
MOST = 100


class NewSchedulingBooking(ServiceNamed):
    """A visit to book: a flat body; date and time are local to `timezone`, else to the business."""

    full_name: Annotated[Given, Field(alias="fullName", validation_alias=AliasChoices("fullName", "full_name", "name"))]
    phone: Given
    date: Given
    time: Given
    timezone: Text | None = None
    email: Text | None = None
    message: LongText | None = None
    company_name: Text | None = None
    attendees: FreeList = Field(default_factory=list)
    booker_state: Text | None = None
    address: Text | None = None
    postal_code: Text | None = None
    deal_id: Text | None = None


class Reason(Body):
    """Why a visit is called off, if anybody said."""

    reason: Text | None = None


class WhoIsLate(Body):
    """Who is late: when it is the technician, the customer is told."""

    who: Literal["customer", "technician"] = "customer"


@router.get("", response_model=ListedBookings)
async def list_scheduling_bookings(
    caller: Annotated[Caller, Depends(needs(*READ))],
    status: Text | None = None,
    event_type_id: Text | None = None,
    date_from: Text | None = None,
    date_to: Text | None = None,
    limit: Annotated[int, Query(ge=1)] = 25,
    after: Text | None = None,
) -> JSONResponse:
    """Bookings by start; `after` is the cursor of the page before. Scope READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        size = min(limit, MOST)
        rows, total = visits.search(
            ctx,
            start_from=wire.bound(date_from, ctx.org.zone),
            start_to=wire.bound(date_to, ctx.org.zone, last=True),
            statuses=[] if status is None else [stored_word(status)],
            service_id=services.filter_id(ctx, event_type_id),
            size=size + 1,
            after=after,
        )
        shown = [read(row, manage_url(caller)) for row in rows[:size]]
        more = len(rows) > size
        cursor = rows[size - 1].id if more else None
        return {
            "data": shown,
            "pagination": {"limit": size, "total": total, "has_more": more, "after": cursor},
        }

    return JSONResponse(await caller.read(ask))


@router.get("/{booking_id}", response_model=OneRead)
async def get_scheduling_booking(booking_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One booking. Scope READ_BOOKINGS."""
    return JSONResponse(await caller.read(lambda ctx: {"data": read(visits.get(ctx, booking_id), manage_url(caller))}))


@router.post("", status_code=201, response_model=Data[Created], openapi_extra=KEYED)
async def create_scheduling_booking(
    request: Request, body: NewSchedulingBooking, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Book one of the open starts; finds or makes the lead and the contact. Scope WRITE_BOOKINGS."""

    def act(ctx: Context) -> dict[str, Any]:
        start = wire.wall_instant(body.date, body.time, wire.zone_of(body.timezone, ctx.org.zone))
        visits.check_emails(body.email, body.attendees)
        extras = {"company_name": body.company_name, "booker_state": body.booker_state}
        visit = visits.Visit(
            start=start,
            service=body.find(ctx),
            customer_phone=body.phone,
            customer_name=body.full_name,
            customer_email=body.email,
            address=body.address,
            postal_code=body.postal_code,
            notes=body.message,
            lead_id=body.deal_id,
            attendees=body.attendees,
            metadata={name: value for name, value in extras.items() if value},
            **who(caller),
        )
        booking = visits.book(ctx, visit)
        crm = {"lead_id": booking.lead_id, "contact_id": booking.customer_id, "deal_id": booking.lead_id}
        return {"data": {"success": True, "booking": written(booking), "crm": crm}}

    return await act_once(request, caller, act, status=201)


@router.post("/{booking_id}/cancel", response_model=OneWritten, openapi_extra=KEYED)
async def cancel_scheduling_booking(
    request: Request,
    booking_id: Id,
    caller: Annotated[Caller, Depends(needs_authority(*WRITE))],
    body: Reason | None = None,
) -> Response:
    """Cancel a booking; its record stays. Scope WRITE_BOOKINGS."""
    reason = body.reason if body else None
    return await _mark(request, caller, booking_id, lambda ctx, booking: visits.cancel(ctx, booking, reason=reason))


@router.post("/{booking_id}/mark-attended", response_model=OneWritten, openapi_extra=KEYED)
async def mark_attended(
    request: Request, booking_id: Id, caller: Annotated[Caller, Depends(needs_authority(*WRITE))]
) -> Response:
    """The visit took place. Scope WRITE_BOOKINGS."""
    return await _mark(request, caller, booking_id, lambda ctx, booking: visits.set_status(ctx, booking, "attended"))


@router.post("/{booking_id}/mark-late", response_model=OneWritten, openapi_extra=KEYED)
async def mark_late(
    request: Request,
    booking_id: Id,
    caller: Annotated[Caller, Depends(needs_authority(*WRITE))],
    body: WhoIsLate | None = None,
) -> Response:
    """Somebody is late; a late technician is announced to the customer. Scope WRITE_BOOKINGS."""
    late = body.who if body else "customer"
    return await _mark(
        request, caller, booking_id, lambda ctx, booking: visits.set_status(ctx, booking, "late", who=late)
    )


@router.post("/{booking_id}/mark-no-show", response_model=OneWritten, openapi_extra=KEYED)
async def mark_no_show(
    request: Request, booking_id: Id, caller: Annotated[Caller, Depends(needs_authority(*WRITE))]
) -> Response:
    """Nobody was there; the customer is offered a new time. Scope WRITE_BOOKINGS."""
    return await _mark(request, caller, booking_id, lambda ctx, booking: visits.set_status(ctx, booking, "no_show"))


async def _mark(
    request: Request, caller: Caller, booking_id: str, change: Callable[[Context, Booking], Booking]
) -> Response:
    def act(ctx: Context) -> dict[str, Any]:
        return {"data": {"success": True, "booking": written(change(ctx, visits.get(ctx, booking_id)))}}

    return await act_once(request, caller, act)
