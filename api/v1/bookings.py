"""/api/v1/bookings: bookings in Empfio's shapes and words (S4), with their lead in brief."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, Field

from api import dialects, wire
from api.approval import needs_authority
from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.v1.visit_request import ServiceNamed, who
from api.wire import PROBLEMS, Body, FreeJson, FreeList, Given, Id, Instant, LongText, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Booking, Customer, Lead
from tools import booking as visits
from tools import services, slots
from tools.amendment import Amendment, amend
from tools.changes import stored_word
from tools.problems import Problem, not_found
from tools.refusals import utc

router = APIRouter(prefix="/api/v1/bookings", tags=["bookings"], responses=PROBLEMS)

READ, WRITE = ("READ_BOOKINGS",), ("WRITE_BOOKINGS",)
KEYED = {"parameters": [HEADER]}


class LeadBrief(Shown):
    """The lead a booking belongs to."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    channel: str
    status: str


class V1Booking(Shown):
    """A booking. The calcom members are null unless it came from there; event_type_id is else our service's id."""

    id: str
    lead_id: str
    calcom_booking_id: int | None
    calcom_booking_uid: str | None
    event_type_id: int | str | None
    start_time: Instant
    end_time: Instant
    status: str
    meeting_url: str | None
    metadata: dict[str, Any]
    created_at: Instant
    updated_at: Instant
    lead: LeadBrief


class V1Slot(Shown):
    """An open start and its end."""

    start: Instant
    end: Instant


class V1Slots(Shown):
    """The open starts of a range of days; `range_clamped` when it was longer than we look at once."""

    slots: list[V1Slot]
    start_date: str
    end_date: str
    event_type_id: str
    range_clamped: bool


class NewV1Booking(ServiceNamed):
    """A visit to book, for a phone number or for a lead there is already."""

    start_time: Given
    end_time: Given | None = None
    lead_id: Text | None = None
    phone: Text | None = None
    name: Annotated[Text | None, Field(validation_alias=AliasChoices("name", "fullName"))] = None
    email: Text | None = None
    address: Text | None = None
    postal_code: Text | None = None
    notes: LongText | None = None
    attendees: FreeList = Field(default_factory=list)
    metadata: FreeJson = Field(default_factory=dict)
    timezone: Text | None = None


class V1BookingPatch(Body):
    """What should change; members left out stay. Start alone keeps the duration; metadata is merged, null removes."""

    status: Given | None = None
    start_time: Given | None = None
    end_time: Given | None = None
    meeting_url: Text | None = None
    metadata: FreeJson | None = None


@router.get("", response_model=page_of("bookings", V1Booking))
async def list_bookings(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    lead_id: Text | None = None,
    status: Text | None = None,
    date_from: Text | None = None,
    date_to: Text | None = None,
    event_type_id: Text | None = None,
) -> JSONResponse:
    """Bookings by start; a bare `date_to` counts. Scope READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = visits.search(
            ctx,
            start_from=wire.bound(date_from, ctx.org.zone),
            start_to=wire.bound(date_to, ctx.org.zone, last=True),
            statuses=[] if status is None else [stored_word(status)],
            lead_id=lead_id,
            service_id=services.filter_id(ctx, event_type_id),
            page=page.page,
            size=page.size,
        )
        return paged("bookings", shown(ctx, rows), total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/available-slots", response_model=V1Slots)
async def available_slots(
    caller: Annotated[Caller, Depends(needs("READ_AVAILABILITY", "READ_BOOKINGS"))],
    start_date: Annotated[Given, Query()],
    end_date: Annotated[Given, Query()],
    event_type_id: Text | None = None,
    postal_code: Text | None = None,
) -> JSONResponse:
    """The open starts from one date to another, both counted. Scope READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        first, last = wire.day_named(start_date), wire.day_named(end_date)
        service = services.for_sale(services.find_service(ctx, event_type_id))
        listing = slots.list_open(ctx, service, first, last, postal_code=postal_code)
        return {
            "slots": [{"start": utc(one.start), "end": utc(one.end)} for one in listing.openings],
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "event_type_id": service.id,
            "range_clamped": listing.clamped,
        }

    return JSONResponse(await caller.read(ask, scope=caller.credential.id))


