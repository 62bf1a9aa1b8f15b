from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rules.quiet_hours import may_send_at

CHICAGO = ZoneInfo("America/Chicago")
EIGHT, NINE_PM = time(8), time(21)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-11-21T16:00", "2026-11-21T16:00"),
        ("2026-11-21T14:00", "2026-11-21T14:00"),
        ("2026-11-21T13:59", "2026-11-21T14:00"),
        ("2026-11-22T02:59", "2026-11-22T02:59"),
        ("2026-11-22T03:00", "2026-11-22T14:00"),
        ("2026-11-22T05:00", "2026-11-22T14:00"),
    ],
    ids=["ten in the morning", "eight sharp", "a minute before", "last minute", "nine sharp", "eleven at night"],
)
def test_a_reminder_waits_for_sarahs_morning(now: str, allowed: str) -> None:
    assert may_send_at(utc(now), CHICAGO, EIGHT, NINE_PM) == utc(allowed)


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    assert may_send_at(utc("2027-03-14T04:00"), CHICAGO, EIGHT, NINE_PM) == utc("2027-03-14T13:00")


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    assert may_send_at(utc("2026-11-01T03:00"), CHICAGO, EIGHT, NINE_PM) == utc("2026-11-01T14:00")


def test_a_start_the_clocks_skip_is_never_answered_too_early() -> None:
    allowed = may_send_at(utc("2027-03-14T07:00"), CHICAGO, time(2, 30), NINE_PM)
    assert allowed.astimezone(CHICAGO).time() >= time(2, 30)
    assert allowed.astimezone(CHICAGO).date().isoformat() == "2027-03-14"


def test_a_start_that_comes_twice_is_open_again_the_second_time() -> None:
    between = datetime(2026, 11, 1, 1, 15, fold=1, tzinfo=CHICAGO).astimezone(UTC)
    again = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=CHICAGO).astimezone(UTC)
    assert may_send_at(between, CHICAGO, time(1, 30), time(5)) == again


def test_hours_may_run_over_midnight() -> None:
    assert may_send_at(utc("2026-11-22T07:00"), CHICAGO, time(20), time(2)) == utc("2026-11-22T07:00")
    assert may_send_at(utc("2026-11-22T08:00"), CHICAGO, time(20), time(2)) == utc("2026-11-23T02:00")


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["America/Chicago", "America/St_Johns", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata"]),
)
def test_the_answer_is_allowed_and_answers_itself(now: datetime, key: str) -> None:
    zone = ZoneInfo(key)
    allowed = may_send_at(now, zone, EIGHT, NINE_PM)
    assert allowed >= now
    assert EIGHT <= allowed.astimezone(zone).time() < NINE_PM
    assert may_send_at(allowed, zone, EIGHT, NINE_PM) == allowed
