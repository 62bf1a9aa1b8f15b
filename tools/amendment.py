"""One request that changes a visit in several ways at once: details, status, time. Every JSON door's PATCH."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.context import Context
from storage.tables import Booking
from tools import changes, visits
from tools.problems import Problem

OVER = ("cancelled", "completed", "no_show", "late")


@dataclass(frozen=True, slots=True)
class Amendment:
    """What should change; None leaves it. `start` and `end` are aware, `status` is any door's word.

    `details` are fields of `visits.DETAILS`, where None clears; `metadata` is merged: a null removes its key (EM-17).
    `override_reason` sets the rules aside for a new time: an owner's or admin's, which their doors alone may pass.
    """

    start: datetime | None = None
    end: datetime | None = None
    technician_id: str | None = None
    status: str | None = None
    cancel_reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] | None = None
    on_grid: bool = True
    override_reason: str | None = None


def amend(ctx: Context, booking: Booking, wanted: Amendment) -> Booking:
    """Change a visit, all of it or nothing. The time it already has changes nothing and tells nobody.

    Start alone keeps the length. Raises VALIDATION_ERROR for a new time together with a status that ends the visit or
    for a reason without a cancellation, and what `change_details`, `set_status` and `move` raise.
    """
    status = None if wanted.status is None else changes.stored_word(wanted.status)
    moves = wanted.start is not None or wanted.end is not None
    if moves and status in OVER:
        raise Problem("VALIDATION_ERROR", "A visit that ends is not moved as well.", fix="Send one of the two.")
    if wanted.cancel_reason is not None and status != "cancelled":
        raise Problem("VALIDATION_ERROR", "A cancel reason needs the status.", fix="Send status CANCELED with it.")
    details = dict(wanted.details)
    if wanted.metadata is not None:
        merged = {**booking.details, **wanted.metadata}
        details["details"] = {name: value for name, value in merged.items() if value is not None}
    if details:
        visits.change_details(ctx, booking, **details)
    if status is not None and not (moves and status == "rescheduled"):
        changes.set_status(ctx, booking, status, reason=wanted.cancel_reason)
    if moves or wanted.technician_id is not None:
        _move(ctx, booking, wanted)
    return booking


def _move(ctx: Context, booking: Booking, wanted: Amendment) -> None:
    end = wanted.end if wanted.end is not None else (booking.end_at if wanted.start is None else None)
    try:
        changes.move(
            ctx,
            booking,
            wanted.start or booking.start_at,
            end=end,
            on_grid=wanted.on_grid,
            technician_id=wanted.technician_id,
            override_reason=wanted.override_reason,
        )
    except Problem as problem:
        if problem.code != "SAME_TIME":
            raise
