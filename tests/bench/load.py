"""A closed-loop HTTP client on bare sockets, and what it saw: answers, latencies, and the server's CPU time."""

import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to be sent."""

    method: str
    path: str
    secret: str = ""
    body: Any = None

    def raw(self) -> bytes:
        """Its bytes on the wire."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.secret}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run showed: latencies in milliseconds (ascending), statuses, CPU ms a request, requests a second."""

    times: list[float]
    statuses: Counter[int]
    bodies: list[bytes]
    cpu: float
    rate: float

    def at(self, share: float) -> float:
        """A percentile of the latencies in milliseconds: 0.5 is the median."""
        return self.times[min(len(self.times) - 1, math.ceil(share * len(self.times)) - 1)]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server process, and the data folder of the PostgreSQL whose CPU time counts with it."""

    port: int
    postgres: Path | None

    async def cpu(self) -> float:
        """CPU seconds of the server, and of its database's processes."""
        seen = await _send(self.port, [Ask("GET", "/bench/cpu")])
        return float(seen[0][2]) + (_postgres_cpu(self.postgres) if self.postgres else 0.0)

    async def memory(self) -> float:
        """The most memory the server's process has held, in MiB (Linux counts kilobytes)."""
        seen = await _send(self.port, [Ask("GET", "/bench/memory")])
        return float(seen[0][2])

    async def run(self, asks: Sequence[Ask], at_once: int = 1) -> Seen:
        """Send every request over `at_once` connections, each waiting for its answer."""
        before, began = await self.cpu(), time.perf_counter()
        shares = [asks[first::at_once] for first in range(at_once)]
        found = await asyncio.gather(*(_send(self.port, share) for share in shares if share))
        took, cpu = time.perf_counter() - began, await self.cpu() - before
        answers = [one for share in found for one in share]
        return Seen(
            sorted(milliseconds for milliseconds, _, _ in answers),
            Counter(status for _, status, _ in answers),
            [body for _, _, body in answers],
            cpu * 1000 / len(answers),
            len(answers) / took,
        )


@asynccontextmanager
async def served(
    kind: str, url: str, *, postgres: Path | None = None, work: bool = False, model: str | None = None
) -> AsyncIterator[Server]:
    """A server process of its own, ours or the floor, on a free port, until the block ends; `model` is a base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = [kind, str(port), url, *(["work"] if work else [])]
    environ = {**os.environ, "BENCH_MODEL": model or ""}
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.server", *given], env=environ)  # noqa: ASYNC220 - once a run
    try:
        until = time.monotonic() + READY_WITHIN
        while True:
            try:
                await _send(port, [Ask("GET", "/bench/cpu")])
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)
        yield Server(port, postgres)
    finally:
        process.terminate()
        process.wait(10)


async def _send(port: int, asks: Sequence[Ask]) -> list[tuple[float, int, bytes]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    seen = []
    try:
        for ask in asks:
            raw, began = ask.raw(), time.perf_counter()
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            seen.append(((time.perf_counter() - began) * 1000, int(head[9:12]), body))
    finally:
        writer.close()
        await writer.wait_closed()
    return seen


def _postgres_cpu(data: Path) -> float:
    """CPU seconds of a PostgreSQL server's living processes and of those that ended; Linux only."""
    server = (data / "postmaster.pid").read_text().split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == server:
            ticks += sum(int(field) for field in fields[11:15])
        elif fields[1] == server:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
