"""Booking a visit: every door calls `book`, and what can be done with a visit afterwards hangs here too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from storage.asking import change, keep
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Lead, Service, Technician, new_id
from storage.tables.bookings import ACTIVE
from tools import announcements, leads, outside_calendar, placing, reminders
from tools.changes import approve, cancel, expire, expire_later, move, set_status
from tools.problems import Problem, not_found
from tools.refusals import utc
from tools.rules import area, emails
from tools.visits import change_details, get, history, record, search, upcoming

JUST_BOOKED = (
    update(Technician.__table__)  # type: ignore[arg-type]
    .where(Technician.id == bindparam("technician"))
    .values(last_booked_at=bindparam("at"))
)

__all__ = [
    "Visit",
    "approve",
    "book",
    "cancel",
    "change_details",
    "check_emails",
    "expire",
    "get",
    "history",
    "move",
    "search",
    "set_status",
    "upcoming",
]


@dataclass(frozen=True, slots=True)
class Visit:
    """What is asked for. `start` and `end` are aware; without `end` the service's duration counts.

    `service` None and a `label`: a visit of the business's default length that staff must match. `on_grid` False is the
    private door's freedom (contract X10). `needs_approval`: the credential's. `override_reason`: an owner or admin sets
    the rules aside; only their doors may pass it. `attendees` are mappings with an `email`, or plain addresses.
    """

    start: datetime
    service: Service | None
    label: str | None = None
    end: datetime | None = None
    customer_phone: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    address: str | None = None
    postal_code: str | None = None
    notes: str | None = None
    urgency: str = "routine"
    lead_id: str | None = None
    conversation_id: str | None = None
    call_id: str | None = None
    technician_id: str | None = None
    attendees: Sequence[Any] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    on_grid: bool = True
    override_reason: str | None = None
    credential_id: str | None = None
    needs_approval: bool = False


def book(ctx: Context, visit: Visit) -> Booking:
    """Book a visit, with its customer, lead, cells, history and texts, all in this unit.

    Checks in the contract's order (2.2): INVALID_TIME and MISSING_FIELDS, INVALID_EMAIL, INVALID_ATTENDEE_EMAIL,
    INVALID_PHONE, NOT_FOUND and SERVICE_NOT_BOOKABLE, OUT_OF_SERVICE_AREA, OUTSIDE_BOOKING_WINDOW, SLOT_UNAVAILABLE.
    In a conversation or call, the same customer, service and start once more gives the booking there is.
    """
    visit = replace(visit, start=visit.start.astimezone(UTC))  # wall clocks cannot be added to across a change
    phone, minutes = _checked(ctx, visit)
    service = visit.service
    known = _known(ctx, visit, phone)
    address, postal_code = _place(visit, known)
    who: dict[str, Any] = {"technician_id": visit.technician_id, "postal_code": postal_code}
    override = visit.override_reason is not None
    diaries = placing.locked(ctx, service, visit.start, anywhere=override, **who)
    # A person who says it twice means one visit. A program that means "again" has Idempotency-Key for it.
    if phone is not None and ctx.channel != "api" and (before := _already(ctx, visit, phone)) is not None:
        return before
    technician_id = placing.chosen(
        ctx, service, diaries, visit.start, minutes, on_grid=visit.on_grid, override=override, **who
    )
    end = visit.start + timedelta(minutes=minutes)
    booking_id = new_id()
    placing.occupy(ctx, service, booking_id, technician_id, visit.start, end, **who)
    placing.audited(ctx, booking_id, visit.override_reason)
    person = {"name": visit.customer_name or (known.name if known else None), "email": visit.customer_email}
    outside = outside_calendar.booked(ctx, service, technician_id, visit.start, end, phone=phone, **person)

    details = {
        "name": visit.customer_name,
        "email": visit.customer_email,
        "address": address,
        "postal_code": postal_code,
    }
    customer = leads.first_contact(ctx, phone, **details) if known is None else leads.fill(ctx, known, **details)
    lead = leads.booked(
        ctx,
        customer,
        booking_id,
        lead_id=visit.lead_id,
        service_id=service.id if service is not None else None,
        first_contact=known is None,
    )
    pending = visit.needs_approval or "approval" == (
        (service.booking_mode if service else None) or ctx.org.booking_mode
    )
    booking = Booking(
        id=booking_id,
        org_id=ctx.org.id,
        customer_id=customer.id,
        lead_id=lead.id,
        conversation_id=visit.conversation_id,
        service_id=service.id if service else None,
        service_label=service.name if service else visit.label or "Visit",
        unmatched=service is None,
        technician_id=technician_id,
        start_at=visit.start,
        end_at=end,
        buffer_before=service.buffer_before if service else 0,
        buffer_after=service.buffer_after if service else 0,
        timezone=ctx.org.timezone,
        status="pending" if pending else "confirmed",
        revision=0,
        expires_at=ctx.now + timedelta(hours=ctx.org.approval_hours) if pending else None,
        customer_name=visit.customer_name or customer.name,
        customer_phone=phone,
        customer_email=visit.customer_email or customer.email,
        address=address,
        postal_code=postal_code,
        notes=visit.notes,
        urgency=visit.urgency,
        attendees=list(visit.attendees),
        details=dict(visit.metadata),
        external_refs=outside,
        fee_cents=service.fee_cents if service else None,
        channel=ctx.channel,
        actor_kind=ctx.actor.kind,
        actor_name=ctx.actor.name,
        credential_id=visit.credential_id,
        call_id=visit.call_id,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    keep(ctx, booking)
    record(ctx, booking, "requested" if pending else "booked", new=utc(booking.start_at))
    change(ctx, JUST_BOOKED, technician=technician_id, at=ctx.now)
    reminders.booked(ctx, booking)
    expire_later(ctx, booking)
    announcements.booking(ctx, "created", booking)
    return booking


def check_emails(customer_email: str | None, attendees: Sequence[Any] = ()) -> None:
    """Raise INVALID_EMAIL or INVALID_ATTENDEE_EMAIL; no address at all is fine. Doors that look for the service first
    call this before it (contract 2.2)."""
    if customer_email and not emails.valid(customer_email):
        raise Problem("INVALID_EMAIL", "The e-mail address is not valid.", fix="Correct it, or book without it.")
    for attendee in attendees:
        address = attendee.get("email") if isinstance(attendee, Mapping) else attendee
        if address and not (isinstance(address, str) and emails.valid(address)):
            raise Problem(
                "INVALID_ATTENDEE_EMAIL",
                "An attendee's e-mail address is not valid.",
                fix="Correct it or leave it out.",
            )


def _checked(ctx: Context, visit: Visit) -> tuple[str | None, int]:
    """The phone as E.164 and the minutes, once everything that needs no calendar is in order."""
    service = visit.service
    usual = service.duration_minutes if service else ctx.org.default_duration
    end = visit.end.astimezone(UTC) if visit.end else visit.start + timedelta(minutes=usual)
    minutes = placing.lengths(visit.start, end)
    if not any((visit.customer_phone, visit.customer_email, visit.customer_name, visit.conversation_id)):
        raise Problem("MISSING_FIELDS", "Nothing says whose visit it is.", fix="Send the customer's phone number.")
    check_emails(visit.customer_email, visit.attendees)
    phone = leads.written_phone(ctx, visit.customer_phone)
    if service is not None and (service.org_id != ctx.org.id or not service.is_bookable):
        raise Problem(
            "SERVICE_NOT_BOOKABLE", "That service cannot be booked like this.", fix="Have the office call back."
        )
    if visit.technician_id is not None:
        technician = ctx.session.get(Technician, visit.technician_id)
        if technician is None or technician.org_id != ctx.org.id:
            not_found("technician")
    if visit.lead_id is not None:
        lead = ctx.session.get(Lead, visit.lead_id)
        if lead is None or lead.org_id != ctx.org.id:
            not_found("lead")
    return phone, minutes


def _known(ctx: Context, visit: Visit, phone: str | None) -> Customer | None:
    """The customer we have under this number, or, for a web visitor without one, the thread's own."""
    if phone is not None:
        return leads.by_phone(ctx, phone)
    thread = ctx.session.get(Conversation, visit.conversation_id) if visit.conversation_id else None
    return ctx.session.get(Customer, thread.customer_id) if thread is not None and thread.customer_id else None


def _place(visit: Visit, known: Customer | None) -> tuple[str | None, str | None]:
    """Where the visit is: as said, else where we have been before."""
    if visit.address or visit.postal_code:
        return visit.address, visit.postal_code or area.postal_code_in(visit.address or "")
    return (known.address, known.postal_code) if known is not None else (None, None)


def _already(ctx: Context, visit: Visit, phone: str) -> Booking | None:
    label = visit.service.name if visit.service else visit.label or "Visit"
    mine = select(Customer.id).where(Customer.org_id == ctx.org.id, Customer.phone == phone).scalar_subquery()
    return ctx.session.scalars(
        select(Booking).where(
            Booking.org_id == ctx.org.id,
            Booking.customer_id == mine,
            Booking.start_at == visit.start,
            Booking.service_label == label,
            Booking.status.in_(ACTIVE),
        )
    ).first()
