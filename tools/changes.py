"""Changes to a visit: moved, cancelled, approved, expired, done. Each frees or takes time in the same unit."""

from datetime import UTC, datetime, timedelta
from typing import Any

from storage import listings, outbox
from storage.context import Context
from storage.tables import Booking, Lead, Service, Technician
from storage.tables.bookings import STATUSES
from tools import announcements, cells, leads, messages, outside_calendar, placing, reminders, waiting_list
from tools.problems import Problem, not_found
from tools.refusals import utc
from tools.visits import record

# What doors and people call the stored statuses (contract 2.1), lower case, with underscores.
WORDS = {
    **{word: word for word in STATUSES},
    **{"canceled": "cancelled", "attended": "completed"},
}
FOR_A_CUSTOMER = ("customer", "assistant", "voice_agent")


def stored_word(word: str) -> str:
    """The stored status behind any door's word for it (contract 2.1). Raises VALIDATION_ERROR."""
    stored = WORDS.get(word.strip().lower().replace("-", "_").replace(" ", "_"))
    if stored is None:
        raise Problem("VALIDATION_ERROR", "There is no such status.", fix=f"Use one of: {', '.join(sorted(WORDS))}.")
    return stored


def move(
    ctx: Context,
    booking: Booking,
    start: datetime,
    *,
    end: datetime | None = None,
    on_grid: bool = True,
    technician_id: str | None = None,
    override_reason: str | None = None,
) -> Booking:
    """Give a visit another time or technician: same row, same id, the new time taken before the old one is freed (X4).

    `start` and `end` are aware; without `end` the visit keeps its length. The same technician is kept when free. A new
    start raises the revision and tells the customer; a pending visit stays pending. Raises INVALID_TRANSITION,
    CUTOFF_PASSED, SAME_TIME when nothing would change, and what `slots.decide` raises.
    """
    start = start.astimezone(UTC)
    service = ctx.session.get(Service, booking.service_id) if booking.service_id else None
    if technician_id is not None and listings.one_of(ctx, Technician, technician_id) is None:
        not_found("technician")
    who: dict[str, Any] = {"technician_id": technician_id, "postal_code": booking.postal_code, "moving": booking}
    diaries = placing.locked(ctx, service, start, anywhere=True, **who)
    ctx.session.refresh(booking, with_for_update=True)
    _check_active(booking, "moved", "Book a new visit.")
    _check_customer_may(ctx, booking)
    end = end.astimezone(UTC) if end else start + timedelta(minutes=booking.minutes)
    minutes = placing.lengths(start, end)
    if (start, end) == (booking.start_at, booking.end_at) and technician_id in (None, booking.technician_id):
        raise Problem("SAME_TIME", "The visit is already at that time.", fix="Choose another time, or leave it.")

    override = override_reason is not None
    taker = placing.chosen(ctx, service, diaries, start, minutes, on_grid=on_grid, override=override, **who)
    placing.occupy(ctx, service, booking.id, taker, start, end, **who)
    placing.audited(ctx, booking.id, override_reason)
    outside_calendar.moved(ctx, booking, taker, start, end)
    old_start, old_technician = booking.start_at, booking.technician_id
    booking.start_at, booking.end_at, booking.technician_id = start, end, taker
    booking.buffer_before = service.buffer_before if service else 0
    booking.buffer_after = service.buffer_after if service else 0
    booking.updated_at = ctx.now
    if start == old_start:
        changed = "end" if taker == old_technician else "technician"
        record(ctx, booking, "changed", new=changed)
        ctx.session.flush()
        return booking
    booking.previous_start_at = old_start
    booking.reschedule_count += 1
    booking.revision += 1
    if booking.status != "pending":
        booking.status = "rescheduled"
    record(ctx, booking, "moved", old=utc(old_start), new=utc(start))
    ctx.session.flush()
    reminders.moved(ctx, booking)
    waiting_list.freed(ctx, booking, old_start)
    announcements.booking(ctx, "rescheduled", booking, previous_start_time=utc(old_start))
    return booking


def cancel(
    ctx: Context, booking: Booking, *, reason: str | None = None, by_customer: bool = False, tell: bool = True
) -> Booking:
    """Cancel a visit: its time is free at once, its record stays (CS-14). One that is cancelled already stays as it is.

    `by_customer`: they did it themselves just now, so they are not told; `tell` False: the office tells them.
    Raises INVALID_TRANSITION for a visit that is over, CUTOFF_PASSED.
    """
    placing.lock(ctx, booking)
    if booking.status == "cancelled":
        return booking
    _check_active(booking, "cancelled", "Leave it as it is.")
    if by_customer or ctx.actor.kind in FOR_A_CUSTOMER:
        _check_in_time(ctx, booking)
    _end(ctx, booking, "cancelled", "cancelled")
    booking.cancelled_at = ctx.now
    booking.cancel_reason = reason
    booking.revision += 1
    ctx.session.flush()
    leads.visit_gone(ctx, booking.lead_id)
    reminders.cancelled(ctx, booking, tell=tell and not by_customer)
    waiting_list.freed(ctx, booking, booking.start_at)
    announcements.booking(ctx, "cancelled", booking)
    return booking


