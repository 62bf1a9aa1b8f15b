"""Several real server processes over one database, and as many credentials as a crowd needs."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import open_database
from storage.tables import Org, Service
from storage.tables.credentials import SCOPES
from tests.stories.real_server import RealServer, free_port
from tools import access

ALLOWED = 50  # calls of one credential: each may ask sixty times a minute, in every process
HORIZON = 365  # days ahead that may be booked, so that a long race has days enough
PUBLIC_URL = "http://bluebird.example"


class Fleet(RealServer):
    """`count` processes of the same company; the first works the jobs when `work`, the others never do."""

    def __init__(self, folder: Path, database_url: str, count: int, *, work: bool) -> None:
        super().__init__(folder, database_url, RINGBACK_PUBLIC_URL=PUBLIC_URL)
        self.ports = [free_port() for _ in range(count)]
        self.doors = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.work = work

    @property
    def log(self) -> str:
        """Everything the processes wrote."""
        return (self.folder / "server.log").read_text()

    def begin(self) -> None:
        """Start every process at once, and wait until each is ready."""
        for number, port in enumerate(self.ports):
            alone = [] if self.work and number == 0 else ["--no-worker"]
            command = [sys.executable, "-m", "api", "serve", "--port", str(port), *alone]
            with open(self.folder / "server.log", "ab") as log:
                self.processes.append(
                    subprocess.Popen(command, cwd=self.folder, env=self.environ, stdout=log, stderr=log)
                )
        for process, door in zip(self.processes, self.doors, strict=True):
            self.until(lambda process=process, door=door: self._ready(process, door), within=60)

    def _ready(self, process: subprocess.Popen[bytes], door: str) -> bool:
        assert process.poll() is None, self.log
        try:
            return self.http.get(f"{door}/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def end(self) -> None:
        """Ask every process to stop, and see that it does."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)
        self.http.close()

    def keys(self, count: int) -> list[str]:
        """So many new credentials that may do everything; from now on a year ahead may be booked."""

        def create(session: Session) -> list[str]:
            session.execute(update(Service).values(horizon_days=HORIZON))
            org = session.get_one(Org, self.company["org_id"])
            ctx = Context(session, org, SYSTEM, "console", datetime.now(UTC))
            return [access.create(ctx, "Crowd", SCOPES)[1] for _ in range(count)]

        async def run() -> list[str]:
            db = open_database(self.environ["RINGBACK_DATABASE_URL"])
            try:
                return await db.write(create)
            finally:
                await db.close()

        return asyncio.run(run())


@contextmanager
def running(folder: Path, database_url: str, count: int, *, work: bool) -> Iterator[Fleet]:
    """A fleet that is up, and down again afterwards; nothing it logged may be a bug of ours."""
    fleet = Fleet(folder, database_url, count, work=work)
    try:
        fleet.begin()
        yield fleet
    finally:
        fleet.end()
    assert "Traceback" not in fleet.log
    assert "locked" not in fleet.log


def asked_for(name: str, usual: int) -> int:
    """A number this run may be given in the environment: more slots, more calls."""
    return int(os.environ.get(name, usual))
