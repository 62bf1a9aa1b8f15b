"""A booking as the scheduling door shows it: local date and time, words to read out, attended for completed (S3)."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from api import dialects
from api.wire import Instant, Shown
from storage.tables import Booking
from tools.rules import speech

T = TypeVar("T")


class Data(BaseModel, Generic[T]):
    """This door's envelope."""

    data: T


class SchedulingBrief(Shown):
    """What a write answers: never the manage token (TP-06)."""

    id: str
    event_type_name: str
    date: str
    time: str
    formatted: str
    duration_minutes: int
    status: str
    attendees: list[Any]


class SchedulingBooking(SchedulingBrief):
    """What a read answers. The manage link is null for credentials that may not write (X12); its expiry is not."""

    event_type_id: str | None
    timezone: str
    start_time: Instant
    end_time: Instant
    full_name: str | None
    phone: str | None
    email: str | None
    address: str | None
    postal_code: str | None
    message: str | None
    lead_id: str
    contact_id: str
    deal_id: str
    management_token: str | None
    management_url: str | None
    management_token_expires_at: Instant
    created_at: Instant
    updated_at: Instant


class Crm(Shown):
    """Who it belongs to; deal_id repeats lead_id."""

    lead_id: str
    contact_id: str
    deal_id: str


class Written(Shown):
    """A change that was made."""

    success: bool
    booking: SchedulingBrief


class Created(Written):
    """A booking that was made."""

    crm: Crm


class Pagination(Shown):
    """Where the next page starts: `after` is null on the last."""

    limit: int
    total: int
    has_more: bool
    after: str | None


class ListedBookings(Shown):
    """One page of bookings."""

    data: list[SchedulingBooking]
    pagination: Pagination


OneRead = Data[SchedulingBooking]
OneWritten = Data[Written]


def written(booking: Booking) -> dict[str, Any]:
    """The answer to a write."""
    return SchedulingBrief(**_brief(booking)).shown()


def read(booking: Booking, manage_url: str | None) -> dict[str, Any]:
    """The answer to a read; `manage_url` is the stem of manage links, None for those who may not write."""
    token = booking.management_token if manage_url else None
    return SchedulingBooking(
        **_brief(booking),
        event_type_id=booking.service_id,
        timezone=booking.timezone,
        start_time=booking.start_at,
        end_time=booking.end_at,
        full_name=booking.customer_name,
        phone=booking.customer_phone,
        email=booking.customer_email,
        address=booking.address,
        postal_code=booking.postal_code,
        message=booking.notes,
        lead_id=booking.lead_id,
        contact_id=booking.customer_id,
        deal_id=booking.lead_id,
        management_token=token,
        management_url=f"{manage_url}/{token}" if token else None,
        management_token_expires_at=booking.management_expires_at,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
    ).shown()


def _brief(booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.id,
        "event_type_name": booking.service_label,
        "date": f"{booking.local_start:%Y-%m-%d}",
        "time": f"{booking.local_start:%H:%M}",
        "formatted": speech.moment_with_year(booking.local_start),
        "duration_minutes": booking.minutes,
        "status": dialects.SCHEDULING_BOOKING.get(booking.status, booking.status),
        "attendees": booking.attendees,
    }
