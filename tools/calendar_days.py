"""Some days of the calendar as the office looks at them: the visits, who works when, and the days that differ."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from storage.context import Context
from storage.tables import Booking, DateOverride, Service, Staff, Technician
from tools import outside_hours, sight
from tools.diaries import read_diaries
from tools.rules.calendar import Opening, Week
from tools.rules.wall_time import day_bounds
from tools.setup import setup_of

DAY = timedelta(days=1)
MOST = 1000  # visits on one page
AHEAD = 366  # days; nobody looks for an open time beyond


@dataclass(frozen=True, slots=True)
class Days:
    """The local days `first` to `last`. `people` are (id, name) by position; whoever left stays while visits are
    theirs. `weeks` holds each one's hours; `differing` the overrides; `outside` the ids of visits outside the hours."""

    first: date
    last: date
    people: Sequence[tuple[str, str]]
    weeks: dict[str, Week]
    visits: Sequence[Booking]
    differing: Sequence[DateOverride]
    outside: frozenset[str]

    def of(self, day: date, technician_id: str | None = None) -> list[Booking]:
        """The visits that start on a local day, by start; of one technician, or of all."""
        return [
            one for one in self.visits if one.local_start.date() == day and technician_id in (None, one.technician_id)
        ]


def read(ctx: Context, staff: Staff, first: date, last: date, technician_id: str | None = None) -> Days:
    """What this person may see of some local days, cancelled visits included; of one technician when named."""
    low, high = day_bounds(first, ctx.org.zone)[0], day_bounds(last, ctx.org.zone)[1]
    mine = [Booking.org_id == ctx.org.id, Booking.start_at >= low, Booking.start_at < high, sight.bookings(ctx, staff)]
    if technician_id is not None:
        mine.append(Booking.technician_id == technician_id)
    rows = select(Booking).where(*mine).order_by(Booking.start_at, Booking.id).limit(MOST)
    visits = list(ctx.session.scalars(rows))
    setup = setup_of(ctx)
    weeks = setup.weeks(None, ctx.org.template_id, {one.id: one.template_id for one in setup.people})
    people = [(one.id, one.name) for one in setup.people if technician_id in (None, one.id)]
    gone = {one.technician_id for one in visits} - {one for one, _name in people}
    left = select(Technician.id, Technician.name).where(Technician.id.in_(gone)).order_by(Technician.name)
    people += [(one, name) for one, name in ctx.session.execute(left)]
    return Days(
        first,
        last,
        people,
        {one: weeks.get(one, weeks[None]) for one, _name in people},
        visits,
        differing(ctx, first, last),
        frozenset(one.id for one in outside_hours.visits(ctx)) if any(one.is_active for one in visits) else frozenset(),
    )


def differing(ctx: Context, first: date, last: date) -> list[DateOverride]:
    """The dates from `first` to `last` that differ from the week, by day."""
    mine = (DateOverride.org_id == ctx.org.id, DateOverride.day >= first, DateOverride.day <= last)
    rows = select(DateOverride).where(*mine).order_by(DateOverride.day, DateOverride.id)
    return list(ctx.session.scalars(rows))


def open_times(
    ctx: Context,
    day: date,
    *,
    service: Service | None,
    minutes: int | None = None,
    moving: Booking | None = None,
    postal_code: str | None = None,
) -> list[Opening]:
    """The open starts of one local day, for a new visit or for one that moves and keeps its length (`minutes`).

    Nothing for a day long ago or years ahead. Raises OUT_OF_SERVICE_AREA for a new visit outside the area.
    """
    today = ctx.local_now.date()
    if not today <= day <= today + AHEAD * DAY:
        return []
    anywhere = moving is not None
    diaries = read_diaries(ctx, service, day, day, postal_code=postal_code, moving=moving, anywhere=anywhere)
    calendar = diaries.calendar
    length = minutes or calendar.rules.duration
    return replace(calendar, rules=replace(calendar.rules, duration=length)).openings(day, day)


def waiting(ctx: Context, staff: Staff) -> list[Booking]:
    """The requested visits that wait for the office's answer, the longest waiting first."""
    rows = select(Booking).where(*_waiting(ctx, staff)).order_by(Booking.created_at, Booking.id).limit(MOST)
    return list(ctx.session.scalars(rows))


def waiting_until(ctx: Context, staff: Staff) -> tuple[int, datetime | None]:
    """How many requested visits wait for the office's answer, and when the first of them runs out (UTC), or None."""
    count, until = ctx.session.execute(
        select(func.count(), func.min(Booking.expires_at)).where(*_waiting(ctx, staff))
    ).one()
    return count, until


def _waiting(ctx: Context, staff: Staff) -> tuple[ColumnElement[bool], ...]:
    return (Booking.org_id == ctx.org.id, Booking.status == "pending", sight.bookings(ctx, staff))


def names(ctx: Context) -> dict[str, str]:
    """Every technician's name by id, whoever left too."""
    rows = select(Technician.id, Technician.name).where(Technician.org_id == ctx.org.id)
    return {one: name for one, name in ctx.session.execute(rows)}
