"""Bluebird Heating's calendar. "Case N" is number N of the thirty scheduling cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.rules.calendar import Calendar, Diary, Job, Opening, Override, Refusal, Rules, Span, Week

CHICAGO, NEW_YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
EIGHT_TO_FIVE = (Span(8 * 60, 17 * 60),)
THANKSGIVING = Override(date(2026, 11, 26), (), "Thanksgiving")
OFFICE = Week((EIGHT_TO_FIVE,) * 5 + ((), ()), {THANKSGIVING.day: THANKSGIVING})
DIAGNOSTIC = Rules(duration=90, grid=60, before=0, after=0, notice=120, horizon_days=60)
BLUEBIRD = Calendar(
    zone=CHICAGO,
    now=datetime(2026, 11, 21, 16, tzinfo=UTC),
    week=OFFICE,
    rules=DIAGNOSTIC,
    diaries=(Diary("Dana", None, ()),),
    per_day={},
    per_week={},
)
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


def at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def job(start: str, end: str, before: int = 0, after: int = 0) -> Job:
    return Job(int(at(start).timestamp()), int(at(end).timestamp()), before, after)


def with_jobs(*jobs: Job, rules: Rules = DIAGNOSTIC) -> Calendar:
    return replace(BLUEBIRD, rules=rules, diaries=(Diary("Dana", None, jobs),))


def clocks(openings: list[Opening], zone: ZoneInfo = CHICAGO) -> list[str]:
    return [f"{opening.start.astimezone(zone):%H:%M}" for opening in openings]


def reason(answer: Opening | Refusal) -> str:
    return answer.reason if isinstance(answer, Refusal) else "open"


def test_monday_is_offered_on_the_hour_from_eight() -> None:
    assert clocks(BLUEBIRD.openings(MONDAY, MONDAY)) == [f"{hour:02}:00" for hour in range(8, 16)]


def test_an_opening_is_in_utc_and_ends_when_the_visit_does() -> None:
    first = BLUEBIRD.openings(MONDAY, MONDAY)[0]
    assert first == Opening(at("2026-11-23 08:00"), at("2026-11-23 09:30"), ("Dana",))
    assert first.start.tzinfo is UTC


@pytest.mark.parametrize("start", ["08:00", "09:00", "10:00"])
def test_case_2_a_visit_overlapping_a_job_is_taken(start: str) -> None:
    busy = with_jobs(job("2026-11-23 09:00", "2026-11-23 10:30"))
    assert reason(busy.decide(at(f"2026-11-23 {start}"))) == "taken"


def test_case_2_a_visit_around_a_shorter_job_is_taken() -> None:
    busy = with_jobs(job("2026-11-23 09:30", "2026-11-23 09:45"))
    assert reason(busy.decide(at("2026-11-23 09:00"))) == "taken"


def test_case_2_the_starts_that_touch_a_job_are_listed() -> None:
    busy = with_jobs(job("2026-11-23 09:30", "2026-11-23 11:00"))
    assert clocks(busy.openings(MONDAY, MONDAY))[:2] == ["08:00", "11:00"]


@pytest.mark.parametrize("start", ["07:30", "10:30"])
def test_case_2_visits_may_touch_a_job(start: str) -> None:
    early = Week(((Span(7 * 60 + 30, 17 * 60),),) * 7, {})
    busy = replace(with_jobs(job("2026-11-23 09:00", "2026-11-23 10:30")), week=early)
    assert reason(busy.decide(at(f"2026-11-23 {start}"))) == "open"


def test_case_8_a_start_between_two_grid_times_is_refused() -> None:
    assert reason(BLUEBIRD.decide(at("2026-11-23 09:10"))) == "off_grid"


def test_case_8_a_start_off_the_five_minute_marks_is_refused_as_such() -> None:
    assert reason(BLUEBIRD.decide(at("2026-11-23 09:07"))) == "off_cell"


def test_case_8_the_nearest_to_an_odd_start_lie_on_both_sides() -> None:
    assert clocks(BLUEBIRD.nearest(at("2026-11-23 09:07"), 2)) == ["09:00", "10:00"]


def test_case_8_the_grid_starts_at_opening_whatever_is_booked() -> None:
    late = replace(with_jobs(job("2026-11-23 08:10", "2026-11-23 08:25")), week=Week(((Span(490, 800),),) * 7, {}))
    assert clocks(late.openings(MONDAY, MONDAY)) == ["09:10", "10:10", "11:10"]


def test_the_private_door_leaves_out_the_grid_but_not_the_hours() -> None:
    assert reason(BLUEBIRD.decide(at("2026-11-23 09:10"), on_grid=False)) == "open"
    assert reason(BLUEBIRD.decide(at("2026-11-23 16:00"), on_grid=False)) == "outside_hours"


def test_case_9_exactly_at_the_notice_limit_is_allowed() -> None:
    early = replace(BLUEBIRD, now=at("2026-11-23 07:00"))
    assert reason(early.decide(at("2026-11-23 09:00"))) == "open"


def test_case_9_a_moment_later_the_same_start_is_too_soon() -> None:
    early = replace(BLUEBIRD, now=at("2026-11-23 07:00") + timedelta(microseconds=1))
    assert reason(early.decide(at("2026-11-23 09:00"))) == "too_soon"
    assert clocks(early.openings(MONDAY, MONDAY))[0] == "10:00"


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        ("2023-11-20 09:00", Refusal("past", date(2023, 11, 20))),
        ("2027-01-21 09:00", Refusal("too_far", date(2027, 1, 21))),
        ("2026-11-28 09:00", Refusal("closed", date(2026, 11, 28))),
        ("2026-11-26 09:00", Refusal("closed", date(2026, 11, 26), "Thanksgiving")),
        ("2026-11-23 07:00", Refusal("outside_hours", MONDAY)),
        ("2026-11-23 16:00", Refusal("outside_hours", MONDAY)),
    ],
)
def test_case_10_each_refusal_has_its_own_reason(start: str, refusal: Refusal) -> None:
    assert BLUEBIRD.decide(at(start)) == refusal


@pytest.mark.parametrize(("after", "before", "first"), [(30, 15, "11:00"), (15, 30, "11:00"), (45, 0, "11:15")])
def test_case_11_the_gap_is_the_larger_need_and_not_the_sum(after: int, before: int, first: str) -> None:
    rules = replace(DIAGNOSTIC, grid=15, before=before)
    busy = with_jobs(job("2026-11-23 08:00", "2026-11-23 10:30", after=after), rules=rules)
    assert clocks(busy.openings(MONDAY, MONDAY))[0] == first


def test_case_11_the_next_job_keeps_its_distance_too() -> None:
    rules = replace(DIAGNOSTIC, grid=15, after=20)
    busy = with_jobs(job("2026-11-23 10:00", "2026-11-23 17:00", before=45), rules=rules)
    assert clocks(busy.openings(MONDAY, MONDAY)) == []
    assert reason(busy.decide(at("2026-11-23 08:00"), minutes=75)) == "open"


def test_case_11_a_later_job_that_needs_more_room_reaches_past_the_one_before_it() -> None:
    busy = with_jobs(
        job("2026-11-23 12:00", "2026-11-23 12:30"), job("2026-11-23 12:30", "2026-11-23 17:00", before=120)
    )
    assert clocks(busy.openings(MONDAY, MONDAY)) == ["08:00", "09:00"]


def test_case_11_a_buffer_may_leave_opening_hours() -> None:
    buffered = with_jobs(rules=replace(DIAGNOSTIC, duration=60, before=30, after=30))
    assert clocks(buffered.openings(MONDAY, MONDAY))[::8] == ["08:00", "16:00"]


def test_case_14_a_visit_left_out_of_the_jobs_can_move_onto_its_own_time() -> None:
    busy = with_jobs(job("2026-11-23 11:00", "2026-11-23 12:30"))
    moving = with_jobs()
    assert [reason(calendar.decide(at("2026-11-23 12:00"))) for calendar in (busy, moving)] == ["taken", "open"]


def test_case_18_only_those_free_for_the_whole_footprint_are_named() -> None:
    both = replace(
        BLUEBIRD,
        diaries=(Diary("Dana", None, (job("2026-11-23 10:00", "2026-11-23 11:00"),)), Diary("Luis", None, ())),
    )
    named = {clock: opening.technicians for opening in both.openings(MONDAY, MONDAY) for clock in clocks([opening])}
    assert (named["08:00"], named["09:00"], named["11:00"]) == (("Dana", "Luis"), ("Luis",), ("Dana", "Luis"))


def test_case_18_asking_for_dana_when_only_luis_is_free_is_taken() -> None:
    both = replace(
        BLUEBIRD,
        diaries=(Diary("Dana", None, (job("2026-11-23 10:00", "2026-11-23 11:00"),)), Diary("Luis", None, ())),
    )
    assert reason(both.decide(at("2026-11-23 10:00"), technician="Dana")) == "taken"
    assert reason(both.decide(at("2026-11-23 10:00"), technician="Luis")) == "open"


def test_own_hours_replace_those_of_the_business_for_that_technician() -> None:
    saturdays = Week((*((),) * 5, EIGHT_TO_FIVE, ()), {})
    both = replace(BLUEBIRD, diaries=(Diary("Dana", None, ()), Diary("Luis", saturdays, ())))
    saturday = both.decide(at("2026-11-28 09:00"))
    assert isinstance(saturday, Opening)
    assert saturday.technicians == ("Luis",)
    assert reason(both.decide(at("2026-11-23 09:00"), technician="Luis")) == "no_technician"


def test_nobody_is_named_before_their_own_hours_begin() -> None:
    mornings, afternoons = (Week((hours,) * 7, {}) for hours in ((Span(480, 720),), (Span(780, 1020),)))
    both = replace(BLUEBIRD, diaries=(Diary("Dana", mornings, ()), Diary("Luis", afternoons, ())))
    assert [opening.technicians for opening in both.openings(MONDAY, MONDAY)] == [("Dana",)] * 3 + [("Luis",)] * 3


def test_a_day_the_business_closes_closes_own_hours_too() -> None:
    own = replace(BLUEBIRD, diaries=(Diary("Luis", Week((EIGHT_TO_FIVE,) * 7, {}), ()),))
    assert own.decide(at("2026-11-26 09:00")) == Refusal("closed", THANKSGIVING.day, "Thanksgiving")


def test_open_hours_with_nobody_at_work_are_no_technician() -> None:
    assert reason(replace(BLUEBIRD, diaries=()).decide(at("2026-11-23 09:00"))) == "no_technician"


def test_case_19_a_full_day_is_not_offered_and_says_so() -> None:
    full = replace(BLUEBIRD, rules=replace(DIAGNOSTIC, day_cap=4), per_day={MONDAY: 4, TUESDAY: 3})
    assert full.openings(MONDAY, MONDAY) == []
    assert reason(full.decide(at("2026-11-23 09:00"))) == "day_full"
    assert reason(full.decide(at("2026-11-24 09:00"))) == "open"


def test_case_19_a_full_week_ends_on_its_sunday() -> None:
    full = replace(BLUEBIRD, rules=replace(DIAGNOSTIC, week_cap=9), per_week={MONDAY: 9})
    assert reason(full.decide(at("2026-11-27 09:00"))) == "week_full"
    assert {opening.start.date() for opening in full.openings(MONDAY, date(2026, 11, 30))} == {date(2026, 11, 30)}


def test_case_20_shortened_hours_decide_over_what_was_listed() -> None:
    shown = BLUEBIRD.openings(MONDAY, MONDAY)[-1]
    shorter = replace(OFFICE, overrides={MONDAY: Override(MONDAY, (Span(480, 720),), "Inventory")})
    assert reason(replace(BLUEBIRD, week=shorter).decide(shown.start)) == "outside_hours"


def test_case_21_nothing_outside_the_range_is_listed() -> None:
    listed = BLUEBIRD.openings(MONDAY, TUESDAY)
    assert {opening.start.astimezone(CHICAGO).date() for opening in listed} == {MONDAY, TUESDAY}


def test_case_21_a_range_that_ends_before_it_begins_is_empty() -> None:
    assert BLUEBIRD.openings(TUESDAY, MONDAY) == []


def test_case_21_ten_years_are_no_more_than_the_horizon() -> None:
    assert BLUEBIRD.openings(date(2020, 1, 1), date(2030, 1, 1)) == BLUEBIRD.openings(MONDAY, date(2027, 1, 20))


@pytest.mark.parametrize("closes", [640, 630], ids=["overlapping", "touching"])
def test_spans_of_a_day_that_meet_share_the_grid_of_the_first(closes: int) -> None:
    merged = replace(BLUEBIRD, week=Week(((Span(630, 720), Span(480, closes)),) * 7, {}))
    assert clocks(merged.openings(MONDAY, MONDAY)) == ["08:00", "09:00", "10:00"]


def test_a_visit_does_not_span_the_lunch_break() -> None:
    lunch = replace(BLUEBIRD, week=Week(((Span(480, 720), Span(780, 1020)),) * 7, {}))
    assert clocks(lunch.openings(MONDAY, MONDAY)) == ["08:00", "09:00", "10:00", "13:00", "14:00", "15:00"]


def test_a_duration_off_the_five_minute_marks_offers_nothing() -> None:
    odd = with_jobs(rules=replace(DIAGNOSTIC, duration=52))
    assert (odd.openings(MONDAY, MONDAY), reason(odd.decide(at("2026-11-23 09:00")))) == ([], "off_cell")


def test_hours_off_the_five_minute_marks_offer_nothing() -> None:
    odd = replace(BLUEBIRD, week=Week(((Span(482, 1020),),) * 7, {}))
    assert (odd.openings(MONDAY, MONDAY), reason(odd.decide(at("2026-11-23 09:02")))) == ([], "off_cell")


def test_a_visit_of_no_minutes_is_refused() -> None:
    assert reason(BLUEBIRD.decide(at("2026-11-23 09:00"), minutes=0)) == "off_cell"


def test_the_nearest_to_a_full_tuesday_come_from_the_days_around_it() -> None:
    busy = replace(with_jobs(job("2026-11-24 08:00", "2026-11-24 17:00")), now=at("2026-11-22 10:00"))
    found = [opening.start.astimezone(CHICAGO) for opening in busy.nearest(at("2026-11-24 12:00"), 3)]
    assert [f"{start:%d %H:%M}" for start in found] == ["25 08:00", "23 15:00", "25 09:00"]


@pytest.mark.parametrize("start", ["2026-11-24 08:00", "2026-12-18 16:00"], ids=["after", "before"])
def test_one_of_the_nearest_lies_on_the_other_side_however_far(start: str) -> None:
    busy = with_jobs(job("2026-11-24 08:00", "2026-12-18 17:00"))
    found = busy.nearest(at(start), 3)
    assert {opening.start.astimezone(CHICAGO).date() for opening in found} == {MONDAY, date(2026, 12, 21)}


def test_the_nearest_to_a_time_in_the_past_are_the_soonest() -> None:
    assert BLUEBIRD.nearest(at("2023-11-20 09:00")) == BLUEBIRD.openings(MONDAY, MONDAY)[:3]


def test_closed_days_carry_their_reason() -> None:
    assert BLUEBIRD.closed_days(MONDAY, date(2026, 11, 29)) == [
        (THANKSGIVING.day, "Thanksgiving"),
        (date(2026, 11, 28), None),
        (date(2026, 11, 29), None),
    ]
