"""`ringback chat`: a homeowner's evening in the terminal."""

import subprocess
import sys
from pathlib import Path

from tests.stories.real_server import RealServer

SAID = "my furnace is out, 12 Oak St 78701\ntuesday at 9 please\nyes\nquit\n"


def chat(tmp_path: Path, said: str) -> tuple[RealServer, subprocess.CompletedProcess[str]]:
    """A seeded database with no server running, and what the terminal showed."""
    house = RealServer(tmp_path, f"sqlite:///{tmp_path}/ringback.db")
    house.http.close()
    command = [sys.executable, "-m", "api", "chat"]
    done = subprocess.run(
        command, cwd=tmp_path, env=house.environ, input=said, capture_output=True, text=True, timeout=60
    )
    return house, done


def test_a_visit_can_be_booked_in_the_terminal(tmp_path: Path) -> None:
    house, done = chat(tmp_path, SAID)
    assert done.returncode == 0, done.stderr
    assert "Tuesday, November 24 at 9:00 AM" in done.stdout
    assert house.rows("select status, start_at from bookings") == [("confirmed", "2026-11-24 15:00:00.000000")]


def test_the_end_of_input_ends_the_chat(tmp_path: Path) -> None:
    assert chat(tmp_path, "")[1].returncode == 0
