"""The scorecard's short form: every part runs, and what can be measured quickly reaches its bar."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.eval.report import Row, table
from storage.db import open_database
from tests.people import Office
from tests.scorecard import hostility, people, schemas, timing

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
async def office(database_url: str, anyio_backend: str) -> AsyncIterator[Office]:
    """Bluebird's books."""
    db = open_database(database_url)
    yield Office(db)
    await db.close()


async def test_tools_take_what_their_schemas_allow_and_refuse_the_rest(office: Office) -> None:
    rows = await schemas.schema_rows(office, 40, 20261121)
    assert [row.what for row in rows if row.reached is not True] == []


def test_the_claim_guard_reaches_its_bars() -> None:
    assert [row.what for row in hostility.guard_rows() if row.reached is not True] == []


def test_a_claim_check_takes_five_milliseconds_at_most_on_any_text() -> None:
    labelled, hostile = timing.check_times()
    assert max(labelled) <= 5
    assert max(hostile) <= 5


def test_without_the_data_the_rows_of_people_are_skipped_in_plain_words(tmp_path: Path) -> None:
    (row,) = people.people_rows(tmp_path)
    assert row.reached is None
    assert "skipped" in table([row])


@pytest.mark.skipif(not (people.DATA / "score.py").exists(), reason=people.ABSENT)
def test_people_are_understood_as_the_bars_ask() -> None:
    rows = [*people.date_rows(people.DATA), *people.intent_rows(people.DATA), *people.spoken_rows(people.DATA)]
    assert [row.what for row in rows if row.reached is not True] == []


def test_a_row_says_on_which_side_of_its_bar_it_lies() -> None:
    assert Row("share", 80, 100, 0.8).reached is True
    assert Row("share", 79, 100, 0.8).reached is False
    assert Row("faults", 1, 100, 0, True, "count").reached is False
    assert Row("told only", 1, 2).reached is None


def test_there_are_sixty_scenarios_of_our_trade() -> None:
    from tests.calls.play import calls

    assert len(calls()) >= 60
