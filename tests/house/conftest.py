import re
import tomllib

import pytest

from tests.house.plan import ROOT


@pytest.fixture(scope="session")
def required() -> set[str]:
    """The names of the packages that pyproject.toml asks for at run time, in lower case."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in project["dependencies"]}
