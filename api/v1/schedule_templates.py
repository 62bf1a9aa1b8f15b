"""/api/v1/schedule-templates: named weekly hours, and the visits that no longer lie inside them (SC-15 to SC-18)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.v1.hours import WeekdayHours, minutes_of, span_shown
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, page_of
from storage import listings
from storage.context import Context
from storage.tables import Booking, Hours, ScheduleTemplate
from tools import outside_hours, templates

router = APIRouter(prefix="/api/v1", tags=["availability"], responses=PROBLEMS)

READ, WRITE = ("READ_AVAILABILITY",), ("WRITE_AVAILABILITY",)
KEYED = {"parameters": [HEADER]}
MOST_SPANS = 70


class Template(Shown):
    """Named weekly hours; the business, services and technicians keep one each."""

    id: str
    name: str
    schedule: list[WeekdayHours]


class TemplateChanged(Template):
    """A template after an edit. No visit was moved: these upcoming ones now lie outside the new hours."""

    outside_hours: int
    outside_hours_booking_ids: list[str]


class GivenHours(Body):
    """Open hours of a weekday, HH:MM local; day 0 is Sunday, and an end past midnight is 24:00 and on."""

    day: int
    start: Given
    end: Given


class NewTemplate(Body):
    """A whole week; days left out are closed."""

    name: Given
    schedule: Annotated[list[GivenHours], Field(max_length=MOST_SPANS)]

    def spans(self) -> list[templates.Opens]:
        """As the acts take them, Monday first. Raises INVALID_TIME."""
        return [
            ((one.day - 1) % 7 if 0 <= one.day <= 6 else -1, minutes_of(one.start), minutes_of(one.end))
            for one in self.schedule
        ]


class BookingOutside(Shown):
    """A visit that stays where it is although the hours have changed since."""

    id: str
    start_time: Instant
    end_time: Instant
    status: str
    event_type_id: str | None
    event_type_name: str
    technician_id: str
    lead_id: str


@router.get("/schedule-templates", response_model=page_of("schedule_templates", Template))
async def list_schedule_templates(
    caller: Annotated[Caller, Depends(needs(*READ))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Named weekly hours, by name. Scope READ_AVAILABILITY."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.templates(ctx, offset=page.offset, size=page.size)
        hours = templates.hours_of(ctx, [row.id for row in rows])
        return paged("schedule_templates", [_shown(row, hours[row.id]) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("/schedule-templates", status_code=201, response_model=Template, openapi_extra=KEYED)
async def create_schedule_template(
    request: Request, body: NewTemplate, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Make named weekly hours; nobody keeps them yet. Scope WRITE_AVAILABILITY."""
    return await act_once(
        request, caller, lambda ctx: _one(ctx, templates.add(ctx, body.name, body.spans())), status=201
    )


@router.get("/schedule-templates/{template_id}", response_model=Template)
async def get_schedule_template(template_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One template with its week. Scope READ_AVAILABILITY."""
    return JSONResponse(await caller.read(lambda ctx: _one(ctx, templates.get(ctx, template_id))))


@router.put("/schedule-templates/{template_id}", response_model=TemplateChanged, openapi_extra=KEYED)
async def replace_schedule_template(
    request: Request, template_id: Id, body: NewTemplate, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Give a template another name and week. Visits are never moved: the answer tells how many upcoming ones now lie
    outside the new hours, and which. Scope WRITE_AVAILABILITY."""

    def act(ctx: Context) -> dict[str, Any]:
        row = templates.replace(ctx, template_id, body.name, body.spans())
        ids = [one.id for one in outside_hours.visits(ctx, row.id)]
        return {**_one(ctx, row), "outside_hours": len(ids), "outside_hours_booking_ids": ids}

    return await act_once(request, caller, act)


@router.delete("/schedule-templates/{template_id}", status_code=204)
async def delete_schedule_template(template_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Delete a template that nobody keeps; 409 IN_USE otherwise. Scope WRITE_AVAILABILITY."""
    await caller.write(lambda ctx: templates.remove(ctx, template_id))
    return Response(status_code=204)


@router.get("/availability/outside-hours", response_model=page_of("bookings", BookingOutside))
async def list_bookings_outside_hours(
    caller: Annotated[Caller, Depends(needs("READ_BOOKINGS"))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Upcoming visits that no longer lie inside the hours, soonest first, whatever changed. Scope READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows = outside_hours.visits(ctx)
        shown = [_outside(row) for row in rows[page.offset : page.offset + page.size]]
        return paged("bookings", shown, len(rows), page)

    return JSONResponse(await caller.read(ask))


def _one(ctx: Context, row: ScheduleTemplate) -> dict[str, Any]:
    return _shown(row, templates.hours_of(ctx, [row.id])[row.id])


def _shown(row: ScheduleTemplate, hours: list[Hours]) -> dict[str, Any]:
    week = [{"day": (one.weekday + 1) % 7, **span_shown(one.opens, one.closes)} for one in hours]
    return {"id": row.id, "name": row.name, "schedule": week}


def _outside(row: Booking) -> dict[str, Any]:
    return BookingOutside(
        id=row.id,
        start_time=row.start_at,
        end_time=row.end_at,
        status=row.status,
        event_type_id=row.service_id,
        event_type_name=row.service_label,
        technician_id=row.technician_id,
        lead_id=row.lead_id,
    ).shown()
