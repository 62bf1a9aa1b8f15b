from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.rules import speech

VISIT = datetime(2026, 4, 28, 10, 0)  # noqa: DTZ001


def test_a_day_is_spelled_out() -> None:
    assert speech.day(VISIT.date()) == "Tuesday, April 28"


def test_the_year_is_said_only_on_request() -> None:
    assert speech.day_with_year(VISIT.date()) == "Tuesday, April 28, 2026"


def test_a_moment_joins_day_and_time() -> None:
    assert speech.moment(VISIT) == "Tuesday, April 28 at 10:00 AM"
    assert speech.moment_with_year(VISIT) == "Tuesday, April 28, 2026 at 10:00 AM"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(0, 0), "12:00 AM"),
        (time(0, 5), "12:05 AM"),
        (time(9, 0), "9:00 AM"),
        (time(12, 0), "12:00 PM"),
        (time(13, 30), "1:30 PM"),
        (time(23, 59), "11:59 PM"),
    ],
)
def test_a_time_has_twelve_hours(at: time, words: str) -> None:
    assert speech.clock(at) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2027-11-07T05:30:00+00:00", "1:30 AM (before the clocks go back)"),
        ("2027-11-07T06:30:00+00:00", "1:30 AM (after the clocks go back)"),
        ("2027-11-07T07:30:00+00:00", "2:30 AM"),
    ],
)
def test_a_time_that_comes_twice_says_which_it_is(at: str, words: str) -> None:
    assert speech.clock(datetime.fromisoformat(at).astimezone(ZoneInfo("America/New_York"))) == words


def test_every_weekday_of_ten_years_is_the_calendars_own() -> None:
    for ahead in range(3653):
        day = date(2024, 1, 1) + timedelta(days=ahead)
        assert speech.day_with_year(day) == f"{day:%A}, {day:%B} {day.day}, {day.year}"


def test_spoken_words_are_plain_ascii() -> None:
    assert speech.moment_with_year(VISIT).isascii()


@pytest.mark.parametrize(
    ("items", "words"),
    [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")],
)
def test_a_list_is_said_with_one_or(items: list[str], words: str) -> None:
    assert speech.listing(items) == words


def test_a_list_may_be_joined_by_and() -> None:
    assert speech.listing(["Dana", "Luis"], "and") == "Dana and Luis"


def test_a_duration_is_minutes() -> None:
    assert speech.duration(90) == "90 min"
