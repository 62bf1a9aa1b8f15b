"""Is this start open, and if not, why? One rule for the list that is shown and for the booking that follows it
(contract 2.1, Slot).

Hours are turned into UTC seconds once, and everything is decided in whole seconds. A start belongs to the local day it
falls on, for ranges, caps and the horizon alike. The visit must lie inside working hours; its buffers may leave them. A
start is on the grid when it is on that of any technician at work for the whole visit, whoever then takes it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from tools.rules.wall_time import wall_seconds
from tools.rules.working_hours import Override, Span, Stretch, Week, stretches

__all__ = ["Calendar", "Diary", "Job", "Opening", "Override", "Refusal", "Rules", "Span", "Week"]

# Starts, durations and buffers are multiples of it, because the schema books technicians in cells of this length.
CELL_MINUTES = 5
CELL = CELL_MINUTES * 60
DAY = timedelta(days=1)
REMEMBERED = 50_000  # openings made before: the same half hours are listed all day

# A start in UTC epoch seconds and the technicians who can take it.
_Start = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rules:
    """A service's rules: duration, grid, buffers and notice in minutes; the last day is local today + horizon_days."""

    duration: int
    grid: int
    before: int
    after: int
    notice: int
    horizon_days: int
    day_cap: int | None = None
    week_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Taken time: UTC epoch seconds, end not included, and the gap in minutes this job needs on either side."""

    start: int
    end: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Diary:
    """One technician's own hours (None: the business's) and jobs, sorted by start."""

    technician: str
    week: Week | None
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """An open start and its end, aware UTC, and who is free for the whole footprint, in diary order."""

    start: datetime
    end: datetime
    technicians: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a start is not open: off_cell, past, too_soon, too_far, closed, outside_hours, off_grid, day_full, week_full,
    taken or no_technician; the local day asked for; for closed, the reason of the business's override."""

    reason: str
    day: date
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything a start is judged by.

    `now` is aware. `per_day` and `per_week` count active visits by local day and by the Monday of their week. A visit
    that is being moved is left out of the counts and the jobs; whatever holds time is in.
    """

    zone: ZoneInfo
    now: datetime
    week: Week
    rules: Rules
    diaries: tuple[Diary, ...]
    per_day: Mapping[date, int]
    per_week: Mapping[date, int]

    def openings(self, first: date, last: date) -> list[Opening]:
        """The open starts on the local days `first` to `last`, ascending, one Opening per start.

        Days before today or after the horizon have none, so any range is cheap.
        """
        visit = timedelta(minutes=self.rules.duration)
        return [_opening(at, technicians, visit) for at, technicians in self._listed(first, last)]

    def candidates(self, first: date, last: date) -> list[int]:
        """The starts of these local days that only taken time can still forbid, in UTC seconds, ascending."""
        return self._candidates(first, last)[0]

    def free(self, starts: Sequence[int]) -> dict[int, Opening]:
        """Those of some ascending candidates, not none, that somebody of these diaries can take; in no order."""
        first, last = (datetime.fromtimestamp(at, self.zone).date() for at in (starts[0], starts[-1]))
        length, visit = self.rules.duration * 60, timedelta(minutes=self.rules.duration)
        _, working = self._hours(first, last, length)
        free = self._free(zip(self.diaries, working, strict=True), starts, length)
        return {at: _opening(at, technicians, visit) for at, technicians in free.items()}

    def decide(
        self, start: datetime, *, minutes: int | None = None, on_grid: bool = True, technician: str | None = None
    ) -> Opening | Refusal:
        """Whether a visit may start at `start` (aware): the Opening `openings` lists, or the first reason against it.

        `minutes` replaces the service's duration, `on_grid=False` leaves out the grid and nothing else (contract X10),
        `technician` asks for that one alone.
        """
        rules, day = self.rules, start.astimezone(self.zone).date()
        duration = rules.duration if minutes is None else minutes
        if start.timestamp() % CELL or not _in_cells(duration, rules):
            return Refusal("off_cell", day)
        at, length = int(start.timestamp()), duration * 60
        if start < self.now:
            return Refusal("past", day)
        if at < self._earliest():
            return Refusal("too_soon", day)
        if day > self._last_day():
            return Refusal("too_far", day)

        business, working = self._hours(day, day, length)
        holding = [stretch for work in working for stretch in work if stretch.holds(at, length)]
        holding = holding or [stretch for stretch in business if stretch.holds(at, length)]
        if not holding:
            return Refusal("closed", day, self._closure(day)) if self._is_closed(day) else Refusal("outside_hours", day)
        if on_grid and not any(at in grid for stretch in holding for grid in stretch.grids(length, rules.grid * 60)):
            return Refusal("off_grid", day)
        if full := self._full(day):
            return Refusal(full, day)

        asked = [
            (diary, work)
            for diary, work in zip(self.diaries, working, strict=True)
            if technician is None or diary.technician == technician
        ]
        technicians = self._free(asked, [at], length).get(at)
        if technicians:
            return _opening(at, technicians, timedelta(minutes=duration))
        at_work = any(stretch.holds(at, length) for _, work in asked for stretch in work)
        return Refusal("taken" if at_work else "no_technician", day)

    def nearest(self, start: datetime, count: int = 3) -> list[Opening]:
        """Up to `count` open starts around `start` (itself too when it is open), nearest first; with room for it one
        lies before and one after when such exist. The whole horizon is searched, widening from the day asked for."""
        at, visit = start.timestamp(), timedelta(minutes=self.rules.duration)
        today, last_day = self._today(), self._last_day()
        day = min(max(start.astimezone(self.zone).date(), today), last_day)
        earlier: list[_Start] = []
        later: list[_Start] = []
        edge, width = day, 2
        while len(earlier) < count and edge >= today:
            earlier = [found for found in self._listed(edge - width * DAY, edge) if found[0] < at] + earlier
            edge, width = edge - (width + 1) * DAY, width * 2
        edge, width = day, 2
        while len(later) < count and edge <= last_day:
            later += [found for found in self._listed(edge, edge + width * DAY) if found[0] >= at]
            edge, width = edge + (width + 1) * DAY, width * 2

        by_distance = sorted([*earlier[-count:], *later[: count + 1]], key=lambda found: abs(found[0] - at))
        exact = [found for found in later[:1] if found[0] == at]
        either_side = earlier[-1:] + later[len(exact) : len(exact) + 1]
        chosen = exact + [found for found in by_distance if found in either_side]
        chosen += [found for found in by_distance if found not in chosen]
        chosen = sorted(chosen[:count], key=lambda found: abs(found[0] - at))
        return [_opening(found, technicians, visit) for found, technicians in chosen]

    def closed_days(self, first: date, last: date) -> list[tuple[date, str | None]]:
        """The local days from `first` to `last` on which neither the business nor any technician opens, each with the
        reason of the business's override. Hours running over from the day before do not open a day."""
        return [(day, self._closure(day)) for day in _days(first, last) if self._is_closed(day)]

    def _listed(self, first: date, last: date) -> list[_Start]:
        starts, working = self._candidates(first, last)
        return sorted(self._free(zip(self.diaries, working, strict=False), starts, self.rules.duration * 60).items())

    def _candidates(self, first: date, last: date) -> tuple[list[int], list[list[Stretch]]]:
        rules, length = self.rules, self.rules.duration * 60
        first, last = max(first, self._today()), min(last, self._last_day())
        if first > last or not _in_cells(rules.duration, rules):
            return [], []
        _, working = self._hours(first, last, length)
        differing = {id(work): work for work in working}.values()  # most keep the business's own
        grids = {grid for work in differing for stretch in work for grid in stretch.grids(length, rules.grid * 60)}
        starts = sorted({start for grid in grids for start in grid if not start % CELL})
        low = max(wall_seconds(self.zone, first, 0), self._earliest())
        starts = starts[bisect_left(starts, low) : bisect_left(starts, wall_seconds(self.zone, last + DAY, 0))]
        if rules.day_cap is not None or rules.week_cap is not None:
            for day in filter(self._full, _days(first, last)):
                dawn, dusk = wall_seconds(self.zone, day, 0), wall_seconds(self.zone, day + DAY, 0)
                del starts[bisect_left(starts, dawn) : bisect_left(starts, dusk)]
        return starts, working

    def _free(
        self, diaries: Iterable[tuple[Diary, list[Stretch]]], starts: Sequence[int], length: int
    ) -> dict[int, tuple[str, ...]]:
        """Who can take each of the ascending `starts`: at work throughout, with the gap to the jobs around it."""
        free: dict[int, tuple[str, ...]] = {}
        if not starts:
            return free
        before, after, earliest, latest = self.rules.before, self.rules.after, starts[0], starts[-1]
        for diary, work in diaries:
            # A job forbids the starts strictly between these two; the gap to it is the larger need, never the sum.
            blocks = [
                (low, high)
                for job in diary.jobs
                if (high := job.end + (job.after if job.after > before else before) * 60) > earliest
                and (low := job.start - (job.before if job.before > after else after) * 60 - length) < latest
            ]
            blocks.sort()
            alone = (diary.technician,)
            block, blocked_until, stretch = 0, earliest, 0
            for start in starts:
                while stretch < len(work) and work[stretch].closes < start + length:
                    stretch += 1
                if stretch == len(work):
                    break
                while block < len(blocks) and blocks[block][0] < start:
                    blocked_until = max(blocked_until, blocks[block][1])
                    block += 1
                if blocked_until <= start and work[stretch].opens <= start:
                    free[start] = free[start] + alone if start in free else alone
        return free

    def _hours(self, first: date, last: date, length: int) -> tuple[list[Stretch], list[list[Stretch]]]:
        """The stretches of the business, and of each diary, that matter for starts on these local days."""
        # The day before may run past midnight into the first; a visit may run on through the days after the last.
        days = _days(first - DAY, last + (1 + length // 86_400) * DAY)
        business = stretches(self.week, days, self.zone)
        days = [day for day in days if not self._is_shut(day)]
        weeks = [diary.week for diary in self.diaries]
        return business, [business if week is None else stretches(week, days, self.zone) for week in weeks]

    def _is_shut(self, day: date) -> bool:
        """A day the business closes is closed for everybody, whatever a technician's own week says."""
        override = self.week.overrides.get(day)
        return override is not None and not override.spans

    def _is_closed(self, day: date) -> bool:
        weeks = [self.week, *(diary.week for diary in self.diaries if diary.week)]
        return self._is_shut(day) or not any(week.spans_on(day) for week in weeks)

    def _closure(self, day: date) -> str | None:
        override = self.week.overrides.get(day)
        return override.reason if override else None

    def _full(self, day: date) -> str | None:
        rules = self.rules
        if rules.day_cap is not None and self.per_day.get(day, 0) >= rules.day_cap:
            return "day_full"
        if rules.week_cap is not None and self.per_week.get(day - day.weekday() * DAY, 0) >= rules.week_cap:
            return "week_full"
        return None

    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def _last_day(self) -> date:
        return self._today() + self.rules.horizon_days * DAY

    def _earliest(self) -> int:
        return ceil(self.now.timestamp()) + self.rules.notice * 60


@lru_cache(maxsize=REMEMBERED)
def _opening(at: int, technicians: tuple[str, ...], visit: timedelta) -> Opening:
    start = datetime.fromtimestamp(at, UTC)
    return Opening(start, start + visit, technicians)


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]


def _in_cells(duration: int, rules: Rules) -> bool:
    return duration > 0 and not any(minutes % CELL_MINUTES for minutes in (duration, rules.before, rules.after))
