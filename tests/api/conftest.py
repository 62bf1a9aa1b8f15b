"""The doors' tests talk to one whole process, over a database of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes import Shop, open_shop


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """The demo company in the sandbox, Saturday 10:00 in Austin, nobody's signature checked."""
    async with open_shop(database_url) as opened:
        yield opened
