"""Open times: which there are, whether one is, which to say aloud, and what was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from storage.context import Context
from storage.once import put_over
from storage.tables import Booking, Offer, Service
from tools.diaries import calendar_for, rules_of
from tools.open_starts import open_starts
from tools.problems import Problem
from tools.refusals import refused
from tools.rules import wall_time
from tools.rules.calendar import Calendar, Opening, Refusal
from tools.rules.when import When
from tools.setup import setup_seen

__all__ = ["calendar_for"]

DAY = timedelta(days=1)
LONGEST_RANGE = 31  # days; contract X24
LOOK_AHEAD = 14  # days searched for a wish before the answer is "no open times" (contract 2.6)
NEAR = 7  # days around a refused start that are read first; the whole horizon only when they hold too little
Timed = tuple[Opening, datetime]  # with its start on the wall clock
REMEMBERED = timedelta(hours=2)
SOON = timedelta(hours=2)  # how far from "around two" a time still answers the wish


@dataclass(frozen=True, slots=True)
class Listing:
    """Every open start of some local days, why the closed ones are closed, and whether the range was cut to 31 days."""

    service: Service
    openings: Sequence[Opening]
    closed: Sequence[tuple[date, str | None]]
    zone: ZoneInfo
    clamped: bool


@dataclass(frozen=True, slots=True)
class DayOffer:
    """The openings of one local day to say aloud, and how many more it has."""

    day: date
    openings: list[Opening]
    more: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A few times for a person to choose from. `matched` False: none is as wished, these are the closest.

    `closed` holds the days wished for that are closed, with the reason; `unread` the words that could not be read.
    """

    service: Service
    technician_names: list[str]
    zone: ZoneInfo
    days: list[DayOffer]
    matched: bool
    closed: list[tuple[date, str | None]]
    unread: str | None


def list_open(
    ctx: Context,
    service: Service,
    first: date,
    last: date,
    *,
    postal_code: str | None = None,
    technician_id: str | None = None,
    minutes: int | None = None,
) -> Listing:
    """Every open start on the local days `first` to `last`, at most 31 of them; of one technician, and for visits of
    so many minutes, where that is asked for.

    Raises VALIDATION_ERROR when they are the wrong way round, OUT_OF_SERVICE_AREA.
    """
    if last < first:
        raise Problem("VALIDATION_ERROR", "The last day is before the first.", fix="Send from before to.")
    end = min(last, first + (LONGEST_RANGE - 1) * DAY)
    found = open_starts(ctx, service, first, end, postal_code=postal_code, technician_id=technician_id, minutes=minutes)
    return Listing(service, found.openings, found.closed, ctx.org.zone, clamped=end < last)


def decide(
    ctx: Context,
    service: Service | None,
    start: datetime,
    *,
    minutes: int | None = None,
    on_grid: bool = True,
    moving: Booking | None = None,
    technician_id: str | None = None,
    postal_code: str | None = None,
) -> Opening:
    """The opening at `start` (aware) with everyone free for it; the same rule as the list (contract 2.1, Slot).

    Raises INVALID_TIME off the five minutes, OUT_OF_SERVICE_AREA, OUTSIDE_BOOKING_WINDOW or SLOT_UNAVAILABLE; the last
    two with `reason`, `requested` and up to three `alternatives`.
    """
    day = start.astimezone(ctx.org.zone).date()
    who: dict[str, Any] = {"postal_code": postal_code, "moving": moving, "technician_id": technician_id}
    calendar = calendar_for(ctx, service, day, day, **who)
    answer = calendar.decide(start, minutes=minutes, on_grid=on_grid)
    if isinstance(answer, Opening):
        return answer
    raise refusal(ctx, service, answer, start, minutes=minutes, **who)


def refusal(
    ctx: Context, service: Service | None, why: Refusal, start: datetime, *, minutes: int | None = None, **who: Any
) -> Problem:
    """The Problem of a refused start, with the open starts nearest to it; `who` as in `nearest`."""
    start = start.astimezone(UTC)
    length = rules_of(ctx, service).duration if minutes is None else minutes
    cells = minutes is None or (minutes > 0 and minutes % 5 == 0)  # else nothing of that length ever fits
    around = nearest(ctx, service, start, minutes=minutes, **who) if cells else []
    return refused(why, start, start + timedelta(minutes=length), around, ctx.org.zone, service)


def nearest(
    ctx: Context,
    service: Service | None,
    start: datetime,
    count: int = 3,
    *,
    minutes: int | None = None,
    postal_code: str | None = None,
    moving: Booking | None = None,
    technician_id: str | None = None,
) -> list[Opening]:
    """Up to `count` open starts around `start`, in order of distance, one before and one after when such exist."""
    start, rules, today = start.astimezone(UTC), rules_of(ctx, service), ctx.local_now.date()
    end = today + rules.horizon_days * DAY
    day = min(max(start.astimezone(ctx.org.zone).date(), today), end)
    found: list[Opening] = []
    for last in sorted({min(day + NEAR * DAY, end), end}):
        calendar = calendar_for(
            ctx, service, today, last, postal_code=postal_code, moving=moving, technician_id=technician_id
        )
        found = _until(calendar, last - today, minutes or rules.duration).nearest(start, count)
        reach = max((abs(opening.start - start) for opening in found), default=timedelta(0))
        if len(found) >= count and found[-1].start > start and reach < NEAR * DAY:
            break
    return found


