"""The doors' tests talk to one whole process, over a database of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.api.console_staff import Desk, desk_of
from tests.fakes import Shop, open_shop


@pytest.fixture
async def shop(database_url: str, anyio_backend: str) -> AsyncIterator[Shop]:
    """The demo company in the sandbox, Saturday 10:00 in Austin, nobody's signature checked."""
    async with open_shop(database_url) as opened:
        yield opened


@pytest.fixture
async def mia(shop: Shop) -> Desk:
    """Mia, the owner, signed in to the console at her own browser."""
    return await desk_of(shop, "mia@bluebird.example", "Mia", "owner")


@pytest.fixture
async def ken(shop: Shop) -> Desk:
    """Ken, an agent who is in no team, signed in at his."""
    return await desk_of(shop, "ken@bluebird.example", "Ken", "agent")


@pytest.fixture
async def ruth(shop: Shop) -> Desk:
    """Ruth, a supervisor who is in no team, signed in at hers."""
    return await desk_of(shop, "ruth@bluebird.example", "Ruth", "supervisor")
