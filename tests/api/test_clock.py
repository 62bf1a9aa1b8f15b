"""The clock of one process."""

from datetime import UTC, datetime, timedelta

from api.clock import Clock
from tests.people import AUSTIN, SATURDAY

A_MOMENT = timedelta(seconds=5)


def test_without_a_start_it_shows_the_real_time_in_utc() -> None:
    now = Clock().now()
    assert (abs(now - datetime.now(UTC)) < A_MOMENT, now.tzinfo) == (True, UTC)


def test_it_starts_where_it_was_told_whatever_the_offset() -> None:
    now = Clock(SATURDAY.astimezone(AUSTIN)).now()
    assert (timedelta(0) <= now - SATURDAY < A_MOMENT, now.tzinfo) == (True, UTC)


def test_it_runs_on() -> None:
    clock = Clock(SATURDAY)
    first = clock.now()
    while (second := clock.now()) == first:
        pass
    assert second > first


def test_it_can_be_moved_both_ways() -> None:
    clock = Clock(SATURDAY)
    clock.advance(timedelta(hours=3))
    clock.advance(-timedelta(hours=1))
    assert timedelta(0) <= clock.now() - SATURDAY - timedelta(hours=2) < A_MOMENT


def test_it_can_be_set_anew() -> None:
    clock = Clock()
    clock.set(SATURDAY)
    assert timedelta(0) <= clock.now() - SATURDAY < A_MOMENT
