"""What a command loads before it does anything: a person waits for it."""

import subprocess
import sys

import pytest

SLOW_TO_LOAD = {"alembic", "fastapi", "jinja2", "openai", "sqlalchemy", "twilio", "uvicorn"}


def loaded(*modules: str) -> set[str]:
    """What a new interpreter holds once it has imported these."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_help_loads_no_database_and_no_web_framework() -> None:
    assert loaded("api.__main__") & SLOW_TO_LOAD == set()


def test_understanding_loads_no_database_and_no_web_framework() -> None:
    assert loaded("api.__main__", "agent.hearing") & SLOW_TO_LOAD == set()


@pytest.mark.parametrize("module", ["api.doctor", "api.founded"])
def test_doctor_and_init_load_no_web_framework(module: str) -> None:
    assert loaded(module) & (SLOW_TO_LOAD - {"sqlalchemy"}) == set()
