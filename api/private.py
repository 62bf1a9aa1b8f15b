"""Door 1, the private API in camelCase: health, bookings, open slots and summaries (contract 2.4)."""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from fastapi.responses import Response as AnyResponse

from api import actions, private_booking, wire
from api.approval import needs_authority, refuse_override
from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.private_booking import BookingPatch, BookingRead, NewBooking, OneBooking, OneBookingRead
from api.summary_shown import Summary
from api.wire import PROBLEMS, CamelShown, Id, Instant, Text, page_of
from storage.context import Context
from tools import booking as visits
from tools import services, slots, summary
from tools.amendment import Amendment, amend
from tools.changes import stored_word
from tools.refusals import SENTENCES, as_written
from tools.rules import speech
from tools.rules.calendar import REMEMBERED

router = APIRouter(prefix="/api/private/v1", tags=["private"], responses=PROBLEMS)

READ = ("READ_BOOKINGS",)
WRITE = ("WRITE_BOOKINGS",)
KEYED = {"parameters": [HEADER]}
A_WEEK = timedelta(days=6)
DETAILS = ("customer_name", "customer_email", "address", "postal_code", "notes")


class KeyShown(CamelShown):
    """Whose key this is."""

    id: str
    name: str
    actor_type: str
    prefix: str


class Health(CamelShown):
    """What a credential is and may do (CS-16)."""

    ok: bool
    org_id: str
    org_name: str
    credential: KeyShown
    scopes: list[str]
    server_time: Instant


class SlotShown(CamelShown):
    """An open start: UTC instants, the words, and the value for a slot tag."""

    start: Instant
    end: Instant
    formatted: str
    slot: str


class Blackout(CamelShown):
    """A day without any opening, and what to say about it."""

    date: str
    reason: str | None
    guidance: str


class Slots(CamelShown):
    """Open starts of a range of days; `rangeClamped` when it was longer than we look at once."""

    slots: list[SlotShown]
    blackouts: list[Blackout]
    timezone: str
    range_clamped: bool


@router.get("/health", response_model=Health)
async def health(caller: Annotated[Caller, Depends(needs())]) -> JSONResponse:
    """Whose credential this is, and what it may do. Any valid credential."""
    credential = caller.credential
    named = KeyShown(id=credential.id, name=credential.name, actor_type=credential.actor_type, prefix=credential.prefix)
    return JSONResponse(
        Health(
            ok=True,
            org_id=caller.org.id,
            org_name=caller.org.name,
            credential=named,
            scopes=credential.scopes,
            server_time=caller.house.clock.now(),
        ).shown()
    )


@router.get("/actions", response_model=actions.Catalogue)
async def list_actions() -> JSONResponse:
    """The published vocabulary of actions. Open to everybody; reading about one does not make it callable."""
    return JSONResponse(actions.CATALOGUE)


