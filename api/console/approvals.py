"""Approvals: requested visits that hold their time until the office says yes or no (CS-A9, TP-A10)."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.console.visit_form import heard, refusal
from api.pages import form_text
from storage.context import Context
from storage.tables import Booking
from tools import booking as visits
from tools import calendar_days, seen
from tools.problems import Problem
from tools.rules import speech

Caller = Annotated[StaffCaller, Depends(signed_in)]
HERE = "/console/approvals"
APPROVED, DECLINED = "Approved.", "Declined. Its time is free again."


@router.get("/approvals")
async def approvals(request: Request, caller: Caller) -> Response:
    """The requested visits, the longest waiting first."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows = calendar_days.waiting(ctx, caller.staff)
        names = calendar_days.names(ctx)
        return {"waiting": [(one, speech.moment(one.local_start), names.get(one.technician_id)) for one in rows]}

    return pages.page(request, "approvals.html.j2", active=HERE, **await caller.read(ask))


@router.post("/approvals/{booking_id}/approve")
async def approve(request: Request, booking_id: str, caller: Caller) -> Response:
    """Yes: the visit is confirmed. Twice changes nothing."""
    return await answered(request, caller, booking_id, HERE, None)


@router.post("/approvals/{booking_id}/decline")
async def decline(request: Request, booking_id: str, caller: Caller) -> Response:
    """No: the visit is cancelled, its time free, the customer told; the reason stays here."""
    reason = form_text(await request.form(), "reason", 200) or "declined"
    return await answered(request, caller, booking_id, HERE, reason)


@router.post("/bookings/{booking_id}/approve")
async def approve_on_its_page(request: Request, booking_id: str, caller: Caller) -> Response:
    """Yes, from the page of the visit."""
    return await answered(request, caller, booking_id, f"/console/bookings/{booking_id}", None)


async def answered(request: Request, caller: StaffCaller, booking_id: str, back: str, declined: str | None) -> Response:
    """Answer a request and go back; a refusal, such as an answer that came too late, is told there."""

    def act(ctx: Context) -> str:
        visit = seen.booking(ctx, caller.staff, booking_id)
        before = visit.status
        if declined is None:
            visits.approve(ctx, visit)
        else:
            visits.cancel(ctx, still_requested(visit), reason=declined)
        return heard(ctx, visit) if visit.status != before else ""

    try:
        told = await caller.write(act)
    except Problem as problem:
        if problem.code == "NOT_FOUND":
            raise
        return pages.back_to(request, back, refusal(caller, problem), tone="bad")
    return pages.back_to(request, back, (DECLINED if declined else APPROVED) + told)


def still_requested(visit: Booking) -> Booking:
    """The visit, unless the office has answered otherwise. Raises INVALID_TRANSITION."""
    if visit.status not in ("pending", "cancelled"):
        said = visit.status.replace("_", " ")
        raise Problem("INVALID_TRANSITION", f"The visit is {said}; it cannot be declined.", fix="Cancel it instead.")
    return visit
