"""Texts about a visit: jobs for a booking's revision, withdrawn when it moves on (contract 2.12, CS-19 to CS-21).

An act only queues; the words are made when the job is due, from the booking as it is then.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage import outbox
from storage.context import Context
from storage.tables import Booking, Conversation, Customer, Job, Message, Org, Technician
from tools import messages, own_texts, staff_alerts
from tools.rules import prices, spanish_said, speech
from tools.setup import setup_seen

EXEMPT = ("confirmation", "moved", "cancelled", "approved", "running_late")  # answers to what somebody just did
ENDED = {"cancelled": "cancelled", "expired": "cancelled", "no_show": "no_show"}


def booked(ctx: Context, booking: Booking) -> None:
    """A visit was booked or requested: confirm it now, remind of a confirmed one later."""
    confirmation = _job(ctx, booking, "confirmation")
    for_staff = [_job(ctx, booking, staff_alerts.KIND)] if staff_alerts.wanted(ctx, booking) else []
    reminding = [] if booking.status == "pending" else _reminders(ctx, booking)
    outbox.put_all(ctx, [confirmation, *for_staff, *reminding])


def approved(ctx: Context, booking: Booking) -> None:
    """The office said yes to a requested visit."""
    _queue(ctx, booking, "approved")
    _queue_reminders(ctx, booking)


def moved(ctx: Context, booking: Booking) -> None:
    """A visit has a new time, and a new revision: what waits for the old one is withdrawn."""
    _withdraw(ctx, booking, "moved")
    _queue(ctx, booking, "moved")
    if booking.status != "pending":
        _queue_reminders(ctx, booking)


def cancelled(ctx: Context, booking: Booking, *, tell: bool) -> None:
    """A visit is off; `tell` unless the customer did it themselves just now."""
    _withdraw(ctx, booking, "cancelled")
    if tell:
        _queue(ctx, booking, "cancelled")


def expired(ctx: Context, booking: Booking) -> None:
    """The office did not answer a requested visit in time, and its slot is free again."""
    _withdraw(ctx, booking, "expired")
    _queue(ctx, booking, "expired")


def late(ctx: Context, booking: Booking, who: str | None = None) -> None:
    """Somebody is late: the customer hears of it when it is the technician (TP-15). `who`: technician or customer."""
    if who != "customer":
        _queue(ctx, booking, "running_late")


def no_show(ctx: Context, booking: Booking) -> None:
    """Nobody was there: offer a new time."""
    _withdraw(ctx, booking, "no_show")
    _queue(ctx, booking, "no_show")


def remind(ctx: Context, job: Job, public_url: str) -> str | None:
    """Write the text a due `remind` job is for, if it still holds; None, or why it was skipped.

    Not for this revision, no longer in the state it speaks of, past, or the person cannot be texted.
    """
    kind = str(job.payload["kind"])
    booking = ctx.session.get_one(Booking, job.subject_id)
    if job.expires_at is not None and ctx.now > job.expires_at:
        return "expired"
    reason = why_stale(ctx, booking, kind, job.revision)
    if reason is not None:
        return reason
    if kind == staff_alerts.KIND:
        return staff_alerts.booked(ctx, booking, facts(ctx, booking, public_url), job.dedupe_key)
    customer = ctx.session.get_one(Customer, booking.customer_id)
    template = _template(booking, kind)
    language = own_texts.language(ctx, template, customer)
    message = messages.say(
        ctx,
        to=customer,
        body=own_texts.words(ctx, template, language, **facts(ctx, booking, public_url, language)),
        kind=kind,
        conversation=_thread(ctx, booking, customer),
        booking=booking,
        expires_at=job.expires_at,
        dedupe_key=job.dedupe_key,
        exempt_quiet=kind in EXEMPT,
    )
    return message.reason if message.state == "skipped" else None


def why_stale(ctx: Context, booking: Booking, kind: str, revision: int) -> str | None:
    """Why a text of this kind, written for this revision, must no longer be sent: superseded, past, or the status the
    visit now has; None when it still holds."""
    if booking.revision != revision:
        return "superseded"
    if kind in ENDED:
        return None if booking.status == ENDED[kind] else booking.status
    if not booking.is_active:
        return booking.status
    return "past" if booking.start_at <= ctx.now and kind != "running_late" else None


def facts(ctx: Context, booking: Booking, public_url: str, language: str = "en") -> dict[str, str | None]:
    """What a text about a visit may mention (contract 2.12), on the wall clock of the visit; days and times in words of
    this language."""
    technician = ctx.session.get(Technician, booking.technician_id)
    start, until = booking.local_start, _window_ends(ctx, booking)
    told = spanish_said if language == "es" else speech
    return {
        "business_name": ctx.org.name,
        "customer_name": booking.customer_name,
        "service": booking.service_label,
        "date": told.day(start.date()),
        "time": told.clock(start),
        "window": told.between(start, until) if until is not None else None,
        "address": booking.address,
        "technician": technician.name if technician else None,
        "duration": speech.duration(booking.minutes),
        "management_url": f"{public_url}/book/{ctx.org.slug}/manage/{booking.management_token}",
        "rebook_link": f"{public_url}/book/{ctx.org.slug}",
        "fee": prices.dollars(booking.fee_cents) if booking.fee_cents is not None else None,
    }


def arrival_window(ctx: Context, booking: Booking) -> str | None:
    """Between which times somebody arrives, in words on the visit's wall clock; None where the start is the time."""
    until = _window_ends(ctx, booking)
    return speech.between(booking.local_start, until) if until is not None else None