@router.post("/bookings", status_code=201, response_model=OneBooking, openapi_extra=KEYED)
async def book_job(
    request: Request, body: NewBooking, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> AnyResponse:
    """Book a visit at any time that is open; it need not lie on the grid (X10). Scope WRITE_BOOKINGS."""
    refuse_override(body.override)

    def act(ctx: Context) -> dict[str, Any]:
        zone = wire.zone_of(body.timezone, ctx.org.zone)
        visit = visits.Visit(
            start=wire.instant(body.scheduled_start_at, zone),
            end=wire.instant(body.scheduled_end_at, zone),
            service=services.match_label(ctx, body.service_label),
            label=body.service_label,
            customer_phone=body.customer_phone,
            customer_name=body.customer_name,
            customer_email=body.customer_email,
            address=body.address,
            postal_code=body.postal_code,
            notes=body.notes,
            lead_id=body.lead_id,
            technician_id=body.technician_id,
            attendees=body.attendees,
            metadata=body.metadata,
            on_grid=False,
            credential_id=caller.credential.id,
            needs_approval=caller.credential.requires_approval,
        )
        return private_booking.shown(ctx, visits.book(ctx, visit))

    return await act_once(request, caller, act, status=201)


@router.get("/bookings", response_model=page_of("bookings", BookingRead))
async def list_bookings(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    first: Annotated[Text | None, Query(alias="from")] = None,
    last: Annotated[Text | None, Query(alias="to")] = None,
    status: Text | None = None,
) -> JSONResponse:
    """Bookings by start. `from` and `to` are dates or instants; a bare `to` date counts. Scope READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = visits.search(
            ctx,
            start_from=wire.bound(first, ctx.org.zone),
            start_to=wire.bound(last, ctx.org.zone, last=True),
            statuses=[] if status is None else [stored_word(status)],
            page=page.page,
            size=page.size,
        )
        return paged("bookings", private_booking.listed(ctx, rows, manage_url(caller)), total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/bookings/{booking_id}", response_model=OneBookingRead)
async def get_booking_status(booking_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One booking with its history. Scope READ_BOOKINGS."""
    return JSONResponse(
        await caller.read(
            lambda ctx: private_booking.with_history(ctx, visits.get(ctx, booking_id), manage_url(caller))
        )
    )


@router.patch("/bookings/{booking_id}", response_model=OneBooking, openapi_extra=KEYED)
async def reschedule_or_cancel(
    request: Request, booking_id: Id, body: BookingPatch, caller: Annotated[Caller, Depends(needs_authority(*WRITE))]
) -> AnyResponse:
    """Move, cancel or correct a booking; its record stays. Scope WRITE_BOOKINGS."""
    refuse_override(body.override)

    def act(ctx: Context) -> dict[str, Any]:
        booking = visits.get(ctx, booking_id)
        zone = wire.zone_of(body.timezone, booking.zone)
        wanted = Amendment(
            start=None if body.scheduled_start_at is None else wire.instant(body.scheduled_start_at, zone),
            end=None if body.scheduled_end_at is None else wire.instant(body.scheduled_end_at, zone),
            technician_id=body.technician_id,
            status=body.status,
            cancel_reason=body.cancel_reason,
            details={name: getattr(body, name) for name in DETAILS if name in body.model_fields_set},
            metadata=body.metadata,
            on_grid=False,
        )
        return private_booking.shown(ctx, amend(ctx, booking, wanted))

    return await act_once(request, caller, act)


@router.get("/slots", response_model=Slots)
async def list_open_slots(
    caller: Annotated[Caller, Depends(needs("READ_AVAILABILITY", "READ_BOOKINGS"))],
    first: Annotated[Text | None, Query(alias="from")] = None,
    last: Annotated[Text | None, Query(alias="to")] = None,
    service: Text | None = None,
    postal_code: Annotated[Text | None, Query(alias="postalCode")] = None,
    timezone: Text | None = None,
) -> AnyResponse:
    """Open starts of a week or as asked, and why closed days are closed. Scope READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> bytes:
        zone = wire.zone_of(timezone, ctx.org.zone)
        begins = wire.local_day(first, ctx.org.zone) or ctx.local_now.date()
        ends = wire.local_day(last, ctx.org.zone) or begins + A_WEEK
        asked = services.for_sale(services.find_service(ctx, service))
        listing = slots.list_open(ctx, asked, begins, ends, postal_code=postal_code)
        shown = ",".join([_written(one.start, one.end, zone) for one in listing.openings])
        rest = {
            "blackouts": [
                {
                    "date": day.isoformat(),
                    "reason": note,
                    "guidance": SENTENCES["closed_for" if note else "closed"].format(day=speech.day(day), note=note)
                    + " Offer another day.",
                }
                for day, note in listing.closed
            ],
            "timezone": zone.key,
            "rangeClamped": listing.clamped,
        }
        return f'{{"slots":[{shown}],{json.dumps(rest)[1:]}'.encode()

    return AnyResponse(await caller.read(ask, scope=caller.credential.id), media_type="application/json")


@lru_cache(maxsize=REMEMBERED)
def _written(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """One open start as JSON: lists hold hundreds, and the same ones are asked for all day."""
    shown = as_written(start, end, zone)
    return json.dumps({name: shown[name] for name in SlotShown.model_fields}, separators=(",", ":"))


@router.get("/conversations/{conversation_id}/summary", response_model=Summary)
async def get_conversation_summary(
    conversation_id: Id, caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))]
) -> JSONResponse:
    """What a conversation is about and what to do next. Scope READ_CONVERSATIONS."""
    return JSONResponse(await caller.read(lambda ctx: summary.of_conversation(ctx, conversation_id)))


@router.get("/leads/{leadId}/summary", response_model=Summary)
async def get_lead_summary(leadId: Id, caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))]) -> JSONResponse:
    """The summary of a lead's latest conversation. Scope READ_CONVERSATIONS."""
    return JSONResponse(await caller.read(lambda ctx: summary.for_lead(ctx, leadId)))


def manage_url(caller: Caller) -> str | None:
    """The stem of manage links, for a caller who may also write; None for a mere reader (X12)."""
    return f"{caller.house.settings.public_url}/book/{caller.org.slug}/manage" if caller.may(*WRITE) else None
