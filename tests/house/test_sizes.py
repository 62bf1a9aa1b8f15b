"""A file that passes 300 lines holds two things, and the second has a name."""

from pathlib import Path

import pytest

from tests.house.plan import ROOT, product_files

LIMIT = 300
# A migration is a record, written once and never edited.
GROWING = [file for file in product_files() if file.parts[:3] != ("storage", "migrations", "versions")]


@pytest.mark.parametrize("file", GROWING, ids=str)
def test_no_file_is_longer_than_its_one_subject(file: Path) -> None:
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) <= LIMIT
