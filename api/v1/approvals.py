"""/api/v1/bookings/{id}/approve and /decline: the office's answer to a requested visit (CS-A9, TP-A10)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.approval import needs_office
from api.deps import Caller
from api.idempotency_key import HEADER, act_once
from api.v1.bookings import V1Booking, shown
from api.wire import PROBLEMS, Body, Id, Text
from storage.context import Context
from tools import booking as visits
from tools.problems import Problem

router = APIRouter(prefix="/api/v1/bookings", tags=["bookings"], responses=PROBLEMS)

KEYED = {"parameters": [HEADER]}


class Decline(Body):
    """Why the office says no; kept, and not told to the customer."""

    reason: Text | None = None


@router.post("/{booking_id}/approve", response_model=V1Booking, openapi_extra=KEYED)
async def approve_booking(
    request: Request, booking_id: Id, caller: Annotated[Caller, Depends(needs_office("WRITE_BOOKINGS"))]
) -> Response:
    """The office says yes to a requested visit; twice changes nothing. Not for voice agents, nor for credentials with
    requires_approval. Scope WRITE_BOOKINGS."""
    return await act_once(
        request, caller, lambda ctx: shown(ctx, [visits.approve(ctx, visits.get(ctx, booking_id))])[0]
    )


@router.post("/{booking_id}/decline", response_model=V1Booking, openapi_extra=KEYED)
async def decline_booking(
    request: Request,
    booking_id: Id,
    caller: Annotated[Caller, Depends(needs_office("WRITE_BOOKINGS"))],
    body: Decline | None = None,
) -> Response:
    """The office says no to a requested visit: it is cancelled, its time free, the customer told. Who may is as in
    approve. Scope WRITE_BOOKINGS."""

    def act(ctx: Context) -> dict[str, Any]:
        booking = visits.get(ctx, booking_id)
        if booking.status not in ("pending", "cancelled"):
            raise Problem(
                "INVALID_TRANSITION",
                f"The visit is {booking.status.replace('_', ' ')}; it cannot be declined.",
                fix="Only a requested visit can be declined; cancel this one.",
                present_status=booking.status,
            )
        return shown(ctx, [visits.cancel(ctx, booking, reason=(body.reason if body else None) or "declined")])[0]

    return await act_once(request, caller, act)
