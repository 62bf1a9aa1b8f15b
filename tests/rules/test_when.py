"""What people say about day and time: on Tuesday, November 24, 2026, 10:30 in Chicago, two days before Thanksgiving."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tools.rules.when import When, read

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("America/Chicago"))
TODAY, WED, THU, FRI, SAT, SUN = (date(2026, 11, day) for day in range(24, 30))
MON, TUE = date(2026, 11, 30), date(2026, 12, 1)
DEC = {day: date(2026, 12, day) for day in range(1, 32)}


def hour(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


DAYS = [
    ("today is fine", TODAY, None),
    ("tmrw 9am", WED, None),
    ("tommorow", WED, None),
    ("the day after tomorrow", THU, None),
    ("Tuesdya at 2", TUE, None),
    ("wendsday morning", WED, None),
    ("thurs works", THU, None),
    ("sat at 9", SAT, None),
    ("this Friday", FRI, None),
    ("next Friday", DEC[4], None),
    ("next Tuesday morning", TUE, None),
    ("Tuesday of next week", TUE, None),
    ("next week Tuesday", TUE, None),
    ("the Tuesday after next", DEC[8], None),
    ("a week from Friday", DEC[4], None),
    ("Friday week", DEC[4], None),
    ("Monday in two weeks", DEC[7], None),
    ("in two days", THU, None),
    ("a couple of days from now", THU, None),
    ("this week", TODAY, SUN),
    ("next week", MON, DEC[6]),
    ("early next week", MON, TUE),
    ("the end of next week", DEC[3], DEC[4]),
    ("any time this weekend", SAT, SUN),
    ("next weekend", DEC[5], DEC[6]),
    ("sometime next month", DEC[1], DEC[31]),
    ("the end of the month", TODAY, MON),
    ("the week of December 7", DEC[7], DEC[13]),
    ("the first week of December", DEC[1], DEC[7]),
    ("Dec 1-3", DEC[1], DEC[3]),
    ("sooner than Thursday", TODAY, WED),
    ("Monday to Wednesday", MON, DEC[2]),
    ("between Thursday and Saturday", THU, SAT),
    ("the 9th through the 12th of December", DEC[9], DEC[12]),
    ("by Friday", TODAY, FRI),
    ("any day after the 15th", DEC[16], DEC[29]),
    ("the 24th", TODAY, None),
    ("the 5th", DEC[5], None),
    ("24th of this month", TODAY, None),
    ("3rd of December 2026", DEC[3], None),
    ("Dec 3", DEC[3], None),
    ("december the twenty third", DEC[23], None),
    ("February 9th", date(2027, 2, 9), None),
    ("12/3 at 9", DEC[3], None),
    ("25/12", DEC[25], None),
    ("12-25", DEC[25], None),
    ("12-3-2026", DEC[3], None),
    ("2026-12-01", DEC[1], None),
    ("Friday the 27th", FRI, None),
    ("tomorrow, Wednesday", WED, None),
    ("the day after Thanksgiving", FRI, None),
    ("Tuesday, no wait, Wednesday", WED, None),
    ("Monday doesn't work, Tuesday is fine", TUE, None),
    ("I have a wedding on Friday. Can we do Saturday instead?", SAT, None),
    ("how about Tuesday instead of Monday", TUE, None),
    ("can you move my Tuesday visit to Thursday", THU, None),
    ("it died last night at 8, can you come tomorrow", WED, None),
    ("mañana por la tarde", WED, None),
    ("el martes a las tres", TUE, None),
]

TIMES = [
    ("at 2", "14:00", None, True),
    ("2pm", "14:00", None, True),
    ("2 p.m. please", "14:00", None, True),
    ("two thirty", "14:30", None, True),
    ("half past two", "14:30", None, True),
    ("quarter to four", "15:45", None, True),
    ("ten past nine", "09:10", None, True),
    ("20 to 5", "16:40", None, True),
    ("noon", "12:00", None, True),
    ("midnight", "00:00", None, True),
    ("at 12", "12:00", None, True),
    ("12:30", "12:30", None, True),
    ("14:00", "14:00", None, True),
    ("1430 hours", "14:30", None, True),
    ("9 o'clock", "09:00", None, True),
    ("tomorrow 10", "10:00", None, True),
    ("6 in the morning", "06:00", None, True),
    ("evening 7", "19:00", None, True),
    ("tonight at 8", "20:00", None, True),
    ("actually make it 3", "15:00", None, True),
    ("Monday at 11 or 3", "11:00", None, True),
    ("in 3 hours", "13:30", None, True),
    ("this morning my AC died, can you come at 2?", "14:00", None, True),
    ("morning", None, "12:00", False),
    ("late morning", "10:00", "12:00", False),
    ("in the afternoon", "12:00", "17:00", False),
    ("Friday evening", "17:00", None, False),
    ("after 3", "15:00", None, False),
    ("before noon", None, "12:00", False),
    ("by 5", None, "17:00", False),
    ("no later than 4pm", None, "16:00", False),
    ("not before 10", "10:00", None, False),
    ("I don't want anything after 5 pm", None, "17:00", False),
    ("I'm busy until 3", "15:00", None, False),
    ("I get off work at 5", "17:00", None, False),
    ("I work until 4", "16:00", None, False),
    ("I won't be home until after 3", "15:00", None, False),
    ("nothing before 10 please", "10:00", None, False),
    ("not later than 4", None, "16:00", False),
    ("between 2 and 4", "14:00", "16:00", False),
    ("from 9 to 11", "09:00", "11:00", False),
    ("2-4", "14:00", "16:00", False),
    ("11-2", "11:00", "14:00", False),
    ("3 to 5pm", "15:00", "17:00", False),
    ("8am-noon", "08:00", "12:00", False),
    ("any time after lunch", "13:00", None, False),
    ("first thing", None, "10:00", False),
    ("end of day", "15:00", "17:00", False),
    ("can't do mornings", "12:00", None, False),
]

NOTHING = [
    "it's a 3 ton unit from 2010",
    "may I ask what it costs",
    "2 bathrooms",
    "at 12 Oak St 78701",
    "call me at 512-555-0142",
    "my number is 5125550142",
    "is it still $89?",
    "I have 2 kids",
    "just a second",
    "I sat down in the sun room",
    "it may need a new compressor",
    "the furnace is about 15 years old",
    "gate code 1234",
    "that one",
    "good morning",
    "we need 2 or 3 guys",
    "how long, 2 or 3 hours?",
    "it's been noisy for 3 days",
    "the second floor",
    "it stopped on Monday",
]


@pytest.mark.parametrize(("said", "first", "last"), DAYS)
def test_a_homeowner_names_a_day_or_a_span(said: str, first: date, last: date | None) -> None:
    when = read(said, NOW)
    assert (when.day, when.last_day, when.sure) == (first, last, True)


@pytest.mark.parametrize(("said", "start", "end", "exact"), TIMES)
def test_a_homeowner_names_a_time_or_a_window(said: str, start: str | None, end: str | None, exact: bool) -> None:
    when = read(said, NOW)
    assert (when.start, when.end, when.exact, when.sure) == (hour(start), hour(end), exact, True)


@pytest.mark.parametrize("said", NOTHING)
def test_words_that_only_look_like_dates_say_nothing(said: str) -> None:
    assert read(said, NOW) == When()


@pytest.mark.parametrize(
    "said", ["Tursday at 2", "25 pm", "tomorrow at 13:75", "31 February", "Friday the 26th", "tomorrow, Friday"]
)
def test_what_no_clock_or_calendar_has_is_not_sure(said: str) -> None:
    assert not read(said, NOW).sure


def test_a_time_alone_leaves_the_day_open() -> None:
    assert read("could you do 3:15?", NOW).day is None


def test_alternatives_keep_their_order() -> None:
    assert read("Monday or Friday", NOW).days == (MON, FRI)


def test_every_exact_time_is_listed() -> None:
    assert read("Monday at 11 or 3", NOW).times == (time(11), time(15))


@pytest.mark.parametrize("said", ["not Monday", "anything but Monday", "Monday is no good", "I'm busy on Monday"])
def test_a_day_ruled_out_is_not_the_day(said: str) -> None:
    when = read(said, NOW)
    assert (when.day, when.not_days) == (None, (MON,))


def test_a_span_ruled_out_rules_out_each_of_its_days() -> None:
    assert read("I'm out of town Monday through Wednesday", NOW).not_days == (MON, TUE, DEC[2])


def test_a_refusal_with_both_rules_out_day_and_time() -> None:
    when = read("I can make anything work except Tuesday at 12pm", NOW)
    assert (when.not_days, when.not_times) == ((TUE,), (time(12),))


@pytest.mark.parametrize("said", ["asap", "as soon as possible", "today if you can", "your first available"])
def test_the_soonest_is_heard(said: str) -> None:
    assert read(said, NOW).asap


@pytest.mark.parametrize("said", ["around 2", "2ish", "2 or so", "about 2pm"])
def test_about_two_is_near_two(said: str) -> None:
    when = read(said, NOW)
    assert (when.start, when.near) == (time(14), True)


@pytest.mark.parametrize(
    ("said", "offered", "start"),
    [
        ("yes 3", "I have 9:00 AM or 3:00 PM.", "15:00"),
        ("8", "We have 8:00 PM and 9:00 PM tonight.", "20:00"),
        ("9", "We have 9:00 AM or 2:00 PM.", "09:00"),
        ("the 2pm one", "2 PM or 4 PM?", "14:00"),
    ],
)
def test_an_hour_said_bare_is_the_one_offered(said: str, offered: str, start: str) -> None:
    assert read(said, NOW, context=offered).start == hour(start)


def test_a_count_answered_is_not_a_time() -> None:
    assert read("3", NOW, context="How many bathrooms do you have?") == When()


def test_later_that_day_is_the_day_just_offered() -> None:
    assert read("later that day?", NOW, context="Friday, November 27 at 9:00 AM is open.").day == FRI


def test_the_same_time_the_next_day_moves_the_visit_by_one_day() -> None:
    when = read("same time the next day", NOW, context="You are booked Friday, November 27 at 2:00 PM.")
    assert (when.day, when.start) == (SAT, time(14))
