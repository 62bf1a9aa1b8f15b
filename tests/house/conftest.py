import re
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.house.plan import ROOT


@pytest.fixture(scope="session")
def required() -> set[str]:
    """The names of the packages that pyproject.toml asks for at run time, in lower case."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in project["dependencies"]}


@pytest.fixture(scope="session")
def providers() -> dict[str, set[str]]:
    """Which installed packages bring a top-level module, in lower case; reading that takes a moment."""
    return {module: set(map(str.lower, packages)) for module, packages in packages_distributions().items()}
