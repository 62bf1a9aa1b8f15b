"""The calendar's promise, over many zones, hours and diaries: what is listed books, and what is not is refused."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.rules.calendar import CELL, Calendar, Diary, Job, Opening, Override, Rules, Span, Week

# Each zone with a day on or after which its clocks change; Kolkata's and Phoenix's never do.
ZONES = {
    ("America/Chicago", date(2027, 3, 13)),
    ("America/Chicago", date(2026, 10, 31)),
    ("America/Phoenix", date(2027, 3, 13)),
    ("Asia/Kolkata", date(2026, 11, 21)),
    ("Australia/Lord_Howe", date(2027, 10, 2)),
    ("Australia/Lord_Howe", date(2027, 4, 3)),
    ("Australia/Sydney", date(2027, 4, 3)),
    ("Pacific/Chatham", date(2027, 9, 25)),
}
fives = st.integers(0, 9).map(lambda count: count * 5)
spans = st.builds(lambda opens, length: Span(opens * 5, (opens + length) * 5), st.integers(0, 287), st.integers(1, 200))
hours = st.lists(spans, max_size=2).map(tuple)


@st.composite
def weeks(draw: st.DrawFn, near: date) -> Week:
    changed = draw(st.dictionaries(st.integers(0, 3), hours, max_size=2))
    days = {near + timedelta(days=days): spans for days, spans in changed.items()}
    overrides = {day: Override(day, spans, None) for day, spans in days.items()}
    return Week(tuple(draw(st.tuples(*[hours] * 7))), overrides)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    key, near = draw(st.sampled_from(sorted(ZONES)))
    noon = datetime(near.year, near.month, near.day, tzinfo=UTC)
    dawn = int(noon.timestamp())
    jobs = st.builds(
        lambda start, length, before, after: Job(
            dawn + start * CELL, dawn + (start + length) * CELL, before=before, after=after
        ),
        *(st.integers(-100, 900), st.integers(1, 48), fives, fives),
    )
    diaries = [
        Diary(
            name, draw(st.none() | weeks(near)), tuple(sorted(draw(st.lists(jobs, max_size=6)), key=lambda j: j.start))
        )
        for name in ("Dana", "Luis")[: draw(st.integers(0, 2))]
    ]
    rules = Rules(
        duration=draw(st.integers(1, 60)) * 5,
        grid=draw(st.sampled_from([5, 15, 25, 30, 60, 90])),
        before=draw(fives),
        after=draw(fives),
        notice=draw(st.integers(0, 180)),
        horizon_days=draw(st.integers(0, 4)),
        day_cap=draw(st.none() | st.integers(1, 3)),
        week_cap=draw(st.none() | st.integers(1, 3)),
    )
    counts = st.dictionaries(st.integers(0, 3).map(lambda days: near + timedelta(days=days)), st.integers(0, 3))
    return Calendar(
        zone=ZoneInfo(key),
        now=noon + timedelta(seconds=draw(st.integers(-40_000, 40_000))),
        week=draw(weeks(near)),
        rules=rules,
        diaries=tuple(diaries),
        per_day=draw(counts),
        per_week={day - timedelta(days=day.weekday()): count for day, count in draw(counts).items()},
    )


def marks(calendar: Calendar, first: date, last: date) -> list[datetime]:
    """Every five-minute mark that shows one of these days on the wall."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=15)
    every = [start + timedelta(seconds=CELL * mark) for mark in range(12 * (24 * ((last - first).days + 1) + 30))]
    return [mark for mark in every if first <= mark.astimezone(calendar.zone).date() <= last]


@settings(deadline=None, max_examples=60)
@given(calendars(), st.integers(0, 2))
def test_every_start_listed_is_accepted_and_every_other_refused(calendar: Calendar, ahead: int) -> None:
    first = calendar.now.astimezone(calendar.zone).date() + timedelta(days=ahead)
    last = first + timedelta(days=1)
    decided = [calendar.decide(mark) for mark in marks(calendar, first, last)]
    assert calendar.openings(first, last) == [answer for answer in decided if isinstance(answer, Opening)]


@settings(deadline=None, max_examples=40)
@given(calendars())
def test_asking_for_one_technician_agrees_with_who_was_listed(calendar: Calendar) -> None:
    today = calendar.now.astimezone(calendar.zone).date()
    for opening in calendar.openings(today, today + timedelta(days=3))[:40]:
        for diary in calendar.diaries:
            alone = calendar.decide(opening.start, technician=diary.technician)
            assert isinstance(alone, Opening) == (diary.technician in opening.technicians)


@settings(deadline=None, max_examples=60)
@given(calendars(), st.data())
def test_booking_what_is_listed_never_brings_two_jobs_too_close(calendar: Calendar, data: st.DataObject) -> None:
    today, rules = calendar.now.astimezone(calendar.zone).date(), calendar.rules
    booked: dict[str, list[Job]] = {diary.technician: [] for diary in calendar.diaries}
    for _ in range(6):
        listed = calendar.openings(today, today + timedelta(days=2))
        if not listed:
            break
        opening = data.draw(st.sampled_from(listed))
        name = opening.technicians[0]
        job = Job(int(opening.start.timestamp()), int(opening.end.timestamp()), rules.before, rules.after)
        booked[name].append(job)
        calendar = replace(
            calendar,
            diaries=tuple(
                replace(diary, jobs=tuple(sorted((*diary.jobs, job), key=lambda job: job.start)))
                if diary.technician == name
                else diary
                for diary in calendar.diaries
            ),
        )
    for diary in calendar.diaries:
        for mine in booked[diary.technician]:
            for other in diary.jobs:
                if other is mine:
                    continue
                before, after = (mine, other) if mine.end <= other.start else (other, mine)
                assert after.start - before.end >= max(before.after, after.before) * 60


@settings(deadline=None, max_examples=60)
@given(calendars(), st.integers(-300, 1200), st.integers(2, 4))
def test_the_nearest_are_the_nearest_of_the_whole_horizon(calendar: Calendar, cells: int, count: int) -> None:
    start = calendar.now + timedelta(seconds=CELL * cells)
    listed = calendar.openings(date(2026, 1, 1), date(2028, 1, 1))
    found = calendar.nearest(start, count)
    distances = [abs(opening.start - start) for opening in found]
    assert len(found) == min(count, len(listed))
    assert distances == sorted(distances)
    assert set(found) <= set(listed)
    assert distances[:1] == sorted(abs(opening.start - start) for opening in listed)[:1]
    exact = any(opening.start == start for opening in listed)
    if count >= 2 + exact:
        for wanted in ((lambda opening: opening.start < start), (lambda opening: opening.start > start)):
            side = [opening for opening in listed if wanted(opening)]
            gap = min((abs(opening.start - start) for opening in side), default=math.inf)
            assert gap == math.inf or any(wanted(opening) and abs(opening.start - start) == gap for opening in found)


@settings(deadline=None, max_examples=40)
@given(calendars())
def test_a_range_lists_exactly_what_its_days_list_one_by_one(calendar: Calendar) -> None:
    today = calendar.now.astimezone(calendar.zone).date()
    days = [today + timedelta(days=days) for days in range(4)]
    assert calendar.openings(days[0], days[-1]) == [opening for day in days for opening in calendar.openings(day, day)]
