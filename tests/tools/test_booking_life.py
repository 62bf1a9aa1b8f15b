"""A shop's life at random, on both databases: nobody is ever sent to two places at once. The longer life is slow."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Connection, false, select, union_all
from sqlalchemy.ext.asyncio import create_async_engine

from storage import db
from tests.tools.shop_life import ShopLife
from tools import diaries
from tools.problems import Problem
from tools.rules.calendar import Job

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]


async def live(url: str, *, tried: int = 1, **more: Any) -> None:
    """Play the machine on one connection to the database; hypothesis says how to see a broken promise again."""
    given = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), **more)

    def play(connection: Connection) -> None:
        machine = type("ThisShopsLife", (ShopLife,), {"connection": connection, "tried": tried})
        run_state_machine_as_test(machine, settings=given)

    parsed = db.database_url(url)
    if parsed.drivername == "sqlite":
        engine = db.sqlite_engine(parsed)
        with engine.connect() as connection:
            play(connection)
        engine.dispose()
        return
    async_engine = create_async_engine(parsed)
    async with async_engine.connect() as async_connection:
        await async_connection.run_sync(play)
    await async_engine.dispose()


async def test_a_shops_life_at_random_never_breaks_its_promises(database_url: str) -> None:
    on_a_server = database_url.startswith("postgresql")  # a round trip for every statement
    await live(database_url, max_examples=15 if on_a_server else 30, stateful_step_count=15, derandomize=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_long_life_at_random_never_breaks_its_promises_either(database_url: str) -> None:
    on_a_server = database_url.startswith("postgresql")
    await live(database_url, tried=3, max_examples=25 if on_a_server else 60, stateful_step_count=40, print_blob=True)


def forget_the_gaps(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("tools.diaries.Job", lambda start, end, *_gaps, **_more: Job(start, end))
    return "two visits of one technician overlap"


def forget_to_free(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("tools.cells.free", lambda _ctx, _holder: None)
    return "the cells are not the union"


def forget_the_holds(monkeypatch: pytest.MonkeyPatch) -> str:
    without = select(*[column for column in diaries.TAKEN.selects[0].selected_columns]).where(false())
    monkeypatch.setattr("tools.diaries.TAKEN", union_all(diaries.TAKEN.selects[0], without))
    return "an offered start did not book|SLOT_UNAVAILABLE"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "forget",
    [
        forget_to_free,
        pytest.param(forget_the_gaps, marks=pytest.mark.slow),
        pytest.param(forget_the_holds, marks=pytest.mark.slow),
    ],
)
async def test_the_machine_notices_a_broken_promise(
    database_url: str, monkeypatch: pytest.MonkeyPatch, forget: Callable[[pytest.MonkeyPatch], str]
) -> None:
    said = forget(monkeypatch)
    with pytest.raises((AssertionError, Problem), match=said):
        await live(database_url, max_examples=100, stateful_step_count=15, derandomize=True, phases=[Phase.generate])