def set_status(
    ctx: Context, booking: Booking, word: str, *, who: str | None = None, reason: str | None = None
) -> Booking:
    """Give a visit a status in any door's word (contract 2.1); the one it has already changes nothing.

    `who` says who is late: technician or customer; `reason` why it was cancelled. Raises VALIDATION_ERROR for no
    status at all, and INVALID_TRANSITION, naming the present one.
    """
    wanted = stored_word(word)
    if wanted == booking.status:
        return booking
    if wanted == "cancelled":
        return cancel(ctx, booking, reason=reason)
    if wanted == "confirmed":
        return approve(ctx, booking)
    placing.lock(ctx, booking)
    if wanted == booking.status:
        return booking
    if wanted == "rescheduled" or not booking.may_become(wanted, ctx.now, by_staff=ctx.actor.kind == "staff"):
        fix = "Send a new start time to move it." if wanted == "rescheduled" else "Leave it as it is."
        raise _wrong_state(booking, wanted.replace("_", " "), fix)
    if wanted == "late":
        record(ctx, booking, "late", old=booking.status, new=who or "late")
        booking.status = "late"
        booking.updated_at = ctx.now
        ctx.session.flush()
        reminders.late(ctx, booking, who)
        return booking
    _end(ctx, booking, wanted, wanted)
    ctx.session.flush()
    if wanted == "completed":
        outbox.supersede(ctx, ("booking", booking.id), "completed", topics=("remind",))
        leads.set_status(ctx, ctx.session.get_one(Lead, booking.lead_id), "won")
    else:
        leads.visit_gone(ctx, booking.lead_id)
        reminders.no_show(ctx, booking)
    announcements.booking(ctx, wanted, booking)
    return booking


def approve(ctx: Context, booking: Booking) -> Booking:
    """The office says yes to a requested visit. Approving twice changes nothing.

    Raises INVALID_TRANSITION, and INSUFFICIENT_SCOPE for whoever speaks for a customer (TP-A10).
    """
    placing.lock(ctx, booking)
    if booking.status == "confirmed":
        return booking
    if ctx.actor.kind in FOR_A_CUSTOMER:
        raise Problem("INSUFFICIENT_SCOPE", "Only the office approves a visit.", fix="Have the office approve it.")
    if not booking.may_become("confirmed", ctx.now, by_staff=True):
        raise _wrong_state(booking, "confirmed", "Only a requested visit can be approved.")
    record(ctx, booking, "approved", old=booking.status, new="confirmed")
    booking.status = "confirmed"
    booking.expires_at = None
    booking.updated_at = ctx.now
    ctx.session.flush()
    reminders.approved(ctx, booking)
    return booking


def expire(ctx: Context, booking: Booking) -> Booking:
    """The office did not answer a requested visit in time: the slot is free, the customer told, a task kept.

    Anything that is not pending, or not due yet, stays as it is.
    """
    placing.lock(ctx, booking)
    if booking.status != "pending" or booking.expires_at is None or booking.expires_at > ctx.now:
        return booking
    _end(ctx, booking, "cancelled", "expired")
    booking.cancelled_at = ctx.now
    booking.cancel_reason = "not approved in time"
    booking.revision += 1
    ctx.session.flush()
    leads.visit_gone(ctx, booking.lead_id)
    reminders.expired(ctx, booking)
    waiting_list.freed(ctx, booking, booking.start_at)
    announcements.booking(ctx, "cancelled", booking, reason="not_approved_in_time")
    messages.open_task(
        ctx,
        kind="request_expired",
        urgency="routine",
        text="A requested visit was not approved in time and its slot is free again. Call the customer.",
        customer_id=booking.customer_id,
        booking_id=booking.id,
        conversation_id=booking.conversation_id,
    )
    return booking


def expire_later(ctx: Context, booking: Booking) -> None:
    """Queue the end of a requested visit's waiting time; nothing for a confirmed one."""
    if booking.status == "pending" and booking.expires_at is not None:
        key = f"booking:{booking.id}:expire"
        outbox.put(ctx, "expire", key, ("booking", booking.id), due_at=booking.expires_at)


def _end(ctx: Context, booking: Booking, status: str, event: str) -> None:
    record(ctx, booking, event, old=booking.status, new=status)
    booking.status = status
    booking.expires_at = None
    booking.updated_at = ctx.now
    cells.free(ctx, booking.id)
    if status == "cancelled":
        outside_calendar.cancelled(ctx, booking)


def _check_active(booking: Booking, deed: str, fix: str) -> None:
    if not booking.is_active:
        raise _wrong_state(booking, deed, fix)


def _wrong_state(booking: Booking, deed: str, fix: str) -> Problem:
    said = booking.status.replace("_", " ")
    return Problem(
        "INVALID_TRANSITION", f"The visit is {said}; it cannot be {deed}.", fix=fix, present_status=booking.status
    )


def _check_customer_may(ctx: Context, booking: Booking) -> None:
    if ctx.actor.kind in FOR_A_CUSTOMER:
        _check_in_time(ctx, booking)


def _check_in_time(ctx: Context, booking: Booking) -> None:
    """What a customer may still change: not a visit that has begun, nor one inside the business's cutoff."""
    if booking.start_at <= ctx.now:
        raise Problem(
            "INVALID_TRANSITION",
            "The visit has already begun.",
            fix="Have the office call back.",
            present_status=booking.status,
        )
    hours = ctx.org.cancel_cutoff_hours
    if hours and booking.start_at - ctx.now < timedelta(hours=hours):
        raise Problem(
            "CUTOFF_PASSED",
            f"Changes less than {hours} hours before a visit go through the office.",
            fix="Have the office call back.",
            booking_id=booking.id,
        )
