"""What the business offers and who does it, changed by those who may; visits already booked stay put (TP-A8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from storage import listings
from storage.context import Context
from storage.tables import Booking, Service, Skill, Team, Technician, new_id
from storage.tables.bookings import ACTIVE
from tools import audit, leads, templates
from tools.problems import Problem, not_found
from tools.unique import slug_of, unless_taken

DAY = 24 * 60
# Least and most of each number, in its own unit; minutes that lie on cells are multiples of five (contract 2.1).
# Column: what a person calls it, the least, the most, of what.
LIMITS = {
    "duration_minutes": ("The length of a visit", 5, DAY, "minutes"),
    "grid_minutes": ("The step from one start to the next", 5, DAY, "minutes"),
    "buffer_before": ("The time kept free before", 0, DAY, "minutes"),
    "buffer_after": ("The time kept free after", 0, DAY, "minutes"),
    "notice_minutes": ("The notice", 0, 365 * DAY, "minutes"),
    "horizon_days": ("How far ahead it can be booked", 0, 730, "days"),
    "day_cap": ("The most in a day", 1, 1000, "visits"),
    "week_cap": ("The most in a week", 1, 5000, "visits"),
    "fee_cents": ("The visit fee", 0, 10_000_000, "cents"),
    "value_cents": ("What a job is worth", 0, 100_000_000, "cents"),
    "position": ("The place in the list", 0, 10_000, ""),
    "wrap_up_minutes": ("The wrap-up", 0, 240, "minutes"),
    "travel_minutes": ("The driving between visits", 0, DAY, "minutes"),
    "on_call": ("The place in the on-call order", 1, 100, ""),
    "window_minutes": ("The arrival window", 0, DAY, "minutes"),
}
ON_CELLS = ("duration_minutes", "grid_minutes", "buffer_before", "buffer_after")
MAY_BE_NULL = (
    *("day_cap", "week_cap", "window_minutes", "fee_cents", "booking_mode", "template_id", "team_id"),
    *("on_call", "phone"),
)
MODES = ("instant", "approval")


def add_service(ctx: Context, fields: Mapping[str, Any], technician_ids: Sequence[str]) -> Service:
    """A new service; `fields` are columns of Service, `name` and `duration_minutes` among them, slug made of the name.

    Raises VALIDATION_ERROR, and NOT_FOUND for hours, a team or a technician of another business.
    """
    given = {"slug": slug_of(fields["name"]), **fields}
    _check_service(ctx, given)
    row = Service(id=new_id(), org_id=ctx.org.id, created_at=ctx.now, **given)
    unless_taken(ctx, lambda: _check_slug(ctx, given["slug"], None), lambda: ctx.session.add(row))
    _give(ctx, row, technician_ids)
    audit.note(ctx, "service.created", "service", row.id)
    return row


def change_service(
    ctx: Context, row: Service, fields: Mapping[str, Any], technician_ids: Sequence[str] | None = None
) -> Service:
    """Change columns of a service, and who does it unless None. No visit is moved. Raises what `add_service` raises."""
    _check_service(ctx, fields)

    def write() -> None:
        for name, value in fields.items():
            setattr(row, name, value)

    unless_taken(ctx, lambda: _check_slug(ctx, fields.get("slug"), row.id), write)
    if technician_ids is not None:
        _give(ctx, row, technician_ids)
    audit.note(ctx, "service.changed", "service", row.id, fields=sorted(fields))
    return row


def add_technician(ctx: Context, fields: Mapping[str, Any]) -> Technician:
    """Somebody new; `fields` are columns of Technician, `name` among them. They do no service yet.

    Raises INVALID_PHONE, VALIDATION_ERROR, and NOT_FOUND for hours of another business.
    """
    row = Technician(id=new_id(), org_id=ctx.org.id, created_at=ctx.now, **_checked_technician(ctx, fields))
    ctx.session.add(row)
    ctx.session.flush()
    audit.note(ctx, "technician.created", "technician", row.id)
    return row


def new_calendar(ctx: Context, row: Technician) -> str:
    """A new token for a technician's calendar; the old address stops working at once."""
    row.calendar_token = new_id()
    ctx.session.flush()
    audit.note(ctx, "technician.calendar_rotated", "technician", row.id)
    return row.calendar_token


