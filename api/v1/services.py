"""/api/v1/services: what the business does, and by which rules (TP-A8)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, LongText, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import Service
from tools import offerings
from tools.problems import not_found

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)

WRITE = ("WRITE_BUSINESS_PROFILE",)
STORED = {
    "default_duration": "duration_minutes",
    "min_notice_hours": "notice_minutes",
    "max_advance_days": "horizon_days",
    "slot_interval_minutes": "grid_minutes",
}
ALSO = (
    *("fee_cents", "fee_note", "value_cents", "day_cap", "week_cap", "window_minutes"),
    *("booking_mode", "template_id", "team_id", "position"),
)
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
    value_cents: int
    day_cap: int | None
    week_cap: int | None
    window_minutes: int | None
    booking_mode: str | None
    template_id: str | None
    team_id: str | None
    position: int
    technician_ids: list[str]


class ServicePatch(Body):
    """What should change; members left out stay, null clears a cap, a window, a fee, a mode, hours or a team.

    Lengths are minutes in steps of five but for the notice, in hours, and the horizon, in days; money is cents.
    """

    name: Given | None = None
    slug: Given | None = None
    description: LongText | None = None
    aliases: Annotated[list[Given], Field(max_length=100)] | None = None
    is_bookable: bool | None = None
    default_duration: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    min_notice_hours: Annotated[float, Field(ge=0, le=8760, allow_inf_nan=False)] | None = None
    max_advance_days: int | None = None
    slot_interval_minutes: int | None = None
    day_cap: int | None = None
    week_cap: int | None = None
    window_minutes: int | None = None
    fee_cents: int | None = None
    fee_note: Text | None = None
    value_cents: int | None = None
    booking_mode: Given | None = None
    template_id: Given | None = None
    team_id: Given | None = None
    position: int | None = None
    technician_ids: Annotated[list[Given], Field(max_length=200)] | None = None

    def columns(self) -> dict[str, Any]:
        """What was sent, under the names it is stored by."""
        sent = self.model_dump(exclude_unset=True, exclude={"technician_ids"})
        columns = {STORED.get(name, name): value for name, value in sent.items()}
        if columns.get("notice_minutes") is not None:
            columns["notice_minutes"] = round(columns["notice_minutes"] * 60)
        return columns


class NewService(ServicePatch):
    """A new kind of visit. Without a slug one is made of the name; without technicians nobody does it yet."""

    name: Given
    default_duration: int


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


@router.post(
    "/services", status_code=201, response_model=ServiceShown, tags=["services"], openapi_extra={"parameters": [HEADER]}
)
async def create_service(
    request: Request, body: NewService, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Offer a new kind of visit. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        row = offerings.add_service(ctx, body.columns(), body.technician_ids or [])
        return _service(row, listings.skills(ctx))

    return await act_once(request, caller, act, status=201)


@router.patch(
    "/services/{service_id}",
    response_model=ServiceShown,
    tags=["services"],
    openapi_extra={"parameters": [HEADER]},
)
async def update_service(
    request: Request, service_id: Id, body: ServicePatch, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Change a service's rules or who does it; visits already booked stay as they are. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        row = listings.one_of(ctx, Service, service_id) or not_found("service")
        return _service(offerings.change_service(ctx, row, body.columns(), body.technician_ids), listings.skills(ctx))

    return await act_once(request, caller, act)


def _service(row: Service, skills: list[tuple[str, str]]) -> dict[str, Any]:
    same = ("id", "slug", "name", "description", "aliases", "is_bookable", "buffer_before", "buffer_after")
    return ServiceShown(
        **{name: getattr(row, name) for name in (*same, *ALSO)},
        default_duration=row.duration_minutes,
        min_notice_hours=row.notice_minutes / 60,
        max_advance_days=row.horizon_days,
        slot_interval_minutes=row.grid_minutes,
        technician_ids=sorted(who for service, who in skills if service == row.id),
    ).shown()
