"""Named weekly hours: made, edited, and taken away while nothing keeps them (SC-15 to SC-18)."""

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import delete, select

from storage import listings
from storage.context import Context
from storage.tables import EntryPoint, Hours, ScheduleTemplate, Service, Team, Technician, new_id
from tools import audit
from tools.problems import Problem, not_found

DAY = 24 * 60
KEEPERS = (("entry point", EntryPoint), ("service", Service), ("team", Team), ("technician", Technician))
# One open span: the weekday (Monday 0) it opens on, then minutes after that day's local midnight.
Opens = tuple[int, int, int]


def get(ctx: Context, template_id: str | None) -> ScheduleTemplate:
    """One template of this business. Raises NOT_FOUND."""
    return listings.one_of(ctx, ScheduleTemplate, template_id or "") or not_found("schedule template")


def hours_of(ctx: Context, template_ids: Sequence[str]) -> dict[str, list[Hours]]:
    """The open spans of these templates, in the order of the week from Monday."""
    found: dict[str, list[Hours]] = {one: [] for one in template_ids}
    rows = select(Hours).where(Hours.template_id.in_(template_ids)).order_by(Hours.weekday, Hours.opens)
    for row in ctx.session.scalars(rows):
        found[row.template_id].append(row)
    return found


def add(ctx: Context, name: str, spans: Sequence[Opens]) -> ScheduleTemplate:
    """A new template. Raises VALIDATION_ERROR for spans that are none or overlap."""
    _check(spans)
    row = ScheduleTemplate(id=new_id(), org_id=ctx.org.id, name=name, created_at=ctx.now)
    ctx.session.add(row)
    ctx.session.flush()
    _write(ctx, row.id, spans)
    audit.note(ctx, "schedule_template.created", "schedule_template", row.id)
    return row


def replace(ctx: Context, template_id: str, name: str, spans: Sequence[Opens]) -> ScheduleTemplate:
    """Give a template another name and week. Visits stay: `outside_hours.visits` tells which no longer fit.

    Raises NOT_FOUND, and VALIDATION_ERROR as `add` does.
    """
    row = get(ctx, template_id)
    _check(spans)
    row.name = name
    ctx.session.execute(delete(Hours).where(Hours.template_id == row.id))
    _write(ctx, row.id, spans)
    audit.note(ctx, "schedule_template.changed", "schedule_template", row.id)
    return row


def remove(ctx: Context, template_id: str) -> None:
    """Delete a template. Raises NOT_FOUND, and IN_USE while anybody or anything keeps it, say a team or a way in."""
    row = get(ctx, template_id)
    users = [
        word
        for word, table in KEEPERS
        if ctx.session.scalars(select(table.id).where(table.template_id == row.id).limit(1)).first() is not None
    ]
    users += ["business"] if ctx.org.template_id == row.id else []
    if users:
        raise Problem(
            "IN_USE",
            "These hours are still kept by somebody.",
            fix=f"Give them other hours first: {', '.join(sorted(users))}.",
            used_by=sorted(users),
        )
    audit.note(ctx, "schedule_template.deleted", "schedule_template", row.id)
    ctx.session.delete(row)
    ctx.session.flush()


def _check(spans: Sequence[Opens]) -> None:
    if any(
        not (0 <= weekday <= 6 and 0 <= opens < DAY and opens < closes <= 2 * DAY) for weekday, opens, closes in spans
    ):
        raise Problem(
            "VALIDATION_ERROR",
            "Hours open on a day and close after they open.",
            fix="Send day 0 (Sunday) to 6, start before end; 22:00 to two at night is 22:00 to 26:00.",
        )
    for earlier, later in pairwise(sorted(spans)):
        if earlier[0] == later[0] and later[1] < earlier[2]:
            raise Problem("VALIDATION_ERROR", "Two spans of one day overlap.", fix="Join them into one.")


def _write(ctx: Context, template_id: str, spans: Sequence[Opens]) -> None:
    ctx.session.add_all(
        Hours(template_id=template_id, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sorted(spans)
    )
    ctx.session.flush()
