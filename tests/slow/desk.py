"""A real server with the demo company and some life in it, for schemathesis to ask; and schemathesis asking.

The limit of requests a minute is lifted here, by hand: a fuzzer asks a thousand times a minute.
"""

import asyncio
import dataclasses
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.limits import RateLimits
from api.settings import Settings
from storage.context import SYSTEM, Context
from storage.seed import seed_demo
from storage.tables.credentials import SCOPES
from tests.api.doors import visit_body
from tests.fakes import SARAH, SATURDAY, SHOP
from tools import access

UNLIMITED = 10**9
# Not asked: the voice door speaks text and answers 200 to everything; the sandbox's clock would run away.
LEFT_OUT = "/voice/|/api/sandbox/"
# Texts, dates and rules are more than a JSON schema can say, so a body that fits may still be refused (400, 409, 422).
UNCHECKED = "positive_data_acceptance"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the server listens, and the credential with every scope that asks it."""

    url: str
    secret: str
    credential_id: str


@contextmanager
def open_desk(database_url: str) -> Iterator[Desk]:
    """The server in a thread over an empty, migrated database; one lead, visit, call and conversation are there."""
    app = create_app(Settings(database_url=database_url, secret_key="k" * 32, now=SATURDAY), work=False)
    usual, made = app.router.lifespan_context, list[tuple[str, str]]()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with usual(app):
            house = dataclasses.replace(app.state.house, limits=RateLimits(UNLIMITED, UNLIMITED))
            app.state.house = house
            org = await house.db.write(lambda session: seed_demo(session, SATURDAY))

            def credential(ctx: Context) -> tuple[str, str]:
                row, secret = access.create(ctx, "Fuzzer", SCOPES)
                return row.id, secret

            made.append(await house.write(org, credential, actor=SYSTEM))
            yield

    app.router.lifespan_context = lifespan
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not (server.started and server.servers):
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    (credential_id, secret), url = made[0], f"http://127.0.0.1:{port}"
    with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}) as client:
        text = {"MessageSid": "SM1", "From": SARAH, "To": SHOP, "Body": "No heat", "NumMedia": "0"}
        call = {"CallSid": "CA1", "From": "+15125550143", "To": SHOP, "DialCallStatus": "no-answer"}
        client.post("/api/twilio/sms/inbound", data=text)
        client.post("/api/twilio/voice/dial-complete", data=call)
        client.post("/api/private/v1/bookings", json=visit_body()).raise_for_status()
    yield Desk(url, secret, credential_id)
    server.should_exit = True
    thread.join()


def ask(desk: Desk, folder: Path, *, seed: int, examples: int, phases: str) -> tuple[int, str]:
    """Have schemathesis ask every operation; (how many requests it made, what it found: empty when nothing).

    `phases` is a comma-separated list of its examples, coverage, fuzzing and stateful; `examples` a number for each
    operation in the last two. What it prints can be replayed with the same seed.
    """
    config = folder / "schemathesis.toml"
    config.write_text(f'hooks = "tests.slow.own_key"\n[checks]\n{UNCHECKED}.enabled = false\n')
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
        *(f"{desk.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {desk.secret}"),
        *("--exclude-path-regex", LEFT_OUT, "--seed", str(seed), "--max-examples", str(examples), "--phases", phases),
        *("--continue-on-failure", "--no-color", "--warnings", "off", "--generation-database", "none"),
    ]
    environment = {**os.environ, "FUZZER_CREDENTIAL": desk.credential_id, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    cases = re.search(r"(\d+) generated", done.stdout)
    if cases is None:
        raise RuntimeError(f"schemathesis did not run:\n{done.stdout}\n{done.stderr}")
    if done.returncode == 0:
        return int(cases[1]), ""
    begins = done.stdout.find("=== FAILURES") if "=== FAILURES" in done.stdout else done.stdout.find("=== ERRORS")
    return int(cases[1]), done.stdout[max(begins, 0) :]
