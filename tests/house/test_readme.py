"""The README and the operations manual agree with what the code reads and runs."""

import re

import pytest
import typer
from typer.main import get_command

from tests.house.plan import ROOT

# The manual's tables: scripts outside the project rely on these names.
SETTINGS = {
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "RETELL_API_KEY",
    "RINGBACK_DATABASE_URL",
    "RINGBACK_MODEL",
    "RINGBACK_MODEL_API",
    "RINGBACK_MODEL_EFFORT",
    "RINGBACK_NOW",
    "RINGBACK_PUBLIC_URL",
    "RINGBACK_SANDBOX",
    "RINGBACK_SECRET_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
}
COMMANDS = {
    "chat",
    "credential create",
    "credential list",
    "credential revoke",
    "demo",
    "doctor",
    "eval",
    "init",
    "migrate",
    "password",
    "seed-demo",
    "serve",
    "tools export",
    "understand",
    "worker",
}
TARGETS = {"install", "demo", "serve", "test", "check", "bench", "chaos", "scorecard", "lock"}


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_of_the_manual_is_read() -> None:
    from api.settings import NAMES

    assert set(NAMES) >= SETTINGS


def test_the_readme_names_every_setting(readme: str) -> None:
    from api.settings import NAMES

    assert {name for name in NAMES if not re.search(rf"\b{name}\b", readme)} == set()


def test_the_commands_are_those_of_the_manual() -> None:
    from api.__main__ import app

    assert isinstance(app, typer.Typer)
    names = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        names |= {f"{name} {inner}" for inner in getattr(command, "commands", {})} or {name}
    assert names == COMMANDS


def test_the_make_targets_are_those_of_the_manual() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == TARGETS
