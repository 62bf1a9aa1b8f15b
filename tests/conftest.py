"""What every test may ask for: an empty, migrated database on each engine, and anyio's asyncio backend.

A test that asks for `database_url` or `db` runs on all three engines; `@pytest.mark.engines("sqlite")` on the test, or
`pytestmark = pytest.mark.engines(...)` on its module, says which.
"""

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres

if TYPE_CHECKING:
    from storage.db import Database

ENGINES = ("sqlite", "aiosqlite", "postgres")
DRIVERS = {"sqlite": "sqlite", "aiosqlite": "sqlite+aiosqlite"}
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_run()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        wanted = metafunc.definition.get_closest_marker("engines")
        metafunc.parametrize("database_url", wanted.args if wanted else ENGINES, indirect=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests and fixtures run on asyncio, the only loop the drivers support."""
    return "asyncio"


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows, to be copied."""
    from storage.migrate import upgrade

    file = tmp_path_factory.mktemp("migrated") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database of this test's own, at the newest schema."""
    engine: str = request.param
    if engine != "postgres":
        file = tmp_path / "ringback.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite_file"), file)
        yield f"{DRIVERS[engine]}:///{file}"
        return
    if postgres.server_url() is None:
        pytest.skip(postgres.MISSING)
    from storage.migrate import upgrade

    template = postgres.template_database(upgrade)
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_numbers)}"
    yield postgres.create_database(name, template)
    postgres.drop_database(name)


@pytest.fixture
async def db(database_url: str, anyio_backend: str) -> AsyncIterator["Database"]:
    """The open `Database` at `database_url`."""
    from storage.db import open_database

    database = open_database(database_url)
    yield database
    await database.close()
