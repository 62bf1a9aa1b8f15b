"""The JSON doors under schemathesis, for some seconds: no bug, no undocumented answer. tests/slow asks longer."""

from pathlib import Path

import pytest

from tests.slow.desk import ask, open_desk

pytestmark = pytest.mark.engines("sqlite")


def test_a_few_questions_for_every_operation_find_nothing(database_url: str, tmp_path: Path) -> None:
    with open_desk(database_url) as desk:
        asked, found = ask(desk, tmp_path, seed=20261121, examples=4, phases="examples,fuzzing")
    assert not found, found
    assert asked > 300
