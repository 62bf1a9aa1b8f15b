"""What every test may ask for: an empty, migrated database on each engine, and anyio's asyncio backend.

A test that asks for `database_url` or `db` runs on SQLite and on PostgreSQL; `@pytest.mark.engines("sqlite")` on the
test, or `pytestmark = pytest.mark.engines(...)` on its module, says which. "aiosqlite" is the way PostgreSQL goes, on a
SQLite file: what is asked of a `Database`, of races and of one door is asked of it, too.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import postgres, statements

if TYPE_CHECKING:
    from storage.db import Database

ENGINES = ("sqlite", "postgres")
# What takes long begins first, so that no process ends its half of a run minutes after the other.
LONG = tuple(
    f"tests/{place}"
    for place in ("stories/", "parallel/", "chaos/", "browser/", "tools/test_booking_life", "api/test_fuzzed")
)
IN_MEMORY = Path("/dev/shm")  # where there is one: a commit to a disk waits for it, five to ten milliseconds
DRIVERS = {"sqlite": "sqlite", "aiosqlite": "sqlite+aiosqlite"}


def pytest_configure(config: pytest.Config) -> None:
    statements.share()
    config.option.loadscopereorder = False  # of pytest-xdist: it would begin with the files that have most tests
    if not hasattr(config, "workerinput"):
        postgres.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_run()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


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


@pytest.fixture(scope="session")
def postgres_shelf() -> Iterator[postgres.Shelf]:
    """PostgreSQL databases with the newest schema and no rows, one at a time."""
    if postgres.server_url() is None:
        pytest.skip(postgres.MISSING)
    from storage.migrate import upgrade

    template = postgres.template_database(upgrade)
    shelf = postgres.Shelf(template, f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    yield shelf
    shelf.clear()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of an empty database of this test's own, at the newest schema."""
    engine: str = request.param
    if engine != "postgres":
        with tempfile.TemporaryDirectory(dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None) as folder:
            shutil.copyfile(request.getfixturevalue("migrated_sqlite_file"), f"{folder}/ringback.db")
            yield f"{DRIVERS[engine]}:///{folder}/ringback.db"
        return
    shelf: postgres.Shelf = request.getfixturevalue("postgres_shelf")
    yield shelf.lend()
    shelf.take_back()


@pytest.fixture
async def db(database_url: str, anyio_backend: str) -> AsyncIterator["Database"]:
    """The open `Database` at `database_url`."""
    from storage.db import open_database

    database = open_database(database_url)
    yield database
    await database.close()
