"""/api/v1/services and /api/v1/technicians: what the business does, by which rules, and who does it (TP-A8)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, SECURED, Id, Shown, page_of
from storage import listings
from storage.context import Context
from storage.tables import Service, Technician
from tools.problems import not_found

router = APIRouter(prefix="/api/v1", responses=PROBLEMS, dependencies=SECURED)

READ = ("READ_BUSINESS_PROFILE", "READ_AVAILABILITY", "READ_BOOKINGS")


class ServiceShown(Shown):
    """A kind of visit. Lengths are minutes but for the notice, in hours, and the horizon, in days; money is cents."""

    id: str
    slug: str
    name: str
    description: str
    aliases: list[str]
    is_bookable: bool
    default_duration: int
    buffer_before: int
    buffer_after: int
    min_notice_hours: float
    max_advance_days: int
    slot_interval_minutes: int
    fee_cents: int | None
    fee_note: str
    technician_ids: list[str]


class TechnicianShown(Shown):
    """Somebody who drives out, and what they can do."""

    id: str
    name: str
    phone: str | None
    active: bool
    service_ids: list[str]


@router.get("/services", response_model=page_of("services", ServiceShown), tags=["services"])
async def list_services(
    caller: Annotated[Caller, Depends(needs(*READ))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Services (event types), in the business's order. READ_BUSINESS_PROFILE, READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.services(ctx, offset=page.offset, size=page.size)
        skills = listings.skills(ctx)
        return paged("services", [_service(row, skills) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/services/{service_id}", response_model=ServiceShown, tags=["services"])
async def get_service(service_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One service. READ_BUSINESS_PROFILE, READ_AVAILABILITY or READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        return _service(listings.one_of(ctx, Service, service_id) or not_found("service"), listings.skills(ctx))

    return JSONResponse(await caller.read(ask))


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
        row = listings.one_of(ctx, Technician, technician_id) or not_found("technician")
        return _technician(row, listings.skills(ctx))

    return JSONResponse(await caller.read(ask))


def _service(row: Service, skills: list[tuple[str, str]]) -> dict[str, Any]:
    same = ("id", "slug", "name", "description", "aliases", "is_bookable", "buffer_before", "buffer_after")
    return ServiceShown(
        **{name: getattr(row, name) for name in (*same, "fee_cents", "fee_note")},
        default_duration=row.duration_minutes,
        min_notice_hours=row.notice_minutes / 60,
        max_advance_days=row.horizon_days,
        slot_interval_minutes=row.grid_minutes,
        technician_ids=sorted(who for service, who in skills if service == row.id),
    ).shown()


def _technician(row: Technician, skills: list[tuple[str, str]]) -> dict[str, Any]:
    its = sorted(service for service, who in skills if who == row.id)
    return TechnicianShown(id=row.id, name=row.name, phone=row.phone, active=row.active, service_ids=its).shown()