def _window_ends(ctx: Context, booking: Booking) -> datetime | None:
    service = next((one for one in setup_seen(ctx).services if one.id == booking.service_id), None)
    if service is None or not service.window_minutes:
        return None
    return booking.local_start + timedelta(minutes=service.window_minutes)


def _queue(ctx: Context, booking: Booking, *kinds: str) -> None:
    outbox.put_all(ctx, [_job(ctx, booking, kind) for kind in kinds])


def _job(
    ctx: Context,
    booking: Booking,
    kind: str,
    *,
    offset: int = 0,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> dict[str, Any]:
    return outbox.job(
        ctx,
        "remind",
        f"booking:{booking.id}:{kind}:{offset}:{booking.revision}",
        ("booking", booking.id),
        due_at=due_at or ctx.now,
        expires_at=expires_at,
        revision=booking.revision,
        payload={"kind": kind, "offset": offset},
    )


def _queue_reminders(ctx: Context, booking: Booking) -> None:
    outbox.put_all(ctx, _reminders(ctx, booking))


def _reminders(ctx: Context, booking: Booking) -> list[dict[str, Any]]:
    jobs = []
    for offset in _offsets(ctx.org):
        asked_for = booking.start_at - timedelta(minutes=offset)
        if asked_for <= ctx.now:
            continue
        due_at = messages.outside_quiet_hours(ctx, asked_for, booking.customer_phone, booking)
        if due_at < booking.start_at:
            # Late by half its lead it says nothing new, and the next one is near.
            expires_at = min(booking.start_at, due_at + timedelta(minutes=offset / 2))
            jobs.append(_job(ctx, booking, "reminder", offset=offset, due_at=due_at, expires_at=expires_at))
    return jobs


def _offsets(org: Org) -> list[int]:
    return sorted(set(org.reminder_offsets), reverse=True)


def _withdraw(ctx: Context, booking: Booking, reason: str) -> None:
    outbox.supersede(ctx, ("booking", booking.id), reason, topics=("remind",))
    waiting = select(Message).where(
        Message.org_id == ctx.org.id,
        Message.booking_id == booking.id,
        Message.direction == "out",
        Message.state == "queued",
        Message.kind.in_(("confirmation", "reminder", "moved", "approved", "running_late")),
    )
    for message in ctx.session.scalars(waiting):
        messages.withdraw(ctx, message, reason)


def _template(booking: Booking, kind: str) -> str:
    if kind == "confirmation":
        return "requested" if booking.status == "pending" else "confirmed"
    return kind


def _thread(ctx: Context, booking: Booking, customer: Customer) -> Conversation | None:
    """The open text thread with this customer, if there is one; a text about a visit starts none."""
    threads = select(Conversation).where(
        Conversation.org_id == ctx.org.id,
        Conversation.phone == customer.phone,
        Conversation.channel.in_(("sms", "whatsapp") if ctx.org.whatsapp_enabled else ("sms",)),
        Conversation.state != "closed",
    )
    found = list(ctx.session.scalars(threads.order_by(Conversation.created_at.desc())))
    return next((one for one in found if one.id == booking.conversation_id), found[0] if found else None)