@router.post("", status_code=201, response_model=V1Booking, openapi_extra=KEYED)
async def create_booking(
    request: Request, body: NewV1Booking, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Book one of the open starts. Scope WRITE_BOOKINGS."""

    def act(ctx: Context) -> dict[str, Any]:
        zone = wire.zone_of(body.timezone, ctx.org.zone)
        start = wire.instant(body.start_time, zone)
        end = None if body.end_time is None else wire.instant(body.end_time, zone)
        visits.check_emails(body.email, body.attendees)
        visit = visits.Visit(
            start=start,
            end=end,
            service=body.find(ctx),
            customer_phone=body.phone or phone_of(ctx, body.lead_id),
            customer_name=body.name,
            customer_email=body.email,
            address=body.address,
            postal_code=body.postal_code,
            notes=body.notes,
            lead_id=body.lead_id,
            attendees=body.attendees,
            metadata=body.metadata,
            **who(caller),
        )
        return shown(ctx, [visits.book(ctx, visit)])[0]

    return await act_once(request, caller, act, status=201)


@router.get("/{booking_id}", response_model=V1Booking)
async def get_booking(booking_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One booking with its lead and metadata. Scope READ_BOOKINGS."""
    return JSONResponse(await caller.read(lambda ctx: shown(ctx, [visits.get(ctx, booking_id)])[0]))


@router.patch("/{booking_id}", response_model=V1Booking, openapi_extra=KEYED)
async def update_booking(
    request: Request, booking_id: Id, body: V1BookingPatch, caller: Annotated[Caller, Depends(needs_authority(*WRITE))]
) -> Response:
    """Move a booking, give it a status or change its details; cancelled frees its time. Scope WRITE_BOOKINGS."""

    def act(ctx: Context) -> dict[str, Any]:
        booking = visits.get(ctx, booking_id)
        wanted = Amendment(
            start=None if body.start_time is None else wire.instant(body.start_time, booking.zone),
            end=None if body.end_time is None else wire.instant(body.end_time, booking.zone),
            status=body.status,
            details={"meeting_url": body.meeting_url} if "meeting_url" in body.model_fields_set else {},
            metadata=body.metadata,
        )
        return shown(ctx, [amend(ctx, booking, wanted)])[0]

    return await act_once(request, caller, act)


@router.delete("/{booking_id}", status_code=204, openapi_extra=KEYED)
async def cancel_booking(
    request: Request, booking_id: Id, caller: Annotated[Caller, Depends(needs_authority(*WRITE))]
) -> Response:
    """Cancel a booking; its record stays, and a second time changes nothing. Scope WRITE_BOOKINGS."""
    return await act_once(request, caller, lambda ctx: visits.cancel(ctx, visits.get(ctx, booking_id)), status=204)


def shown(ctx: Context, rows: Sequence[Booking]) -> list[dict[str, Any]]:
    """Bookings as this door shows them."""
    leads = listings.leads_by_id(ctx, [row.lead_id for row in rows])
    return [_one(row, *leads[row.lead_id]) for row in rows]


def phone_of(ctx: Context, lead_id: str | None) -> str | None:
    """The number of a lead's customer. Raises NOT_FOUND for a lead that is not this business's, MISSING_FIELDS."""
    if lead_id is None:
        raise Problem("MISSING_FIELDS", "Missing: phone.", fix="Send phone or lead_id.", fields=["phone"])
    found = listings.lead_and_customer(ctx, lead_id)
    return not_found("lead") if found is None else found[1].phone


def _one(row: Booking, lead: Lead, customer: Customer) -> dict[str, Any]:
    calcom = row.external_refs.get("calcom", {})
    return V1Booking(
        id=row.id,
        lead_id=row.lead_id,
        calcom_booking_id=calcom.get("id"),
        calcom_booking_uid=calcom.get("uid"),
        event_type_id=calcom.get("event_type_id", row.service_id),
        start_time=row.start_at,
        end_time=row.end_at,
        status=row.status,
        meeting_url=row.meeting_url,
        metadata=row.details,
        created_at=row.created_at,
        updated_at=row.updated_at,
        lead=LeadBrief(
            id=lead.id,
            name=customer.name,
            email=customer.email,
            phone=customer.phone,
            channel=lead.channel,
            status=dialects.V1_LEAD[lead.status],
        ),
    ).shown()
