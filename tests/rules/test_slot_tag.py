"""How a time is written for a model and read back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rules.slot_tag import UnreadableSlot, read, value, write
from tools.rules.wall_time import NoSuchTime, local

CHICAGO = ZoneInfo("America/Chicago")
NINE = datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_a_tag_is_the_local_time_in_brackets() -> None:
    assert write(local(NINE, CHICAGO)) == '[slot:"2026-11-23 09:00"]'


def test_the_bare_value_has_no_wrapping() -> None:
    assert value(local(NINE, CHICAGO)) == "2026-11-23 09:00"


def test_the_second_of_a_doubled_time_carries_its_offset() -> None:
    written = [value(local(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), CHICAGO)) for hour in (6, 7)]
    assert written == ["2026-11-01 01:30", "2026-11-01 01:30-06:00"]


@given(
    st.sampled_from(
        [
            "America/Chicago",
            "Australia/Lord_Howe",
            "Pacific/Chatham",
            "Asia/Kolkata",
            "America/Phoenix",
            "Australia/Sydney",
        ]
    ),
    st.integers(1_790_000_000 // 300, 1_890_000_000 // 300),
)
def test_every_instant_survives_being_written_and_read(key: str, cell: int) -> None:
    zone, instant = ZoneInfo(key), datetime.fromtimestamp(cell * 300, UTC)
    assert read(write(local(instant, zone)), zone) == read(value(local(instant, zone)), zone) == instant


@given(st.integers(-24, 24))
def test_the_doubled_night_survives_too(cells: int) -> None:
    instant = datetime.fromtimestamp(1_793_516_400 + cells * 300, UTC)
    assert read(write(local(instant, CHICAGO)), CHICAGO) == instant


@pytest.mark.parametrize(
    "text",
    [
        '[slot:"2026-11-23 09:00"]',
        'slot:"2026-11-23 09:00"',
        "slot:2026-11-23 09:00",
        "[slot:2026-11-23 09:00]",
        '"2026-11-23 09:00"',
        "'2026-11-23 09:00'",
        "\u201c2026-11-23 09:00\u201d",
        r"slot:\"2026-11-23 09:00\"",
        '"slot": "2026-11-23 09:00"',
        "slot = 2026-11-23 09:00",
        "  [ Slot : 2026-11-23   9:00 ]  ",
        "2026-11-23T09:00",
        "2026-11-23T09:00:00",
        "2026-11-23t09:00:00.000",
        "2026-11-23 09:00-06:00",
        "2026-11-23T09:00:00 -0600",
        "2026-11-23T15:00:00Z",
        "2026-11-23 09:00.",
    ],
)
def test_a_slot_is_read_however_the_model_returns_it(text: str) -> None:
    assert read(text, CHICAGO) == NINE


def test_seconds_are_kept_for_the_calendar_to_refuse() -> None:
    assert read("2026-11-23 09:00:30", CHICAGO).second == 30


def test_a_year_long_past_is_still_readable() -> None:
    assert read("slot:2023-11-20 09:00", CHICAGO) == datetime(2023, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "slot:",
            "Monday at 9",
            "2026-11-23",
            "09:00",
            "11/23/2026 09:00",
            "2026-02-31 09:00",
            "2026-11-23 24:30",
        ),
        *(
            "2026-11-23 09:00 PM",
            "2026-11-23 09:00, 2026-11-23 10:00",
            "[" * 50_000,
            "0000-01-01 00:00",
            "9999-12-31 23:59",
        ),
    ],
    ids=lambda text: text[:40] or "nothing",
)
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableSlot):
        read(text, CHICAGO)


def test_a_time_the_clocks_skip_is_not_a_slot() -> None:
    with pytest.raises(NoSuchTime):
        read('[slot:"2027-03-14 02:30"]', CHICAGO)
