"""What a command loads before it does anything, for a person waits for it; and what it says when it cannot begin."""

import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize("command", [["serve", "--port", "1"], ["migrate"], ["credential", "list"]])
def test_a_database_that_does_not_answer_is_one_line_without_its_password(command: list[str]) -> None:
    there = {
        "RINGBACK_DATABASE_URL": "postgresql://ringback:s3cret@127.0.0.1:1/ringback",
        "RINGBACK_SECRET_KEY": "k" * 32,
    }
    run = [sys.executable, "-m", "api", *command]
    done = subprocess.run(run, capture_output=True, text=True, check=False, env={**os.environ, **there})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("ringback: The database does not answer (ConnectionRefusedError).")
    assert ("s3cret" in done.stderr, done.stderr.count("\n")) == (False, 1)


def test_who_runs_the_server_makes_an_owner_a_link_for_a_new_password(tmp_path: Path) -> None:
    there = {
        **os.environ,
        "RINGBACK_DATABASE_URL": f"sqlite:///{tmp_path}/ringback.db",
        "RINGBACK_SECRET_KEY": "k" * 32,
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "api", *command]
        return subprocess.run(line, capture_output=True, text=True, check=False, env=there)

    assert run("seed-demo").returncode == 0
    assert "/console/invite/" in run("password", "owner@bluebird.example").stdout
    nobody = run("password", "nobody@bluebird.example")
    assert (nobody.returncode, nobody.stderr) == (
        2,
        "ringback: Nobody of the staff has this address. Check its spelling.\n",
    )
