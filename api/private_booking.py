"""A booking as the private door shows it and takes it: camelCase, capitals, UTC (contract 2.4)."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from api import dialects
from api.wire import CamelBody, CamelShown, FreeJson, FreeList, Given, Instant, LongText, Text
from storage.context import Context
from storage.tables import Booking
from tools import booking as visits
from tools import reminders, told_so_far
from tools.rules import speech

ACTOR_TYPES = {"integration": "INTEGRATION", "voice_agent": "VOICE_AGENT", "staff": "STAFF_TOOL"}


class NewBooking(CamelBody):
    """A visit to book. Times with an offset are taken as they are, without one they are the business's local time.

    `override` sets hours, notice and caps aside: for owners and admins in the console, refused from a credential."""

    customer_phone: Given
    scheduled_start_at: Given
    scheduled_end_at: Given
    customer_name: Annotated[
        Text | None, Field(validation_alias=AliasChoices("customerName", "customer_name", "fullName"))
    ] = None
    customer_email: Text | None = None
    service_label: Text | None = None
    notes: LongText | None = None
    address: Text | None = None
    postal_code: Text | None = None
    lead_id: Text | None = None
    attendees: FreeList = Field(default_factory=list)
    technician_id: Text | None = None
    metadata: FreeJson = Field(default_factory=dict)
    timezone: Text | None = None
    override: bool = False


class BookingPatch(CamelBody):
    """What should change; members left out stay. Start alone keeps the duration; metadata is merged, null removes."""

    scheduled_start_at: Given | None = None
    scheduled_end_at: Given | None = None
    status: Given | None = None
    cancel_reason: Text | None = None
    customer_name: Annotated[
        Text | None, Field(validation_alias=AliasChoices("customerName", "customer_name", "fullName"))
    ] = None
    customer_email: Text | None = None
    address: Text | None = None
    postal_code: Text | None = None
    notes: LongText | None = None
    technician_id: Text | None = None
    metadata: FreeJson | None = None
    timezone: Text | None = None
    override: bool = False


class Source(CamelShown):
    """Who made the booking, and through which door (CS-04)."""

    channel: str
    actor_type: str
    actor_name: str
    credential_id: str | None


class Confirmation(CamelShown):
    """How far the confirming text came: QUEUED, SENT, DELIVERED, FAILED, SKIPPED, SUPERSEDED or NONE."""

    state: str
    reason: str | None = None


class Reminder(CamelShown):
    """One reminder, by the minutes before the start."""

    offset_minutes: int
    state: str


class BookingShown(CamelShown):
    """A booking. Instants are UTC; `formatted` is the start on the wall clock of `timezone`."""

    id: str
    org_id: str
    status: str
    scheduling_state: str
    scheduled_start_at: Instant
    scheduled_end_at: Instant
    timezone: str
    arrival_window: str | None
    formatted: str
    customer_name: str | None
    customer_phone: str | None
    customer_email: str | None
    address: str | None
    postal_code: str | None
    service_id: str | None
    service_label: str
    technician_id: str
    notes: str | None
    lead_id: str
    metadata: dict[str, Any]
    attendees: list[Any]
    source: Source
    confirmation: Confirmation
    reminders: list[Reminder]
    reschedule_count: int
    previous_start_at: Instant | None
    canceled_at: Instant | None
    cancel_reason: str | None
    management_token_expires_at: Instant
    created_at: Instant
    updated_at: Instant


class BookingRead(BookingShown):
    """A booking that is read: the manage link is there for credentials that may also write (X12), else null."""

    management_token: str | None
    management_url: str | None


class HistoryLine(CamelShown):
    """One thing that happened to a booking."""

    at: Instant
    actor: str
    event: str
    from_: str | None = Field(alias="from")
    to: str | None


class BookingWithHistory(BookingRead):
    """One booking with everything that happened to it, oldest first."""

    history: list[HistoryLine]


class OneBooking(CamelShown):
    """The answer to a write."""

    booking: BookingShown


class OneBookingRead(CamelShown):
    """The answer to reading one."""

    booking: BookingWithHistory


def shown(ctx: Context, booking: Booking) -> dict[str, Any]:
    """The answer to a write: the booking without its manage link (TP-06)."""
    return {"booking": BookingShown(**_fields(ctx, booking, told_so_far.standing(ctx, booking))).shown()}


def listed(ctx: Context, bookings: Sequence[Booking], manage_url: str | None) -> list[dict[str, Any]]:
    """Bookings as they are read; `manage_url` is the stem of manage links, None for those who may not write."""
    standings = told_so_far.standings(ctx, bookings)
    return [BookingRead(**_fields(ctx, one, standings[one.id]), **_link(one, manage_url)).shown() for one in bookings]


def with_history(ctx: Context, booking: Booking, manage_url: str | None) -> dict[str, Any]:
    """One booking as it is read, with its history."""
    history = [
        HistoryLine(
            at=line.at,
            actor=line.actor_name,
            event=line.event,
            to=_word(line.new),
            **{"from": _word(line.old)},
        )
        for line in visits.history(ctx, booking)
    ]
    fields = _fields(ctx, booking, told_so_far.standing(ctx, booking))
    return {"booking": BookingWithHistory(**fields, **_link(booking, manage_url), history=history).shown()}


def _word(value: str | None) -> str | None:
    """A status in this door's word; instants and field names as they are."""
    return None if value is None else dialects.PRIVATE_BOOKING.get(value, value)


def _link(booking: Booking, manage_url: str | None) -> dict[str, str | None]:
    if manage_url is None:
        return {"management_token": None, "management_url": None}
    token = booking.management_token
    return {"management_token": token, "management_url": f"{manage_url}/{token}"}


def _fields(ctx: Context, booking: Booking, standing: told_so_far.Standing) -> dict[str, Any]:
    return {
        "id": booking.id,
        "org_id": booking.org_id,
        "status": dialects.PRIVATE_BOOKING[booking.status],
        "scheduling_state": dialects.SCHEDULING_STATE[booking.status],
        "scheduled_start_at": booking.start_at,
        "scheduled_end_at": booking.end_at,
        "timezone": booking.timezone,
        "arrival_window": reminders.arrival_window(ctx, booking),
        "formatted": speech.moment_with_year(booking.local_start),
        "customer_name": booking.customer_name,
        "customer_phone": booking.customer_phone,
        "customer_email": booking.customer_email,
        "address": booking.address,
        "postal_code": booking.postal_code,
        "service_id": booking.service_id,
        "service_label": booking.service_label,
        "technician_id": booking.technician_id,
        "notes": booking.notes,
        "lead_id": booking.lead_id,
        "metadata": booking.details,
        "attendees": booking.attendees,
        "source": Source(
            channel=booking.channel.upper(),
            actor_type=ACTOR_TYPES.get(booking.actor_kind, booking.actor_kind.upper()),
            actor_name=booking.actor_name,
            credential_id=booking.credential_id,
        ),
        "confirmation": Confirmation(state=standing.confirmation_state, reason=standing.confirmation_reason),
        "reminders": [Reminder(offset_minutes=offset, state=state) for offset, state in standing.reminders],
        "reschedule_count": booking.reschedule_count,
        "previous_start_at": booking.previous_start_at,
        "canceled_at": booking.cancelled_at,
        "cancel_reason": booking.cancel_reason,
        "management_token_expires_at": booking.management_expires_at,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
    }
