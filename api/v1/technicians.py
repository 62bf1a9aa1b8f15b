"""/api/v1/technicians: who drives out, by which hours, and what they can do."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Technician
from tools import offerings

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)

READ = ("READ_BUSINESS_PROFILE", "READ_AVAILABILITY", "READ_BOOKINGS")
WRITE = ("WRITE_BUSINESS_PROFILE",)
KEYED = {"parameters": [HEADER]}


class TechnicianShown(Shown):
    """Somebody who drives out, and what they can do."""

    id: str
    name: str
    phone: str | None
    template_id: str | None
    travel_minutes: int
    on_call: int | None
    active: bool
    service_ids: list[str]


class CalendarShown(Shown):
    """The address of a technician's calendar, for their phone to subscribe to. Whoever has it can read it."""

    url: str


class TechnicianPatch(Body):
    """What should change; members left out stay, null clears a phone, hours or a place in the on-call order."""

    name: Given | None = None
    phone: Text | None = None
    template_id: Given | None = None
    travel_minutes: int | None = None
    on_call: int | None = None
    active: bool | None = None
    position: int | None = None


class NewTechnician(TechnicianPatch):
    """Somebody new. Which services they do is said on the services."""

    name: Given


@router.get("/technicians", response_model=page_of("technicians", TechnicianShown), tags=["technicians"])
async def list_technicians(
    caller: Annotated[Caller, Depends(needs(*READ))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Technicians, in the business's order. READ_BUSINESS_PROFILE, READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.technicians(ctx, offset=page.offset, size=page.size)
        skills = listings.skills(ctx)
        return paged("technicians", [_technician(row, skills) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/technicians/{technician_id}", response_model=TechnicianShown, tags=["technicians"])
async def get_technician(technician_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One technician. READ_BUSINESS_PROFILE, READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        return _technician(offerings.technician(ctx, technician_id), listings.skills(ctx))

    return JSONResponse(await caller.read(ask))


@router.post("/technicians", status_code=201, response_model=TechnicianShown, tags=["technicians"], openapi_extra=KEYED)
async def create_technician(
    request: Request, body: NewTechnician, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Somebody new who drives out. Scope WRITE_BUSINESS_PROFILE."""
    sent = body.model_dump(exclude_unset=True)
    return await act_once(request, caller, lambda ctx: _technician(offerings.add_technician(ctx, sent), []), status=201)


@router.patch("/technicians/{technician_id}", response_model=TechnicianShown, tags=["technicians"], openapi_extra=KEYED)
async def update_technician(
    request: Request, technician_id: Id, body: TechnicianPatch, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Change a technician; making one inactive who has upcoming visits is 409 IN_USE with their `booking_ids`, which
    must be moved first. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        row = offerings.technician(ctx, technician_id)
        changed = offerings.change_technician(ctx, row, body.model_dump(exclude_unset=True))
        return _technician(changed, listings.skills(ctx))

    return await act_once(request, caller, act)


@router.get("/technicians/{technician_id}/calendar", response_model=CalendarShown, tags=["technicians"])
async def get_calendar(technician_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> JSONResponse:
    """The address of a technician's calendar. Scope WRITE_BUSINESS_PROFILE, since it opens their customers' names."""
    return JSONResponse(
        await caller.read(lambda ctx: _calendar(caller, offerings.technician(ctx, technician_id).calendar_token))
    )


@router.post(
    "/technicians/{technician_id}/calendar",
    status_code=201,
    response_model=CalendarShown,
    tags=["technicians"],
    openapi_extra=KEYED,
)
async def rotate_calendar(
    request: Request, technician_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """A new address for a technician's calendar; the old one stops working at once. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        return _calendar(caller, offerings.new_calendar(ctx, offerings.technician(ctx, technician_id)))

    return await act_once(request, caller, act, status=201)


def _calendar(caller: Caller, token: str) -> dict[str, Any]:
    return CalendarShown(url=f"{caller.house.settings.public_url}/calendar/{token}.ics").shown()


def _technician(row: Technician, skills: list[tuple[str, str]]) -> dict[str, Any]:
    same = ("id", "name", "phone", "template_id", "travel_minutes", "on_call", "active")
    its = sorted(service for service, who in skills if who == row.id)
    return TechnicianShown(**{name: getattr(row, name) for name in same}, service_ids=its).shown()
