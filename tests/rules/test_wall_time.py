"""What the wall clock shows, when that is, and what its zone is called."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rules.wall_time import (
    NoSuchTime,
    day_bounds,
    local,
    parse_instant,
    resolve,
    wall_seconds,
    zone_named,
    zone_words,
)

CHICAGO = ZoneInfo("America/Chicago")
SPRING, AUTUMN = date(2027, 3, 14), date(2026, 11, 1)
ODD_ZONES = ["Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kolkata", "America/Phoenix", "Australia/Sydney"]


def test_nine_in_chicago_is_fifteen_utc_in_winter() -> None:
    assert resolve(date(2026, 11, 23), time(9), CHICAGO) == datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_a_skipped_time_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        resolve(SPRING, time(2, 30), CHICAGO)


def test_the_skipped_half_hour_of_lord_howe_does_not_exist() -> None:
    with pytest.raises(NoSuchTime):
        resolve(date(2027, 10, 3), time(2, 15), ZoneInfo("Australia/Lord_Howe"))


def test_the_end_of_the_skipped_hour_exists() -> None:
    assert resolve(SPRING, time(3), CHICAGO) == datetime(2027, 3, 14, 8, tzinfo=UTC)


def test_a_doubled_time_is_the_first_of_the_two() -> None:
    assert resolve(AUTUMN, time(1, 30, fold=1), CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_the_second_of_a_doubled_time_is_told_apart_on_the_wall() -> None:
    first, second = (local(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), CHICAGO) for hour in (6, 7))
    assert (first.hour, first.fold, second.hour, second.fold) == (1, 0, 1, 1)


@given(st.sampled_from(ODD_ZONES), st.integers(1_780_000_000, 1_900_000_000))
def test_every_instant_is_found_again_from_its_wall_time(key: str, seconds: int) -> None:
    zone, instant = ZoneInfo(key), datetime.fromtimestamp(seconds, UTC)
    shown = local(instant, zone)
    found = resolve(shown.date(), shown.time(), zone)
    assert found < instant if shown.fold else found == instant


@given(st.sampled_from(ODD_ZONES), st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 2880))
def test_opening_hours_never_run_backwards(key: str, day: date, minute: int) -> None:
    zone = ZoneInfo(key)
    assert 0 <= wall_seconds(zone, day, minute + 1) - wall_seconds(zone, day, minute) <= 3660


def test_hours_that_open_in_the_skipped_hour_open_when_the_clocks_jump() -> None:
    assert {wall_seconds(CHICAGO, SPRING, minute) for minute in (120, 150, 179, 180)} == {
        int(datetime(2027, 3, 14, 8, tzinfo=UTC).timestamp())
    }


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 11, 23), 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    begins, ends = day_bounds(day, CHICAGO)
    assert ends - begins == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_jump() -> None:
    begins, _ = day_bounds(date(2026, 4, 24), ZoneInfo("Africa/Cairo"))
    assert begins.astimezone(ZoneInfo("Africa/Cairo")).time() == time(1)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-11-23T09:00", 15),
        (" 2026-11-23 09:00:00 ", 15),
        ("2026-11-23T09:00:00.000Z", 9),
        ("2026-11-23t09:00z", 9),
        ("2026-11-23T09:00-05:00", 14),
        ("2026-11-23T09:00+0530", 3.5),
    ],
)
def test_an_iso_time_is_local_unless_it_carries_an_offset(text: str, hour: float) -> None:
    assert parse_instant(text, CHICAGO) == datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "tomorrow",
            "2026-11-23",
            "2026-02-31T09:00",
            "2026-11-23T25:00",
            "2026-11-23T09:00 CST",
            "0001-01-01T00:00",
        ),
        *("9999-12-31T23:59", "2026-W48-1T09:00", "2026-11-23T09", "2026-11-23T09:00+99:00", "2026-11-23T09:00\u0660"),
    ],
)
def test_anything_else_is_not_an_instant(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*Invalid isoformat).+"):
        parse_instant(text, CHICAGO)


def test_a_skipped_iso_time_is_told_apart_from_a_malformed_one() -> None:
    with pytest.raises(NoSuchTime):
        parse_instant("2027-03-14T02:30", CHICAGO)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("America/Chicago", "America/Chicago"),
        ("america/new_york", "America/New_York"),
        ("CST", "America/Chicago"),
        ("EST", "America/New_York"),
        ("ET", "America/New_York"),
        ("Central", "America/Chicago"),
        ("US Mountain Standard Time", "America/Denver"),
        ("pacific time", "America/Los_Angeles"),
        ("Arizona", "America/Phoenix"),
        ("Austin", "America/Chicago"),
        ("St. Louis", "America/Chicago"),
        ("Washington, D.C.", "America/New_York"),
        ("Los Angeles", "America/Los_Angeles"),
        ("sydney", "Australia/Sydney"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_known_by_many_names(text: str, key: str | None) -> None:
    zone = zone_named(text)
    assert (zone.key if zone else None) == key


@pytest.mark.parametrize("text", ["", "time", "America", "GMT+5", "../etc/passwd", "lunch", "America/Chicago\0"])
def test_other_words_name_no_zone(text: str) -> None:
    assert zone_named(text) is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("America/Chicago", "Central time"),
        ("America/Detroit", "Eastern time"),
        ("America/Boise", "Mountain time"),
        ("America/Phoenix", "Arizona time"),
        ("America/Los_Angeles", "Pacific time"),
        ("America/Anchorage", "Alaska time"),
        ("Pacific/Honolulu", "Hawaii time"),
        ("Asia/Shanghai", "Shanghai time"),
        ("Australia/Lord_Howe", "Lord Howe time"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_said_the_way_people_say_it(key: str, words: str) -> None:
    assert zone_words(ZoneInfo(key), datetime(2026, 11, 23, 15, tzinfo=UTC)) == words


def test_a_place_without_summer_time_is_central_only_in_winter() -> None:
    said = [zone_words(ZoneInfo("America/Regina"), datetime(2026, month, 23, tzinfo=UTC)) for month in (1, 7)]
    assert said == ["Central time", "Regina time"]
