"""Tool arguments about day and time, and texts nobody would send; clock as in test_when: Tuesday, November 24, 2026."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.rules.when import When, read, wish

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=ZoneInfo("America/Chicago"))
WED, MON = date(2026, 11, 25), date(2026, 11, 30)


def test_a_past_date_in_a_wish_advances_to_its_next_weekday() -> None:
    assert wish("2026-11-02", None, NOW).day == MON


def test_an_unreadable_wish_is_asap_and_says_which_words() -> None:
    when = wish("blursday", "after 3", NOW)
    assert (when.asap, when.unread, when.start) == (True, "blursday", time(15))


def test_unreadable_words_are_cut_at_forty_characters() -> None:
    assert wish("x" * 90, None, NOW).unread == "x" * 40


@pytest.mark.parametrize("nothing", [None, "", "null", "none", "N/A", "unknown"])
def test_a_wish_left_open_says_nothing(nothing: str | None) -> None:
    assert wish(nothing, nothing, NOW) == When()


def test_a_wish_takes_the_time_that_was_put_into_the_day() -> None:
    when = wish("tomorrow morning", None, NOW)
    assert (when.day, when.end) == (WED, time(12))


VOCABULARY = st.sampled_from(
    "next this the 24th 31 Feb monday sat at 2 14:75 12/3/26 - to or and not 99999999 half past quarter"
    " in a week from few days weekend pm a.m. noon until between 0 29th of march 2028 , . ?"
    " \u0661 ß mañana por la tarde month end early".split()
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(VOCABULARY, max_size=25).map(" ".join)))
def test_no_text_makes_the_reader_fail(said: str) -> None:
    wish(said, said, NOW)
    assert isinstance(read(said, NOW, context=said), When)


@pytest.mark.parametrize(
    "piece",
    [
        "2 ",
        "monday or ",
        "12 oak ",
        "a",
        "not ",
        "1-",
        "\ufdfa",
        "in the next ",
        "day after ",
        "since ",
        "monday 1 week from ",
    ],
)
def test_two_hundred_kilobytes_are_read_in_a_moment(piece: str) -> None:
    """A reader that looked at all of it would meet the suite's time limit; what is asserted is that it answers."""
    assert isinstance(read(piece * (200_000 // len(piece)), NOW), When)
