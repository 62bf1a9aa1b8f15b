"""The chaos run as tests: a short one always, the whole one in the slow tier (`make chaos` prints its table)."""

import random
from pathlib import Path

import pytest

from tests.chaos.havoc import FULL, SHORT, havoc
from tests.chaos.provider import BADLY, KINDLY

pytestmark = pytest.mark.anyio


@pytest.mark.engines("sqlite")
@pytest.mark.timeout(240)
async def test_thirty_texts_come_once_though_the_server_is_killed(database_url: str, tmp_path: Path) -> None:
    found = await havoc(tmp_path, database_url, "sqlite", SHORT, 20261121, KINDLY)
    assert found.fine, str(found)


@pytest.mark.slow
@pytest.mark.engines("sqlite", "postgres")
@pytest.mark.timeout(600)
async def test_five_hundred_texts_come_once_whatever_happens(database_url: str, tmp_path: Path) -> None:
    engine = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    found = await havoc(tmp_path, database_url, engine, FULL, random.randrange(10_000), BADLY)
    assert found.fine, str(found)
