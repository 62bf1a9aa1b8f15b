"""The JSON doors under schemathesis, at length: no bug of ours, no undocumented answer, nothing wrong let through."""

import os
import random
from pathlib import Path

import pytest

from tests.slow.desk import ask, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.engines("sqlite"), pytest.mark.timeout(900)]


@pytest.mark.parametrize("phases", ["examples,coverage,fuzzing", "stateful"])
def test_nothing_a_machine_thinks_of_breaks_the_json_doors(
    database_url: str, tmp_path: Path, phases: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FUZZ_SEED", random.randrange(10**6)))
    with open_desk(database_url) as desk:
        asked, found = ask(desk, tmp_path, seed=seed, examples=40, phases=phases)
    with capsys.disabled():
        print(f"\n{phases}: {asked} requests, FUZZ_SEED={seed}")  # noqa: T201 - how to see a finding again
    assert not found, found
    assert asked > 1000
