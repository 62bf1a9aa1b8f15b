"""/api/v1/availability and /api/v1/blackouts: the week, and the dates that differ from it (TP-A7)."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api import wire
from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Shown, Text, page_of
from storage import listings
from storage.context import Context
from storage.tables import DateOverride
from tools import blackouts
from tools.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["availability"], responses=PROBLEMS)

READ, WRITE = ("READ_AVAILABILITY",), ("WRITE_AVAILABILITY",)
MANY = 100


class Span(Shown):
    """Open hours, local; an end past midnight is written 24:00 and on."""

    start: str
    end: str


class WeekdayHours(Span):
    """Open hours of a weekday; day 0 is Sunday."""

    day: int


class Override(Shown):
    """A date that differs: blocked, or open at other hours; for one technician or for everybody."""

    id: str
    date: str
    blocked: bool
    hours: list[Span]
    reason: str | None
    technician_id: str | None


class WorkingHours(Shown):
    """The business's week and its coming exceptions."""

    timezone: str
    weekly_hours: list[WeekdayHours]
    date_overrides: list[Override]


class NewBlackout(Body):
    """A date to close, or with `start` and `end` (HH:MM, local) to open at other hours."""

    date: Given
    start: Given | None = None
    end: Given | None = None
    reason: Text | None = None
    technician_id: Text | None = None


@router.get("/availability", response_model=WorkingHours)
async def get_availability(caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """Weekly hours, and the next dates that differ. Scope READ_AVAILABILITY."""

    def ask(ctx: Context) -> dict[str, Any]:
        coming, _total = listings.overrides(ctx, offset=0, size=MANY, since=ctx.local_now.date())
        return {
            "timezone": ctx.org.timezone,
            "weekly_hours": [
                {"day": (row.weekday + 1) % 7, **span_shown(row.opens, row.closes)}
                for row in listings.weekly_hours(ctx)
            ],
            "date_overrides": [_shown(row) for row in coming],
        }

    return JSONResponse(await caller.read(ask))


@router.get("/blackouts", response_model=page_of("blackouts", Override))
async def list_blackouts(
    caller: Annotated[Caller, Depends(needs(*READ))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """Every date that differs, soonest first. Scope READ_AVAILABILITY."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = listings.overrides(ctx, offset=page.offset, size=page.size)
        return paged("blackouts", [_shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("/blackouts", status_code=201, response_model=Override, openapi_extra={"parameters": [HEADER]})
async def create_blackout(
    request: Request, body: NewBlackout, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Close a date, or open it at other hours; visits already booked stay. Scope WRITE_AVAILABILITY."""

    def act(ctx: Context) -> dict[str, Any]:
        if (body.start is None) != (body.end is None):
            raise Problem("MISSING_FIELDS", "Hours need both ends.", fix="Send start and end, or neither.")
        spans = [] if body.start is None or body.end is None else [(minutes_of(body.start), minutes_of(body.end))]
        day = wire.day_named(body.date)
        return _shown(blackouts.add(ctx, day, spans=spans, reason=body.reason, technician_id=body.technician_id))

    return await act_once(request, caller, act, status=201)


@router.delete("/blackouts/{blackout_id}", status_code=204)
async def delete_blackout(blackout_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Let a date be like its weekday again. Scope WRITE_AVAILABILITY."""
    await caller.write(lambda ctx: blackouts.remove(ctx, blackout_id))
    return Response(status_code=204)


def _shown(row: DateOverride) -> dict[str, Any]:
    return {
        "id": row.id,
        "date": row.day.isoformat(),
        "blocked": not row.spans,
        "hours": [span_shown(opens, closes) for opens, closes in row.spans],
        "reason": row.reason,
        "technician_id": row.technician_id,
    }


def span_shown(opens: int, closes: int) -> dict[str, str]:
    """Minutes after midnight as HH:MM; past midnight the hours go on from 24."""
    return {"start": f"{opens // 60:02}:{opens % 60:02}", "end": f"{closes // 60:02}:{closes % 60:02}"}


def minutes_of(text: str) -> int:
    """Minutes after midnight in HH:MM, where 26:00 is two at night. Raises INVALID_TIME."""
    found = re.fullmatch(r"(\d\d):([0-5]\d)", text, re.ASCII)
    if found is None:
        raise Problem("INVALID_TIME", "That is not a time of day.", fix="Write HH:MM, 24 hours.")
    return int(found[1]) * 60 + int(found[2])
