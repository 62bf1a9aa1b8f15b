"""The page of one visit: what it is, what happened to it, which texts went out, and what the office does with it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.console.forms import refused_by, sent
from api.console.visit_form import OVERRIDING, REASON, chosen_start, heard, override_reason, refusal
from api.pages import form_text
from api.wire import day_named
from storage.context import Context
from storage.tables import Booking, BookingEvent
from tools import booking as visits
from tools import calendar_days, seen, visit_record
from tools.problems import Problem
from tools.rules import slot_tag, speech
from tools.setup import setup_of

Caller = Annotated[StaffCaller, Depends(signed_in)]
WRITTEN = {"customer_name": 200, "address": 200, "postal_code": 20, "notes": 4000}  # and its most characters
STATES = {"confirmed": "good", "rescheduled": "good", "pending": "warn", "late": "warn", "no_show": "bad"}
TOLD = {"completed": "Marked as completed.", "no_show": "Marked as a no-show.", "late": "Marked as late."}


@router.get("/bookings/{booking_id}")
async def see(request: Request, booking_id: str, caller: Caller, day: str | None = None) -> Response:
    """One visit; `day` is the local day whose open times are shown to move it to."""
    facts = await caller.read(lambda ctx: shown(ctx, caller, booking_id, day_named(day) if day else None))
    return pages.page(request, "booking.html.j2", active="/console/calendar", refused=None, **facts)


@router.post("/bookings/{booking_id}/move")
async def move(request: Request, booking_id: str, caller: Caller) -> Response:
    """Give it one of the open times (`slot`), or any time (`date`, `time`) with a reason, for owners and admins."""
    form = await request.form()
    who, reason = form_text(form, "technician", 40), override_reason(caller, form)

    def act(ctx: Context, visit: Booking) -> None:
        visits.move(ctx, visit, chosen_start(form, visit.zone), technician_id=who, override_reason=reason)

    return await done(request, caller, booking_id, act, "The visit is moved.", tells=True)


@router.post("/bookings/{booking_id}/cancel")
async def cancel(request: Request, booking_id: str, caller: Caller) -> Response:
    """Cancel it; the customer is told when `tell` is ticked."""
    form = await request.form()
    reason, tell = form_text(form, "reason", REASON), form_text(form, "tell") is not None

    def act(ctx: Context, visit: Booking) -> None:
        visits.cancel(ctx, visit, reason=reason, tell=tell)

    note = "Cancelled." if tell else "Cancelled. The customer is not told."
    return await done(request, caller, booking_id, act, note, tells=tell)


@router.post("/bookings/{booking_id}/status")
async def set_status(request: Request, booking_id: str, caller: Caller) -> Response:
    """Completed, no-show, or late: then `who` says whether it is us, which the customer hears of, or them."""
    form = await request.form()
    wanted, who = form_text(form, "status", 20) or "", form_text(form, "who", 20)
    if wanted not in TOLD or who not in (None, "technician", "customer"):
        raise Problem("VALIDATION_ERROR", "There is no such status.", fix=f"Use one of: {', '.join(TOLD)}.")
    return await done(
        request,
        caller,
        booking_id,
        lambda ctx, visit: visits.set_status(ctx, visit, wanted, who=who),
        TOLD[wanted],
        tells=wanted == "no_show" or (wanted == "late" and who != "customer"),
    )


@router.post("/bookings/{booking_id}/details")
async def details(request: Request, booking_id: str, caller: Caller) -> Response:
    """Correct what is written on it: name, address, ZIP and notes.

    Only what differs from what the page showed: the rest may have been written since, by a colleague or by the
    assistant. What somebody else made of the same line is shown first.
    """
    form = await sent(request)
    told = {name: form.text(name, longest) or None for name, longest in WRITTEN.items() if form.changed(name)}

    def same_lines(ctx: Context) -> dict[str, Any]:
        now = written(seen.booking(ctx, caller.staff, booking_id))
        return {name: now[name] for name in told}

    def act(ctx: Context) -> None:
        visits.change_details(ctx, seen.booking(ctx, caller.staff, booking_id), **told)

    refused = await refused_by(caller, form.unless_newer(same_lines, act))
    if refused is not None:
        facts = await caller.read(lambda ctx: shown(ctx, caller, booking_id, None))
        facts["v"] = form.over(facts["v"])
        return pages.page(request, "booking.html.j2", 422, active="/console/calendar", refused=refused, **facts)
    return pages.back_to(request, f"/console/bookings/{booking_id}", "Kept.")


def written(visit: Booking) -> dict[str, Any]:
    """What is written on a visit, as its form shows it."""
    return {name: getattr(visit, name) or "" for name in WRITTEN}


async def done(
    request: Request,
    caller: StaffCaller,
    booking_id: str,
    act: Callable[[Context, Booking], Any],
    note: str,
    *,
    tells: bool = False,
) -> Response:
    """Act on a visit this person may see, and go back to its page; a refusal is told there. `tells`: the customer is
    texted when it changes the visit, and the note says whether they can be."""

    def unit(ctx: Context) -> str:
        visit = seen.booking(ctx, caller.staff, booking_id)
        before = (visit.status, visit.revision)
        act(ctx, visit)
        return heard(ctx, visit) if tells and before != (visit.status, visit.revision) else ""

    try:
        note += await caller.write(unit)
    except Problem as problem:
        if problem.code == "NOT_FOUND":
            raise
        return pages.back_to(request, f"/console/bookings/{booking_id}", refusal(caller, problem), tone="bad")
    return pages.back_to(request, f"/console/bookings/{booking_id}", note)


def shown(ctx: Context, caller: StaffCaller, booking_id: str, day: date | None) -> dict[str, Any]:
    """Everything the page shows."""
    visit = seen.booking(ctx, caller.staff, booking_id)
    record = visit_record.of(ctx, caller.staff, visit)
    chosen = day or max(visit.local_start.date(), ctx.local_now.date())
    openings = []
    if visit.is_active:
        openings = calendar_days.open_times(
            ctx, chosen, service=record.service, minutes=visit.minutes, moving=visit, postal_code=visit.postal_code
        )
    starts = [one.start.astimezone(visit.zone) for one in openings if one.start != visit.start_at]
    return {
        "record": record,
        "visit": visit,
        "v": written(visit),
        "when": speech.moment_with_year(visit.local_start),
        "until": speech.clock(visit.local_end),
        "shade": STATES.get(visit.status, ""),
        "chosen": chosen,
        "times": [(slot_tag.value(one), speech.clock(one)) for one in starts],
        "people": [("", "Whoever is free"), *((one.id, one.name) for one in setup_of(ctx).able(record.service))],
        "may_override": caller.may(*OVERRIDING),
        "history": [(one, happened(one, visit)) for one in record.history],
        "began": visit.start_at <= ctx.now,
        "corrects": visit.may_become("completed", ctx.now, by_staff=True),
    }


def happened(line: BookingEvent, visit: Booking) -> str:
    """A line of the history in words."""
    if line.event in ("moved", "booked", "requested") and line.new:
        moments = [
            speech.moment(datetime.fromisoformat(at).astimezone(visit.zone)) for at in (line.old, line.new) if at
        ]
        return f"{line.event.capitalize()}: {' to '.join(moments)}"
    if line.event == "changed":
        return f"Changed: {(line.new or '').replace('_', ' ')}"
    if line.event == "late":
        return f"Running late: {line.new or ''}"
    return line.event.replace("_", " ").capitalize()