def _until(calendar: Calendar, ahead: timedelta, minutes: int) -> Calendar:
    return replace(calendar, rules=replace(calendar.rules, horizon_days=ahead.days, duration=minutes))


def choose(
    ctx: Context,
    service: Service,
    when: When,
    *,
    postal_code: str | None = None,
    days: int = 3,
    per_day: int = 3,
) -> Choice:
    """A few open times that answer a wish, or the closest ones to it; none at all when two weeks hold nothing.

    Raises OUT_OF_SERVICE_AREA.
    """
    zone, today = ctx.org.zone, ctx.local_now.date()
    wished = _wished_days(when, today)
    first = min(wished, default=today)
    last = max([first + LOOK_AHEAD * DAY, *wished])
    found = open_starts(ctx, service, today, last, postal_code=postal_code)
    openings = [(one, wall_time.local(one.start, zone)) for one in found.openings]
    fitting = [one for one in openings if _fits(when, wished, one[1])]
    matched = bool(fitting)
    if not matched:
        fitting = _closest(when, wished, openings, days)
    closed = [(day, why) for day, why in found.closed if day in wished and (why or len(wished) == 1)]
    return Choice(
        service=service,
        technician_names=[one.name for one in setup_seen(ctx).able(service)],
        zone=zone,
        days=_offers(when, fitting, days, per_day),
        matched=matched,
        closed=closed,
        unread=when.unread,
    )


def _wished_days(when: When, today: date) -> set[date]:
    """The days named; empty for any day."""
    if when.day is not None and when.last_day is not None:
        span = range(max(when.day, today).toordinal(), min(when.last_day, today + 366 * DAY).toordinal() + 1)
        return {date.fromordinal(number) for number in span}
    return {day for day in (when.day, *when.days) if day is not None and today <= day <= today + 366 * DAY}


def _fits(when: When, wished: set[date], local: datetime) -> bool:
    at = local.time()
    if (wished and local.date() not in wished) or local.date() in when.not_days or at in when.not_times:
        return False
    if when.near and when.start is not None:
        return abs(_minutes(at) - _minutes(when.start)) <= SOON.total_seconds() / 60
    if when.exact:
        return at in (when.times or (when.start,))
    return (when.start is None or at >= when.start) and (when.end is None or at < when.end)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _closest(when: When, wished: set[date], openings: list[Timed], days: int) -> list[Timed]:
    """What comes nearest to a wish nothing answers: first the day, then the time of day."""
    by_day = _by_day([one for one in openings if one[1].date() not in when.not_days] or openings)
    away = {day: min((abs((day - wish).days) for wish in wished), default=0) for day in by_day}
    taken = sorted(by_day, key=lambda day: (away[day], day))[:days]
    return [one for day in sorted(taken) for one in by_day[day]]


def _offers(when: When, openings: Iterable[Timed], days: int, per_day: int) -> list[DayOffer]:
    by_day = _by_day(openings)
    return [
        DayOffer(day, [one for one, _ in _spread(when, by_day[day], per_day)], max(0, len(by_day[day]) - per_day))
        for day in sorted(by_day)[:days]
    ]


def _by_day(openings: Iterable[Timed]) -> dict[date, list[Timed]]:
    by_day: dict[date, list[Timed]] = {}
    for one in openings:
        by_day.setdefault(one[1].date(), []).append(one)
    return by_day


def _spread(when: When, openings: Sequence[Timed], count: int) -> list[Timed]:
    """The ones nearest to the hour wished for, else a few spread over the day."""
    if when.start is not None and (when.near or when.exact):
        target = _minutes(when.start)
        return sorted(openings, key=lambda one: abs(_minutes(one[1].time()) - target))[:count]
    if when.asap or len(openings) <= count:
        return list(openings[:count])
    step = (len(openings) - 1) / (count - 1)
    return [openings[round(number * step)] for number in range(count)]


def remember(ctx: Context, kind: str, items: Sequence[str], service_id: str | None, timezone: str) -> None:
    """Keep what was just read out in `ctx.scope`: `slots` (ISO instants) or `visits` (booking ids), for two hours."""
    if ctx.scope is None:
        return
    offer = {"service_id": service_id, "timezone": timezone, "items": list(items), "created_at": ctx.now}
    key = {"org_id": ctx.org.id, "scope": ctx.scope, "kind": kind}
    put_over(ctx.session, Offer, key, {**offer, "expires_at": ctx.now + REMEMBERED})


def remembered(ctx: Context, kind: str) -> Offer | None:
    """What was last read out in `ctx.scope`, unless that is more than two hours ago."""
    found = ctx.session.get(Offer, (ctx.org.id, ctx.scope, kind)) if ctx.scope is not None else None
    return found if found is not None and found.expires_at > ctx.now else None