def change_technician(ctx: Context, row: Technician, fields: Mapping[str, Any]) -> Technician:
    """Change columns of a technician. Raises what `add_technician` raises, and IN_USE, with `booking_ids`, when
    somebody who still has upcoming visits is made inactive."""
    wanted = _checked_technician(ctx, fields)
    if wanted.get("active") is False:
        # Whoever books them locks the row first, so no visit slips in between.
        ctx.session.refresh(row, with_for_update=True)
        ahead = select(Booking.id).where(
            Booking.technician_id == row.id, Booking.end_at > ctx.now, Booking.status.in_(ACTIVE)
        )
        ids = list(ctx.session.scalars(ahead.order_by(Booking.start_at, Booking.id)))
        if ids:
            raise Problem(
                "IN_USE",
                f"They still have {len(ids)} upcoming visit{'s' if len(ids) > 1 else ''}.",
                fix="Move those visits to somebody else or cancel them first.",
                booking_ids=ids,
            )
    for name, value in wanted.items():
        setattr(row, name, value)
    ctx.session.flush()
    audit.note(ctx, "technician.changed", "technician", row.id, fields=sorted(wanted))
    return row


def technician(ctx: Context, technician_id: str) -> Technician:
    """One technician of this business. Raises NOT_FOUND."""
    return listings.one_of(ctx, Technician, technician_id) or not_found("technician")


def _check_slug(ctx: Context, slug: str | None, own_id: str | None) -> None:
    same = select(Service.id).where(Service.org_id == ctx.org.id, Service.slug == slug)
    if ctx.session.scalars(same).first() not in (None, own_id):
        raise Problem("VALIDATION_ERROR", "Another service has this slug.", fix="Send another slug.")


def _check_service(ctx: Context, fields: Mapping[str, Any]) -> None:
    check_values(fields)
    if "slug" in fields:
        slug_of(fields["slug"], exact=True)
    if fields.get("booking_mode") not in (None, *MODES):
        raise Problem("VALIDATION_ERROR", "There is no such booking mode.", fix=f"Use one of: {', '.join(MODES)}.")
    _check_hours(ctx, fields)
    if fields.get("team_id") is not None and listings.one_of(ctx, Team, fields["team_id"]) is None:
        not_found("team")


def _checked_technician(ctx: Context, fields: Mapping[str, Any]) -> dict[str, Any]:
    check_values(fields)
    _check_hours(ctx, fields)
    return {**fields, **({"phone": leads.written_phone(ctx, fields["phone"])} if "phone" in fields else {})}


def check_values(fields: Mapping[str, Any]) -> None:
    """Raise VALIDATION_ERROR for a number out of its LIMITS, or none where there must be one."""
    for name, value in fields.items():
        if value is None and name not in MAY_BE_NULL:
            raise Problem("VALIDATION_ERROR", f"{name} cannot be empty.", fix="Leave it out to keep it.")
        if value is None or name not in LIMITS:
            continue
        called, least, most, unit = LIMITS[name]
        if not least <= value <= most:
            span = f"{least} to {most} {unit}".strip()
            raise Problem("VALIDATION_ERROR", f"{called} is {span}.", fix="Send a number between them.")
        if name in ON_CELLS and value % 5:
            raise Problem("VALIDATION_ERROR", f"{called} is a multiple of 5 minutes.", fix="Round it to five minutes.")


def _check_hours(ctx: Context, fields: Mapping[str, Any]) -> None:
    if fields.get("template_id") is not None:
        templates.get(ctx, fields["template_id"])


def _give(ctx: Context, service: Service, technician_ids: Sequence[str]) -> None:
    people = [technician(ctx, one).id for one in dict.fromkeys(technician_ids)]
    ctx.session.execute(delete(Skill).where(Skill.service_id == service.id))
    ctx.session.add_all(Skill(service_id=service.id, technician_id=one) for one in people)
    ctx.session.flush()
