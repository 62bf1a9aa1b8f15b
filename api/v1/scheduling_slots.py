"""/api/v1/scheduling-bookings: is this time free, and which times are (S3). A question gets 200 whatever the answer."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api import wire
from api.deps import Caller, needs
from api.v1.scheduling_shown import Data
from api.v1.visit_request import ServiceNamed
from api.wire import PROBLEMS, Given, Instant, Shown, Text
from storage.context import Context
from tools import services, slots
from tools.problems import Problem
from tools.refusals import as_written
from tools.rules import speech
from tools.rules.wall_time import day_bounds

router = APIRouter(prefix="/api/v1/scheduling-bookings", tags=["scheduling-bookings"], responses=PROBLEMS)

TWO_WEEKS = timedelta(days=14)
NOT_OPEN = ("SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW", "INVALID_TIME")
AROUND = 5


class AskedTime(ServiceNamed):
    """One time: date and time are local to `timezone`, else to the business."""

    date: Given
    time: Given
    timezone: Text | None = None


class AskedRange(ServiceNamed):
    """A range of days: today and 14 more by default. Times are shown in `timezone`, else the business's."""

    date_from: Text | None = None
    date_to: Text | None = None
    timezone: Text | None = None


class TimeShown(Shown):
    """A time: UTC instants, the local date and time, the words, and the value of a slot tag."""

    start: Instant
    end: Instant
    date: str
    time: str
    formatted: str
    slot: str


class Availability(Shown):
    """Whether a time is open, and the open ones next to it."""

    available: bool
    slot: TimeShown
    nearest_before: TimeShown | None
    nearest_after: TimeShown | None
    hint: str


class DayShown(Shown):
    """One day that has open times."""

    date: str
    day_name: str
    formatted: str
    slots: list[TimeShown]


class AvailableSlots(Shown):
    """Open times by day; `next_available` is the first from `date_from` on, as far ahead as the business books."""

    event_type_id: str
    event_type_name: str
    duration_minutes: int
    timezone: str
    dates: list[DayShown]
    total_available_slots: int
    next_available: TimeShown | None
    range_clamped: bool


@router.post("/check-availability", response_model=Data[Availability])
async def check_availability(
    body: AskedTime, caller: Annotated[Caller, Depends(needs("READ_BOOKINGS"))]
) -> JSONResponse:
    """Whether one time is open, with its neighbours; 200 for a closed day too. Scope READ_BOOKINGS."""

    def ask(ctx: Context) -> dict[str, Any]:
        zone = wire.zone_of(body.timezone, ctx.org.zone)
        start = wire.wall_instant(body.date, body.time, zone)
        service = services.for_sale(body.find(ctx))
        hint = "Open. Book it with the same date and time."
        try:
            slots.decide(ctx, service, start)
            available = True
        except Problem as problem:
            if problem.code not in NOT_OPEN:
                raise
            available, hint = False, f"{problem.detail} Offer one of the nearest times."
        around = slots.nearest(ctx, service, start, AROUND)
        before = [as_written(one.start, one.end, zone) for one in around if one.start < start]
        after = [as_written(one.start, one.end, zone) for one in around if one.start > start]
        return {
            "data": {
                "available": available,
                "slot": as_written(start, start + timedelta(minutes=service.duration_minutes), zone),
                "nearest_before": before[0] if before else None,
                "nearest_after": after[0] if after else None,
                "hint": hint if available or before or after else "Nothing is open; have the office call back.",
            }
        }

    return JSONResponse(await caller.read(ask, scope=caller.credential.id))


@router.post("/available-slots", response_model=Data[AvailableSlots])
async def list_available_slots(
    caller: Annotated[Caller, Depends(needs("READ_AVAILABILITY", "READ_BOOKINGS"))],
    body: AskedRange | None = None,
) -> JSONResponse:
    """Open times by day, with words to read out. Scope READ_AVAILABILITY or READ_BOOKINGS."""
    asked = body or AskedRange()

    def ask(ctx: Context) -> dict[str, Any]:
        zone = wire.zone_of(asked.timezone, ctx.org.zone)
        first = wire.local_day(asked.date_from, ctx.org.zone) or ctx.local_now.date()
        last = wire.local_day(asked.date_to, ctx.org.zone) or first + TWO_WEEKS
        service = services.for_sale(asked.find(ctx))
        listing = slots.list_open(ctx, service, first, last)
        shown = [as_written(one.start, one.end, zone) for one in listing.openings]
        begin = max(ctx.now, day_bounds(first, ctx.org.zone)[0])
        coming = [one for one in slots.nearest(ctx, service, begin, 2) if one.start >= begin]
        return {
            "data": {
                "event_type_id": service.id,
                "event_type_name": service.name,
                "duration_minutes": service.duration_minutes,
                "timezone": zone.key,
                "dates": [_day(day, list(its)) for day, its in groupby(shown, key=lambda one: str(one["date"]))],
                "total_available_slots": len(shown),
                "next_available": as_written(coming[0].start, coming[0].end, zone) if coming else None,
                "range_clamped": listing.clamped,
            }
        }

    return JSONResponse(await caller.read(ask, scope=caller.credential.id))


def _day(day: str, its: list[Mapping[str, str]]) -> dict[str, Any]:
    on = date.fromisoformat(day)
    return {"date": day, "day_name": speech.WEEKDAYS[on.weekday()], "formatted": speech.day_with_year(on), "slots": its}
