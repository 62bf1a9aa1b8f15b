"""Who may import whom: api → agent → tools → storage, prompts; and every vendor comes in by one door."""

import sys
from pathlib import Path

import pytest

from tests.house.plan import ROOMS, imports, lies_in, product_files, tree

MAY_IMPORT = {
    "api": {"api", "agent", "tools", "prompts", "storage"},
    "agent": {"agent", "tools", "prompts", "storage"},
    "tools": {"tools", "prompts", "storage"},
    "storage": {"storage"},
    "prompts": {"prompts"},
}
PURE = {"phonenumbers", "holidays"}  # what a rule may use besides the standard library
DOORS = {
    "fastapi": ("api/",),
    "starlette": ("api/",),
    "twilio": ("api/twilio.py",),
    "openai": ("agent/model.py",),
    "jinja2": ("prompts/", "api/console/", "api/book/"),
    "sqlalchemy": ("storage/", "tools/"),
}
EVERYWHERE = {"sqlalchemy.orm.Session"}  # the type of what `Database.read` and `write` hand to a unit
NOT_UNDERSTOOD_YET = {"utils", "helpers", "common", "constants", "types", "base", "manager", "service"}

every_file = pytest.mark.parametrize("file", product_files(), ids=str)


@every_file
def test_no_room_imports_from_above(file: Path) -> None:
    ours = {name for name in imports(file) if name.split(".")[0] in ROOMS}
    assert {name for name in ours if name.split(".")[0] not in MAY_IMPORT[file.parts[0]]} == set()


@every_file
def test_a_vendor_comes_in_by_its_door(file: Path) -> None:
    wrong = {
        name
        for name in set(imports(file)) - EVERYWHERE
        for vendor, doors in DOORS.items()
        if lies_in(name, vendor) and not str(file).startswith(doors)
    }
    assert wrong == set()


@pytest.mark.parametrize("file", [file for file in product_files() if file.parts[:2] == ("tools", "rules")], ids=str)
def test_a_rule_is_pure(file: Path) -> None:
    outside = {
        name
        for name in imports(file)
        if not lies_in(name, "tools.rules") and name.split(".")[0] not in PURE | sys.stdlib_module_names
    }
    assert outside == set()


@every_file
def test_a_file_is_named_after_what_it_is(file: Path) -> None:
    assert file.stem not in NOT_UNDERSTOOD_YET


@every_file
def test_imports_from_elsewhere_are_asked_for_by_name(
    file: Path, required: set[str], providers: dict[str, set[str]]
) -> None:
    outside = {name.split(".")[0] for name in imports(file)} - set(ROOMS) - set(sys.stdlib_module_names)
    assert {name for name in outside if required.isdisjoint(providers.get(name, ()))} == set()


def test_the_tests_see_the_product() -> None:
    assert all(any(file.parts[0] == room for file in product_files()) for room in ROOMS)
    assert tree(Path("storage/db.py")).body
