"""The schema goes up, down and up again, with a company in it."""

import asyncio

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import text

from storage import migrate
from storage.db import open_database
from tests.people import bluebird


def run(url: str, unit: object) -> object:
    async def once() -> object:
        db = open_database(url)
        try:
            return await db.write(unit)  # type: ignore[arg-type]
        finally:
            await db.close()

    return asyncio.run(once())


@pytest.mark.engines("sqlite", "postgres")
def test_the_tables_in_code_are_the_tables_in_the_database(database_url: str) -> None:
    migrate.check(database_url)


@pytest.mark.engines("sqlite", "postgres")
def test_the_check_notices_a_column_too_many(database_url: str) -> None:
    run(database_url, lambda s: s.execute(text("ALTER TABLE orgs ADD COLUMN stray INTEGER")) and None)
    with pytest.raises(CommandError):
        migrate.check(database_url)


@pytest.mark.engines("sqlite", "postgres")
def test_the_schema_goes_down_and_up_again_with_bluebird_in_it(database_url: str) -> None:
    run(database_url, bluebird)
    assert migrate.standing(database_url) == "current"
    migrate.downgrade(database_url, "base")
    assert migrate.standing(database_url) == "empty"
    migrate.upgrade(database_url)
    assert migrate.standing(database_url) == "current"
    migrate.check(database_url)
    run(database_url, bluebird)


@pytest.mark.engines("sqlite", "postgres")
def test_a_database_of_the_first_release_keeps_its_rows_on_the_way_up(database_url: str) -> None:
    run(database_url, bluebird)
    migrate.downgrade(database_url, "0001")
    assert migrate.standing(database_url) == "older"
    migrate.upgrade(database_url)
    migrate.check(database_url)
    names = run(database_url, lambda s: s.execute(text("SELECT name FROM services ORDER BY name")).scalars().all())
    assert names == ["Diagnostic visit", "Water heater install"]
    assert run(database_url, lambda s: s.execute(text("SELECT count(*) FROM technicians")).scalar()) == 2


@pytest.mark.engines("sqlite", "postgres")
def test_upgrading_twice_keeps_the_rows(database_url: str) -> None:
    run(database_url, bluebird)
    migrate.upgrade(database_url)
    assert run(database_url, lambda s: s.execute(text("SELECT count(*) FROM technicians")).scalar()) == 2


@pytest.mark.engines("sqlite", "postgres")
def test_a_schema_of_the_future_is_unknown(database_url: str) -> None:
    run(database_url, lambda s: s.execute(text("UPDATE alembic_version SET version_num = '9999'")) and None)
    assert migrate.standing(database_url) == "unknown"


@pytest.mark.engines("sqlite")
def test_a_database_of_somebody_else_is_unknown(database_url: str) -> None:
    run(database_url, lambda s: s.execute(text("DROP TABLE alembic_version")) and None)
    assert migrate.standing(database_url) == "unknown"
