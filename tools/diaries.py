"""Diaries: everything a start is judged by, read for a few days and no more.

Besides the business's setup only what is taken is read, whatever its history holds. Whoever takes time locks the
technicians first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Cast,
    CompoundSelect,
    Integer,
    String,
    bindparam,
    cast,
    extract,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from storage.asking import ask
from storage.context import Context
from storage.tables import Booking, BusyTime, Hold, Service, Technician
from storage.tables.bookings import ACTIVE, IS_ACTIVE
from tools.rides import Rides
from tools.rules.calendar import Calendar, Diary, Job, Rules, Span, Week
from tools.rules.wall_time import day_bounds
from tools.setup import Person, Setup, setup_of, setup_seen

DAY = timedelta(days=1)
LONGEST_VISIT = timedelta(days=1)  # contract 2.4
# Rules of a visit whose label names no service; its length is the business's default_duration.
UNNAMED_GRID, UNNAMED_NOTICE, UNNAMED_HORIZON = 30, 120, 60

NO_TEXT, NO_NUMBER = cast(null(), String), cast(null(), Integer)
LOCKED = (
    select(Technician.id)
    .where(Technician.id.in_(bindparam("technicians", expanding=True)))
    .order_by(Technician.id)
    .with_for_update()
)


def _seconds(instant: InstrumentedAttribute[datetime]) -> Cast[int]:
    """UTC epoch seconds, worked out by the database: a listing reads hundreds."""
    return cast(extract("epoch", instant), Integer)


def _held(row: type[Booking] | type[Hold]) -> tuple[Any, ...]:
    return row.technician_id, _seconds(row.start_at), _seconds(row.end_at), row.buffer_before, row.buffer_after


# Whose time it is, from when to when, the gaps on either side, the place; of a hold also its owner and its end.
TAKEN = union_all(
    select(*_held(Booking), Booking.postal_code, NO_TEXT, NO_NUMBER).where(
        Booking.technician_id.in_(bindparam("technicians", expanding=True)),
        Booking.end_at > bindparam("low"),
        Booking.end_at < bindparam("latest"),  # both ends on the index: visits far ahead cost nothing
        Booking.start_at < bindparam("high"),
        IS_ACTIVE,
        Booking.id != bindparam("moving"),
    ),
    select(*_held(Hold), NO_TEXT, Hold.owner, _seconds(Hold.expires_at)).where(
        Hold.org_id == bindparam("org"),
        Hold.expires_at > bindparam("now"),
        Hold.end_at > bindparam("low"),
        Hold.start_at < bindparam("high"),
    ),
)
# The same for a business that keeps visits in an outside calendar, too: nobody else pays for a look at it.
TAKEN_OR_BUSY: CompoundSelect[Any] = union_all(
    *TAKEN.selects,
    select(
        *(BusyTime.technician_id, _seconds(BusyTime.start_at), _seconds(BusyTime.end_at)),
        *(literal(0), literal(0), NO_TEXT, NO_TEXT, NO_NUMBER),
    ).where(
        BusyTime.technician_id.in_(bindparam("technicians", expanding=True)),
        BusyTime.end_at > bindparam("low"),
        BusyTime.start_at < bindparam("high"),
    ),
)
COUNTED = select(Booking.start_at).where(
    Booking.service_id == bindparam("service"),
    Booking.start_at >= bindparam("low"),
    Booking.start_at < bindparam("high"),
    Booking.status.in_(ACTIVE),
    Booking.id != bindparam("moving"),
)


@dataclass(frozen=True, slots=True)
class Diaries:
    """The calendar of some days and the technicians in it, by position."""

    calendar: Calendar
    people: tuple[Person, ...]


def calendar_for(
    ctx: Context,
    service: Service | None,
    first: date,
    last: date,
    *,
    postal_code: str | None = None,
    moving: Booking | None = None,
    technician_id: str | None = None,
) -> Calendar:
    """The calendar of a service (None: a visit with a free label) for the local days `first` to `last`.

    `moving` is left out of the taken time; holds of `ctx.scope` are too. Raises OUT_OF_SERVICE_AREA.
    """
    options: dict[str, Any] = {"postal_code": postal_code, "moving": moving, "technician_id": technician_id}
    return read_diaries(ctx, service, first, last, **options).calendar


def read_diaries(
    ctx: Context,
    service: Service | None,
    first: date,
    last: date,
    *,
    postal_code: str | None = None,
    moving: Booking | None = None,
    technician_id: str | None = None,
    anywhere: bool = False,
    lock: bool = False,
) -> Diaries:
    """`calendar_for` with the people in it; `lock` makes everybody else who wants their time wait for this unit.

    `anywhere` leaves out the area, for visits that stand already.
    """
    setup = setup_of(ctx)
    people = [one for one in setup.able(service) if technician_id is None or one.id == technician_id]
    if lock and people and ctx.session.get_bind().dialect.name != "sqlite":  # whose writers take turns anyway
        ask(ctx, LOCKED, technicians=[one.id for one in people])
    if not anywhere:
        setup.rides.check(postal_code)
    jobs, _ = jobs_of(ctx, people, first, last, setup.rides, postal_code, moving)
    empty = empty_calendar(ctx, service, setup, people, first, last, moving)
    diaries = tuple(replace(one, jobs=tuple(jobs[one.technician])) for one in empty.diaries)
    return Diaries(replace(empty, diaries=diaries), tuple(people))


def empty_calendar(
    ctx: Context,
    service: Service | None,
    setup: Setup,
    people: Sequence[Person],
    first: date,
    last: date,
    moving: Booking | None = None,
) -> Calendar:
    """The calendar of the local days `first` to `last` with nobody's visits in it."""
    weeks = setup.weeks(service, ctx.org.template_id, {person.id: person.template_id for person in people})
    per_day, per_week = _counts(ctx, service, first, last, moving)
    return Calendar(
        zone=ctx.org.zone,
        now=ctx.now,
        week=weeks[None],
        rules=rules_of(ctx, service),
        diaries=tuple(Diary(one.id, weeks.get(one.id), ()) for one in people),
        per_day=per_day,
        per_week=per_week,
    )


