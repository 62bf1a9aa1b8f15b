"""A technician's visits as a calendar to subscribe to (RFC 5545): an unguessable address, read by their phone."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from icalendar import Calendar, Event

from api.deps import house_of
from storage import listings, lookup
from storage.context import Context
from storage.tables import Booking, Technician

router = APIRouter(include_in_schema=False)

BACK = timedelta(days=30)
READ_AGAIN = timedelta(minutes=15)
NO_FEED = Response("There is no such calendar.", status_code=404, media_type="text/plain")


@router.get("/calendar/{token}.ics")
async def feed(request: Request, token: str) -> Response:
    """Upcoming visits and those of the last 30 days, cancelled ones marked as such. A rotated token is nobody's."""
    house = house_of(request)
    found = await house.db.read(lambda session: lookup.technician_by_calendar_token(session, token))
    if found is None or not found[0].active:
        address = request.client.host if request.client else ""
        if house.tries.count(f"calendar:{address}").exceeded:
            return Response("Too many tries.", status_code=429, media_type="text/plain")
        return NO_FEED
    technician, org = found
    body = await house.read(org, lambda ctx: written(ctx, technician))
    headers = {"Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer"}
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def written(ctx: Context, technician: Technician) -> bytes:
    """The calendar of one technician, in the wall time of each visit, with the zones it names."""
    sheet = Calendar()
    sheet.add("prodid", "-//Ringback//Technician//EN")
    sheet.add("version", "2.0")
    sheet.add("x-wr-calname", f"{ctx.org.name}: {technician.name}")
    sheet.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    for visit in listings.visits_of(ctx, technician.id, since=ctx.now - BACK):
        sheet.add_component(_event(visit))
    sheet.add_missing_timezones()
    return bytes(sheet.to_ical())


def _event(visit: Booking) -> Event:
    """`sequence` is the booking's revision, so a phone replaces what it had of the same `uid`."""
    event = Event()
    facts: dict[str, Any] = {
        "uid": f"{visit.id}@ringback",
        "sequence": visit.revision,
        "dtstamp": visit.updated_at,
        "last-modified": visit.updated_at,
        "dtstart": visit.local_start,
        "dtend": visit.local_end,
        "summary": " ".join(part for part in (visit.service_label, _who(visit)) if part),
        "location": ", ".join(part for part in (visit.address, visit.postal_code) if part),
        "description": "\n".join(part for part in (visit.customer_phone, visit.notes) if part),
        "status": _status(visit),
    }
    for name, value in facts.items():
        if value != "":
            event.add(name, value)
    return event


def _who(visit: Booking) -> str:
    return f"for {visit.customer_name}" if visit.customer_name else ""


def _status(visit: Booking) -> str:
    if visit.status == "pending":
        return "TENTATIVE"
    return "CANCELLED" if visit.status == "cancelled" else "CONFIRMED"
