"""A real server of its own for the demo, and what providers would post to it, signed as they sign.

The server is a subprocess in the sandbox, on a free loopback port, over a fresh database in a temporary folder. It sees
none of the caller's settings, so a demo never spends a key and never reaches a customer.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx2

from api.demo_company import seed
from api.settings import NAMES, read_settings
from api.signatures import retell_digest, twilio_signature
from api.starting import prepare_schema

T = TypeVar("T")

START = "2026-11-21T10:00:00-06:00"  # a Saturday morning in Austin, five days before Thanksgiving
READY_WITHIN = 75.0  # the first start after an install compiles every module, on a busy machine for half a minute
ANSWER_WITHIN = 30.0
LOOK_FIRST, LOOK_LAST = 0.1, 1.5  # seconds between looks; a credential may ask sixty times a minute


class Missing(Exception):
    """Something the demo waits for did not come; the text says what."""


class Rehearsal:
    """One running server with the demo company. `company` is what `seed-demo` tells, `url` its public address."""

    def __init__(self, url: str, company: dict[str, Any], twilio_token: str, retell_key: str) -> None:
        self.url = url
        self.company = company
        self._twilio_token = twilio_token
        self._retell_key = retell_key
        self._http = httpx2.Client(base_url=url, timeout=ANSWER_WITHIN)
        self._sids = 0

    def twilio(self, path: str, sender: str, **fields: str) -> str:
        """Post a form as Twilio does, from `sender` (E.164) to the shop; the TwiML. Raises Missing for a refusal."""
        form = {"AccountSid": "AC" + "0" * 32, "From": sender, "To": self.company["phone_number"], **fields}
        signature = twilio_signature(self._twilio_token, f"{self.url}/api/twilio{path}", form.items())
        answer = self._http.post(f"/api/twilio{path}", data=form, headers={"X-Twilio-Signature": signature})
        return self._read(answer, f"Twilio's post to {path}")

    def text(self, sender: str, body: str) -> None:
        """A homeowner's text comes in."""
        self._sids += 1
        self.twilio("/sms/inbound", sender, MessageSid=f"SM{self._sids:032d}", Body=body, NumMedia="0")

    def voice(self, tool: str, call: dict[str, str], **args: str) -> str:
        """A voice agent calls one of its tools, in Retell's envelope and with its signature; the sentence to speak."""
        body = json.dumps({"name": tool, "call": call, "args": args}).encode()
        milliseconds = int(time.time() * 1000)
        headers = {
            "Authorization": f"Bearer {self.company['credentials']['voice']}",
            "Content-Type": "application/json",
            "X-Retell-Signature": f"v={milliseconds},d={retell_digest(self._retell_key, body, milliseconds)}",
        }
        answer = self._http.post(f"/api/v1/scheduling/voice/{tool}", content=body, headers=headers)
        return self._read(answer, f"the voice tool {tool}")

    def get(self, path: str, **query: str | int) -> Any:
        """Read one of the JSON doors with the demo's full credential."""
        headers = {"Authorization": f"Bearer {self.company['credentials']['full']}"}
        return json.loads(self._read(self._http.get(path, params=query, headers=headers), path))

    def texts_to(self, phone: str) -> list[dict[str, Any]]:
        """What the sandbox kept of the texts to `phone` (E.164) that went out, oldest first."""
        listed = self.get("/api/v1/messages", direction="out", to=phone, size=100)["messages"]
        return sorted((one for one in listed if one["sent_at"]), key=lambda one: str(one["sent_at"]))

    def now(self) -> datetime:
        """The sandbox's clock, aware."""
        return datetime.fromisoformat(json.loads(self._read(self._http.get("/api/sandbox/clock"), "the clock"))["now"])

    def pass_time(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self._read(self._http.post("/api/sandbox/clock", json={"advance_seconds": seconds}), "the clock")

    def wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        """Look until something is there; raises Missing, naming `what`, when it does not come."""
        until, pause = time.monotonic() + ANSWER_WITHIN, LOOK_FIRST
        while time.monotonic() < until:
            found = look()
            if found:
                return found
            time.sleep(pause)
            pause = min(pause * 1.5, LOOK_LAST)
        raise Missing(f"{what} did not come within {ANSWER_WITHIN:.0f} seconds")

    def _read(self, answer: httpx2.Response, what: str) -> str:
        if answer.status_code != 200:
            raise Missing(f"{what} was answered {answer.status_code}: {answer.text[:200]}")
        return answer.text


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """Start a server of our own and stop it at the end. Raises Missing when it does not come up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="ringback-demo-", ignore_cleanup_errors=True) as folder:
        ours = {
            "RINGBACK_DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "RINGBACK_NOW": START,
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "RETELL_API_KEY": f"key_{secrets.token_hex(16)}",
        }
        settings = read_settings(ours, port=port)
        prepare_schema(settings.database_url)
        company = seed(settings)
        kept = {name: value for name, value in os.environ.items() if name not in NAMES}
        python_path = str(Path(__file__).parents[1])
        server = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--port", str(port)],
            cwd=folder,  # so that no .env of the caller's is read either
            env={**kept, **ours, "PYTHONPATH": python_path},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(settings.public_url, server)
            yield Rehearsal(settings.public_url, company, ours["TWILIO_AUTH_TOKEN"], ours["RETELL_API_KEY"])
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Until /readyz says yes. Raises Missing when the server ends or takes too long."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Missing(f"the server ended at once with code {server.returncode}")
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    server.kill()  # an interrupt would print where it stood
    raise Missing(f"the server was not ready within {READY_WITHIN:.0f} seconds; try again on a quieter machine")
