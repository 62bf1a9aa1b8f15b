"""From a stored visit to the values its sentences are made of."""

from collections.abc import Sequence
from typing import Any

from storage.context import Context
from storage.tables import Booking, Service, Technician
from tools.rules import slot_tag, speech, wall_time
from tools.wording import VisitWords


def words(ctx: Context, booking: Booking) -> VisitWords:
    """A visit as it is spoken to its own customer."""
    technician = ctx.session.get(Technician, booking.technician_id)
    service = ctx.session.get(Service, booking.service_id) if booking.service_id else None
    place = ", ".join(part for part in (booking.address,) if part)
    if place and booking.postal_code and booking.postal_code not in place:
        place = f"{place} {booking.postal_code}"
    return VisitWords(
        id=booking.id,
        service=booking.service_label,
        minutes=booking.minutes,
        start=booking.local_start,
        end=booking.local_end,
        zone=wall_time.zone_words(booking.zone, booking.start_at),
        technician=technician.name if technician else None,
        customer=booking.customer_name,
        place=place or None,
        covers=service.description if service and service.description else None,
        video=booking.meeting_url,
        waiting=booking.status == "pending",
    )


def all_words(ctx: Context, bookings: Sequence[Booking]) -> list[VisitWords]:
    """Several visits, in the order given."""
    return [words(ctx, booking) for booking in bookings]


def facts(ctx: Context, booking: Booking) -> dict[str, Any]:
    """A visit as JSON for a model: what it may repeat and what it passes back."""
    said = words(ctx, booking)
    return {
        "booking": booking.id[:8],
        "status": booking.status,
        "service": said.service,
        "slot": slot_tag.value(said.start),
        "when": speech.moment(said.start),
        "ends": speech.clock(said.end),
        "technician": said.technician,
        "address": said.place,
    }
