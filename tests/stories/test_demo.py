"""`ringback demo`: it ends well, it can be read, and its server fits on a small machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.real_server import ROOT, RealServer

MEGABYTES = 150


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `ringback demo` prints, run as a person would, with keys in the environment that it must not use."""
    environ = {
        "PATH": "",
        "PYTHONPATH": str(ROOT),
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "TWILIO_AUTH_TOKEN": "x",
    }
    command = [sys.executable, "-m", "api", "demo"]
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_row_it_speaks_of_is_there(page: str) -> None:
    assert page.count("\n          ok           ") == 5


def test_it_fits_a_hundred_columns(page: str) -> None:
    assert [line for line in page.splitlines() if len(line) > 100] == []


def test_it_holds_no_colours_when_nobody_watches(page: str) -> None:
    assert "\x1b" not in page


@pytest.mark.parametrize("said", ["Sorry we missed your call", "Booked! ", "Rescheduled! ", "Cancelled! ", "http://"])
def test_it_shows_what_was_said(said: str, page: str) -> None:
    assert said in page


def test_a_server_at_rest_stays_below_150_megabytes(module_server: RealServer) -> None:
    assert module_server.process is not None
    status = Path(f"/proc/{module_server.process.pid}/status")
    if not status.exists():
        pytest.skip("this system tells no process's memory in /proc")
    (resident,) = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    assert int(resident) < MEGABYTES * 1024
