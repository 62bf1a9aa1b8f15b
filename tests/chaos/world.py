"""The processes under test: one server with its worker on SQLite, a server and two workers on PostgreSQL."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage.context import SYSTEM, Context
from storage.db import Database, open_database
from storage.tables import Org
from storage.tables.credentials import SCOPES
from tests.chaos.provider import ACCOUNT
from tests.chaos.wire import TOKEN, ask, post_form
from tests.stories.real_server import SHOP, RealServer
from tools import access

TICKS = os.sysconf("SC_CLK_TCK")
# The clock is the real one: the night must not hold back what is counted, and visits lie weeks ahead.
OPEN_ALL_NIGHT = (
    "update orgs set quiet_from = '00:00', quiet_until = '00:00'",
    "update services set horizon_days = 365",
)


class World(RealServer):
    """A live company (no sandbox, the real clock) whose texts go to a provider of ours; processes have names."""

    db: Database

    def __init__(self, folder: Path, database_url: str, provider_url: str) -> None:
        super().__init__(
            folder,
            database_url,
            RINGBACK_SANDBOX="0",
            RINGBACK_NOW="",
            TWILIO_ACCOUNT_SID=ACCOUNT,
            TWILIO_AUTH_TOKEN=TOKEN,
            TWILIO_BASE_URL=provider_url,
        )
        serve = ["-m", "api", "serve", "--port", str(self.port)]
        self.commands = {"server": serve}
        if make_url(database_url).get_backend_name() == "postgresql":
            work = ["-m", "api", "worker"]
            self.commands = {"server": [*serve, "--no-worker"], "worker 1": work, "worker 2": work}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started_in = 0.0  # seconds the server last took to come up
        self._spent = dict.fromkeys(self.commands, 0.0)

    def launch(self, name: str) -> None:
        """Start one of the processes."""
        with open(self.folder / "server.log", "ab") as log:
            command = [sys.executable, *self.commands[name]]
            self.running[name] = subprocess.Popen(command, cwd=self.folder, env=self.environ, stdout=log, stderr=log)

    async def ready(self, within: float = 120) -> None:
        """Wait until the server answers."""
        began = time.monotonic()
        until = began + within
        while (await ask("GET", f"{self.url}/readyz"))[0] != 200:
            assert self.running["server"].poll() is None, self.log
            assert time.monotonic() < until, self.log
            await asyncio.sleep(0.05)
        self.started_in = time.monotonic() - began

    def cut(self, name: str) -> None:
        """What the machine does to this process when the power goes."""
        self._spent[name] += self._cpu(name)
        self.running[name].kill()
        self.running[name].wait()

    async def end(self) -> None:
        """Ask every process to stop, and see that it does."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            await asyncio.to_thread(process.wait, 40)
        self.http.close()
        await self.db.close()

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each process so far, those of its killed forerunners included."""
        return {name: self._spent[name] + self._cpu(name) for name in self.running}

    def _cpu(self, name: str) -> float:
        fields = Path(f"/proc/{self.running[name].pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def log(self) -> str:
        """Everything the processes wrote."""
        return (self.folder / "server.log").read_text()

    def bugs(self) -> list[str]:
        """The lines of the log that speak of a bug of ours."""
        return [line for line in self.log.splitlines() if re.search("^bug |^job .* failed: |Traceback", line)]

    async def select(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database itself, whichever it is."""
        return await self.db.read(lambda session: [tuple(row) for row in session.execute(text(query), values)])

    async def change(self, *statements: str, **values: Any) -> None:
        """Change rows behind the product's back, in one transaction."""

        def unit(session: Session) -> None:
            for statement in statements:
                session.execute(text(statement), values)

        await self.db.write(unit)

    async def keys(self, count: int) -> list[str]:
        """So many new credentials that may do everything."""

        def unit(session: Session) -> list[str]:
            ctx = Context(session, session.get_one(Org, self.company["org_id"]), SYSTEM, "console", datetime.now(UTC))
            return [access.create(ctx, "Crowd", SCOPES)[1] for _ in range(count)]

        return await self.db.write(unit)

    async def missed(self, caller: str, sid: str) -> int:
        """A call nobody took."""
        given = {"CallSid": sid, "From": caller, "To": SHOP, "CallStatus": "in-progress", "DialCallStatus": "no-answer"}
        return await post_form(f"{self.url}/api/twilio/voice/dial-complete", given)

    async def texted(self, sender: str, body: str, sid: str) -> int:
        """A homeowner's text."""
        given = {"MessageSid": sid, "From": sender, "To": SHOP, "Body": body, "NumMedia": "0"}
        return await post_form(f"{self.url}/api/twilio/sms/inbound", given)


@asynccontextmanager
async def world(folder: Path, database_url: str, provider_url: str) -> AsyncIterator[World]:
    """A World that is up, and down again afterwards."""
    made = await asyncio.to_thread(World, folder, database_url, provider_url)
    made.db = open_database(database_url)
    await made.change(*OPEN_ALL_NIGHT)
    try:
        for name in made.commands:
            made.launch(name)
        await made.ready()
        yield made
    finally:
        await made.end()
