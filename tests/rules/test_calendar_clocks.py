"""The calendar where clocks change, days turn and zones are odd. "Case N" is one of the thirty scheduling cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.rules.calendar import Calendar, Diary, Job, Opening, Override, Refusal, Rules, Span, Week

CHICAGO = ZoneInfo("America/Chicago")
MONDAY, TUESDAY, THANKSGIVING = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 26)
EIGHT_TO_FIVE, NIGHT = Span(8 * 60, 17 * 60), Span(22 * 60, 26 * 60)


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def clocks(openings: list[Opening], zone: ZoneInfo = CHICAGO) -> list[str]:
    return [f"{opening.start.astimezone(zone):%H:%M}" for opening in openings]


def reason(answer: Opening | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else "open"


def every_day(*spans: Span, now: str = "2026-11-23 07:00", zone: ZoneInfo = CHICAGO, **rules: int) -> Calendar:
    """Dana's hours, the same all week; an hour a visit and no notice unless said otherwise."""
    plain = {"duration": 60, "grid": 60, "before": 0, "after": 0, "notice": 0, "horizon_days": 400}
    week, dana = Week((spans,) * 7, {}), Diary("Dana", None, ())
    return Calendar(zone, at(now, zone), week, Rules(**plain | rules), (dana,), {}, {})


def test_case_4_the_skipped_hour_is_not_offered() -> None:
    night = every_day(Span(60, 5 * 60), now="2027-03-13 12:00", grid=30)
    assert clocks(night.openings(date(2027, 3, 14), date(2027, 3, 14))) == [
        *("01:00", "01:30", "03:00", "03:30", "04:00")
    ]


def test_case_4_opening_inside_the_skipped_hour_means_when_the_clocks_jump() -> None:
    night = every_day(Span(150, 5 * 60), now="2027-03-13 12:00")
    assert clocks(night.openings(date(2027, 3, 14), date(2027, 3, 14))) == ["03:00", "04:00"]


def test_case_5_the_doubled_hour_is_two_starts_an_hour_apart() -> None:
    night = every_day(Span(60, 3 * 60), now="2027-11-06 12:00")
    first, second, _ = night.openings(date(2027, 11, 7), date(2027, 11, 7))
    assert clocks([first, second]) == ["01:00", "01:00"]
    assert second.start - first.start == timedelta(hours=1)


def test_case_5_each_of_the_doubled_times_is_taken_on_its_own() -> None:
    night = every_day(Span(60, 3 * 60), now="2027-11-06 12:00")
    first = at("2027-11-07 01:00")
    booked = Job(int(first.timestamp()), int(first.timestamp()) + 3600)
    night = replace(night, diaries=(Diary("Dana", None, (booked,)),))
    assert reason(night.decide(first)) == "taken"
    assert reason(night.decide(first.replace(fold=1))) == "open"


@pytest.mark.parametrize("day", ["2026-10-30", "2026-11-02", "2027-03-12", "2027-03-15", "2027-07-01"])
def test_case_6_eight_o_clock_is_eight_on_the_wall_all_year(day: str) -> None:
    calendar = every_day(Span(8 * 60, 17 * 60), now="2026-10-29 12:00")
    listed = calendar.openings(date.fromisoformat(day), date.fromisoformat(day))
    assert listed[0].start == at(f"{day} 08:00")


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("Australia/Lord_Howe", "2027-10-03", 23.5, id="Lord Howe springs forward half an hour"),
        pytest.param("Australia/Lord_Howe", "2027-04-04", 24.5, id="Lord Howe falls back half an hour"),
        pytest.param("Pacific/Chatham", "2027-09-26", 23, id="Chatham springs forward in September"),
        pytest.param("Australia/Sydney", "2027-04-04", 25, id="Sydney falls back in April"),
        pytest.param("Asia/Kolkata", "2027-03-14", 24, id="Kolkata never changes"),
        pytest.param("America/Phoenix", "2027-03-14", 24, id="Phoenix never changes"),
    ],
)
def test_case_7_a_day_has_its_real_length_in_every_zone(zone: str, day: str, hours: float) -> None:
    whole = every_day(Span(0, 1440), now="2026-12-01 00:00", zone=ZoneInfo(zone), grid=30, duration=30)
    listed = whole.openings(date.fromisoformat(day), date.fromisoformat(day))
    assert len({opening.start for opening in listed}) == len(listed) == hours * 2


def test_case_9_notice_counts_real_hours_on_the_day_the_clocks_change() -> None:
    night = every_day(Span(0, 1440), now="2027-03-14 00:00", notice=120)
    assert clocks(night.openings(date(2027, 3, 14), date(2027, 3, 14)))[0] == "03:00"


def test_case_10_the_last_day_counts_in_the_business_zone() -> None:
    evening = every_day(EIGHT_TO_FIVE, now="2026-11-23 20:00", horizon_days=1)
    assert reason(evening.decide(at("2026-11-24 15:00"))) == "open"
    assert reason(evening.decide(at("2026-11-25 08:00"))) == "too_far"


def test_case_13_a_start_after_midnight_is_listed_once_under_its_own_day() -> None:
    on_call = replace(every_day(), week=Week(((NIGHT,), *((),) * 6), {}))
    assert clocks(on_call.openings(MONDAY, MONDAY)) == ["22:00", "23:00"]
    assert clocks(on_call.openings(TUESDAY, TUESDAY)) == ["00:00", "01:00"]


def test_case_13_a_closed_day_ends_the_night_that_opens_on_it_and_not_the_one_before() -> None:
    closed = Override(THANKSGIVING, (), "Thanksgiving")
    nights = replace(every_day(), week=Week(((NIGHT,),) * 7, {THANKSGIVING: closed}))
    assert reason(nights.decide(at("2026-11-26 00:00"))) == "open"
    assert reason(nights.decide(at("2026-11-26 22:00"))) == "closed"
    assert reason(nights.decide(at("2026-11-27 00:00"))) == "outside_hours"


def test_case_13_round_the_clock_hours_let_a_visit_cross_midnight() -> None:
    always = every_day(Span(0, 1440), duration=90)
    assert reason(always.decide(at("2026-11-23 23:00"))) == "open"


def test_case_13_a_visit_longer_than_a_day_fits_round_the_clock_hours() -> None:
    assert reason(every_day(Span(0, 1440)).decide(at("2026-11-23 23:00"), minutes=50 * 60)) == "open"


def test_case_13_each_day_keeps_its_own_grid_where_hours_meet_at_midnight() -> None:
    meeting = replace(every_day(), week=Week(((Span(1350, 1440),), (Span(0, 120),), *((),) * 5), {}))
    assert clocks(meeting.openings(MONDAY, TUESDAY)) == ["22:30", "23:30", "00:00", "01:00"]


def test_case_13_a_short_span_inside_the_night_before_does_not_end_it() -> None:
    night = replace(every_day(), week=Week(((Span(18 * 60, 30 * 60),), (Span(60, 120),), *((),) * 5), {}))
    assert reason(night.decide(at("2026-11-24 04:00"))) == "open"


def test_case_19_an_evening_visit_counts_on_its_local_day() -> None:
    late = every_day(Span(8 * 60, 23 * 60), day_cap=1)
    full = replace(late, per_day={MONDAY: 1})
    assert reason(full.decide(datetime(2026, 11, 24, 3, tzinfo=UTC))) == "day_full"


def test_case_12_the_last_start_ends_exactly_at_closing() -> None:
    late = every_day(Span(8 * 60, 20 * 60), duration=90, grid=30)
    assert clocks(late.openings(MONDAY, MONDAY))[-1] == "18:30"
