"""What is installed is ours and whole, and the top of the repository holds what belongs there."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.plan import ROOMS, ROOT

TOP = {
    *ROOMS,
    *(".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "pyproject.toml", "tests"),
    *("requirements.lock", "requirements-dev.lock", "uv.bootstrap.lock"),
}


def kept_files() -> list[Path]:
    """Every file git keeps or would keep, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    return [Path(line) for line in listed.stdout.decode().splitlines() if (ROOT / line).exists()]


@pytest.mark.parametrize("room", ROOMS)
def test_the_package_of_this_name_is_ours(room: str) -> None:
    assert importlib.import_module(room).__file__ == str(ROOT / room / "__init__.py")


def test_every_folder_of_a_package_is_a_package() -> None:
    folders = {file.parent for file in kept_files() if file.parts[0] in ROOMS}
    assert {folder for folder in folders if not (ROOT / folder / "__init__.py").exists()} == set()


def test_the_top_of_the_repository_holds_nothing_else() -> None:
    assert {file.parts[0] for file in kept_files()} - TOP == set()


def test_the_wheel_holds_every_file_of_every_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert {str(file) for file in kept_files() if file.parts[0] in ROOMS} - packed == set()
