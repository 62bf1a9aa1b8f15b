"""The JSON doors under schemathesis, at length: no bug of ours, no undocumented answer, nothing wrong let through."""

import os
import random
from pathlib import Path

import pytest

from tests.slow.desk import ask, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.engines("sqlite"), pytest.mark.timeout(900)]


@pytest.mark.parametrize(("phases", "examples"), [("examples,coverage,fuzzing", 40), ("stateful", 150)])
def test_nothing_a_machine_thinks_of_breaks_the_json_doors(
    database_url: str, tmp_path: Path, phases: str, examples: int, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FUZZ_SEED", random.randrange(10**6)))
    with open_desk(database_url) as desk:
        asked, found = ask(desk, tmp_path, seed=seed, examples=examples, phases=phases)
    with capsys.disabled():
        print(f"\n{phases}: {asked} requests, FUZZ_SEED={seed}")  # noqa: T201 - how to see a finding again
    assert not found, found
    assert asked > 500