def rules_of(ctx: Context, service: Service | None) -> Rules:
    """A service's schedule rules, or those of a visit with a free label."""
    if service is None:
        return Rules(ctx.org.default_duration, UNNAMED_GRID, 0, 0, UNNAMED_NOTICE, UNNAMED_HORIZON)
    return Rules(
        duration=service.duration_minutes,
        grid=service.grid_minutes,
        before=service.buffer_before,
        after=service.buffer_after,
        notice=service.notice_minutes,
        horizon_days=service.horizon_days,
        day_cap=service.day_cap,
        week_cap=service.week_cap,
    )


def unrestricted(calendar: Calendar) -> Calendar:
    """The same taken time without hours, notice, horizon, caps, grid and gaps: what an owner's override may use."""
    always = Week(days=((Span(0, 1440),),) * 7, overrides={})
    bare = tuple(
        replace(diary, week=None, jobs=tuple(Job(job.start, job.end) for job in diary.jobs))
        for diary in calendar.diaries
    )
    rules = replace(calendar.rules, before=0, after=0, notice=0, horizon_days=3650, day_cap=None, week_cap=None)
    return replace(calendar, week=always, diaries=bare, rules=rules)


def jobs_of(
    ctx: Context,
    people: Sequence[Person],
    first: date,
    last: date,
    rides: Rides,
    here: str | None,
    moving: Booking | None = None,
) -> tuple[dict[str, list[Job]], list[tuple[str, int]]]:
    """The taken time of each of `people` that can matter for starts on these local days, for a visit in ZIP `here`.

    Beside it the holds there are: whose, and until when (UTC epoch seconds). `ctx.scope`'s own are no taken time.
    """
    low, high = day_bounds(first - DAY, ctx.org.zone)[0], day_bounds(last + 2 * DAY, ctx.org.zone)[1]
    travel = {person.id: person.travel_minutes for person in people}
    jobs: dict[str, list[Job]] = {person.id: [] for person in people}
    held: list[tuple[str, int]] = []
    taken = ask(
        ctx,
        TAKEN_OR_BUSY if any(one.calcom_event_type_id for one in setup_seen(ctx).services) else TAKEN,
        technicians=list(travel),
        org=ctx.org.id,
        low=low,
        high=high,
        latest=high + LONGEST_VISIT,
        moving=moving.id if moving is not None else "",
        now=ctx.now,
    )
    for technician, start, end, before, after, there, owner, expires in taken:
        if technician not in travel:
            continue
        if owner is not None:
            held.append((owner, expires))
        if owner is None or owner != ctx.scope:
            (go, come), least = rides.between(here, there), travel[technician]
            jobs[technician].append(Job(start, end, max(before, least, go), max(after, least, come)))
    for own in jobs.values():
        own.sort(key=lambda job: job.start)
    return jobs, held


def _counts(
    ctx: Context, service: Service | None, first: date, last: date, moving: Booking | None
) -> tuple[dict[date, int], dict[date, int]]:
    """Active visits of a capped service by local day and by Monday; empty where nothing is capped."""
    per_day: dict[date, int] = {}
    per_week: dict[date, int] = {}
    if service is None or (service.day_cap is None and service.week_cap is None):
        return per_day, per_week
    zone = ctx.org.zone
    low = day_bounds(first - first.weekday() * DAY, zone)[0]
    high = day_bounds(last + (6 - last.weekday()) * DAY, zone)[1]
    starts = ask(ctx, COUNTED, service=service.id, low=low, high=high, moving=moving.id if moving else "")
    for (start,) in starts:
        day = start.astimezone(zone).date()
        monday = day - day.weekday() * DAY
        per_day[day] = per_day.get(day, 0) + 1
        per_week[monday] = per_week.get(monday, 0) + 1
    return per_day, per_week
