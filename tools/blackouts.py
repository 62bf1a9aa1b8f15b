"""Dates that differ from the week: closed, or open at other hours, for everybody or for one technician (TP-A7)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from storage import listings
from storage.context import Context
from storage.tables import DateOverride, Technician, new_id
from tools import audit
from tools.problems import Problem, not_found

DAY = 24 * 60


def add(
    ctx: Context,
    day: date,
    *,
    spans: Sequence[tuple[int, int]] = (),
    reason: str | None = None,
    technician_id: str | None = None,
) -> DateOverride:
    """Close a local date, or open it at `spans` (minutes after midnight). Visits already booked stay.

    The same once more, as a form sent twice asks for, is the one there is.
    Raises VALIDATION_ERROR for spans that are none, NOT_FOUND for a technician of another business.
    """
    if any(not 0 <= opens < closes <= DAY for opens, closes in spans):
        raise Problem("VALIDATION_ERROR", "The hours end before they begin.", fix="Send start before end.")
    if technician_id is not None and listings.one_of(ctx, Technician, technician_id) is None:
        not_found("technician")
    kept = [list(span) for span in spans]
    mine = (DateOverride.org_id == ctx.org.id, DateOverride.day == day, DateOverride.technician_id == technician_id)
    for one in ctx.session.scalars(select(DateOverride).where(*mine)):
        if (one.spans, one.reason) == (kept, reason):
            return one
    override = DateOverride(
        id=new_id(), org_id=ctx.org.id, technician_id=technician_id, day=day, spans=kept, reason=reason
    )
    ctx.session.add(override)
    _audit(ctx, "blackout.created", override)
    ctx.session.flush()
    return override


def get(ctx: Context, override_id: str) -> DateOverride:
    """One date of this business that differs. Raises NOT_FOUND."""
    return listings.one_of(ctx, DateOverride, override_id) or not_found("blackout")


def remove(ctx: Context, override_id: str) -> None:
    """Let a date be like its weekday again. Raises NOT_FOUND."""
    override = get(ctx, override_id)
    _audit(ctx, "blackout.deleted", override)
    ctx.session.delete(override)


def _audit(ctx: Context, action: str, override: DateOverride) -> None:
    audit.note(ctx, action, "date_override", override.id, day=override.day.isoformat())
