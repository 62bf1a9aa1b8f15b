"""The page of one visit: what it is, what happened to it, which texts went out, and what the office does with it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.pages import form_text
from api.wire import day_named, instant, wall_instant
from storage.context import Context
from storage.tables import Booking, BookingEvent, Conversation, Message, Service
from tools import booking as visits
from tools import calendar_days, leads, reminders, seen, sight
from tools.problems import Problem
from tools.rules import slot_tag, speech
from tools.telling import words

Caller = Annotated[StaffCaller, Depends(signed_in)]
OVERRIDING = ("owner", "admin")
REASON, NOTES = 200, 4000
STATES = {"confirmed": "good", "rescheduled": "good", "pending": "warn", "late": "warn", "no_show": "bad"}
TOLD = {"completed": "Marked as completed.", "no_show": "Marked as a no-show.", "late": "Marked as late."}


@router.get("/bookings/{booking_id}")
async def see(request: Request, booking_id: str, caller: Caller, day: str | None = None) -> Response:
    """One visit; `day` is the local day whose open times are shown to move it to."""
    facts = await caller.read(lambda ctx: shown(ctx, caller, booking_id, day_named(day) if day else None))
    return pages.page(request, "booking.html.j2", active="/console/calendar", **facts)


@router.post("/bookings/{booking_id}/move")
async def move(request: Request, booking_id: str, caller: Caller) -> Response:
    """Give it one of the open times (`slot`), or any time (`date`, `time`) with a reason, for owners and admins."""
    form = await request.form()
    slot, who = form_text(form, "slot", 40), form_text(form, "technician", 40)
    reason = override_reason(caller, form)

    def act(ctx: Context, visit: Booking) -> None:
        start = chosen_start(form, slot, visit.zone)
        on_grid = reason is None
        visits.move(ctx, visit, start, technician_id=who, override_reason=reason, on_grid=on_grid)

    return await done(request, caller, booking_id, act, "The visit has its new time. The customer is told.")


@router.post("/bookings/{booking_id}/cancel")
async def cancel(request: Request, booking_id: str, caller: Caller) -> Response:
    """Cancel it; the customer is told when `tell` is ticked."""
    form = await request.form()
    reason, tell = form_text(form, "reason", REASON), form_text(form, "tell") is not None

    def act(ctx: Context, visit: Booking) -> None:
        visits.cancel(ctx, visit, reason=reason, tell=tell)

    return await done(request, caller, booking_id, act, f"Cancelled. The customer is {'' if tell else 'not '}told.")


@router.post("/bookings/{booking_id}/status")
async def set_status(request: Request, booking_id: str, caller: Caller) -> Response:
    """Completed, no-show, or late: then `who` says whether it is us, which the customer hears of, or them."""
    form = await request.form()
    wanted, who = form_text(form, "status", 20) or "", form_text(form, "who", 20)
    if wanted not in TOLD or who not in (None, "technician", "customer"):
        raise Problem("VALIDATION_ERROR", "There is no such status.", fix=f"Use one of: {', '.join(TOLD)}.")
    told = " The customer is told." if wanted == "late" and who != "customer" else ""
    return await done(
        request,
        caller,
        booking_id,
        lambda ctx, visit: visits.set_status(ctx, visit, wanted, who=who),
        TOLD[wanted] + told,
    )


@router.post("/bookings/{booking_id}/details")
async def details(request: Request, booking_id: str, caller: Caller) -> Response:
    """Correct what is written on it: name, address, ZIP and notes."""
    form = await request.form()
    told = {name: form_text(form, name) for name in ("customer_name", "address", "postal_code")}
    told["notes"] = form_text(form, "notes", NOTES)
    return await done(
        request, caller, booking_id, lambda ctx, visit: visits.change_details(ctx, visit, **told), "Kept."
    )


async def done(
    request: Request, caller: StaffCaller, booking_id: str, act: Callable[[Context, Booking], Any], note: str
) -> Response:
    """Act on a visit this person may see, and go back to its page; a refusal is told there."""
    try:
        await caller.write(lambda ctx: act(ctx, seen.booking(ctx, caller.staff, booking_id)))
    except Problem as problem:
        if problem.code == "NOT_FOUND":
            raise
        return pages.back_to(request, f"/console/bookings/{booking_id}", refusal(caller, problem), tone="bad")
    return pages.back_to(request, f"/console/bookings/{booking_id}", note)


def refusal(caller: StaffCaller, problem: Problem) -> str:
    """A refusal in words, with the open times near it where there are some."""
    near = [datetime.fromisoformat(one["start"]) for one in problem.extras.get("alternatives", ())]
    told = speech.listing([speech.moment(one.astimezone(caller.org.zone)) for one in near])
    return f"{problem.detail} Open near it: {told}." if told else problem.detail


def override_reason(caller: StaffCaller, form: FormData) -> str | None:
    """Why the schedule's rules are set aside; None when they are not. Raises INSUFFICIENT_SCOPE for whoever may not,
    MISSING_FIELDS without a reason."""
    if form_text(form, "override") is None:
        return None
    if not caller.may(*OVERRIDING):
        raise Problem("INSUFFICIENT_SCOPE", "Only owners and admins set the hours aside.", fix="Ask one of them.")
    reason = form_text(form, "override_reason", REASON)
    if reason is None:
        raise Problem("MISSING_FIELDS", "Setting the hours aside needs a reason.", fix="Write one; it is kept.")
    return reason


def chosen_start(form: FormData, slot: str | None, zone: Any) -> datetime:
    """The start a form asks for: a listed time, or a date and a time of day. Raises MISSING_FIELDS, INVALID_TIME."""
    if slot is not None:
        return instant(slot, zone)
    day, at = form_text(form, "date", 10), form_text(form, "time", 8)
    if day is None or at is None:
        raise Problem("MISSING_FIELDS", "Please choose a time first.", fix="Choose one of the open times.")
    return wall_instant(day, at[:5], zone)


def shown(ctx: Context, caller: StaffCaller, booking_id: str, day: date | None) -> dict[str, Any]:
    """Everything the page shows."""
    visit = seen.booking(ctx, caller.staff, booking_id)
    texts = [
        *ctx.session.query(Message)
        .filter(Message.org_id == ctx.org.id, Message.booking_id == visit.id, Message.direction == "out")
        .order_by(Message.created_at)
    ]
    names = calendar_days.names(ctx)
    day = day or max(visit.local_start.date(), ctx.local_now.date())
    return {}
