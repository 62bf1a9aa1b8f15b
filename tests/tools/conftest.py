"""Acts are tested in one whole process, over a database of their own."""

from collections.abc import AsyncIterator

import pytest

from storage.db import Database
from tests.fakes import Shop, open_shop
from tests.people import Office


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """The demo company in the sandbox, Saturday 10:00 in Austin, nobody's signature checked."""
    async with open_shop(database_url) as opened:
        yield opened


@pytest.fixture
def office(db: Database) -> Office:
    """The same company for acts alone: one transaction at a time, and a clock that is set by hand."""
    return Office(db)
