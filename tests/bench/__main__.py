"""`python -m tests.bench [--full] [--past N]`: our server against the floors, side by side in one run.

CPU milliseconds a request count first: they survive a busy machine. Tests' PostgreSQL runs without fsync.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from storage.migrate import upgrade
from tests import postgres
from tests.bench import company, sockets
from tests.bench.company import Company
from tests.bench.load import Ask, Server, served

PRIVATE = "/api/private/v1"
DAYS = 14
AT_ONCE = 16
KNOWN, OURS = "+12122000000", "+12125550199"


class Bench:
    """One run: where its databases live, how much it does, and the table it prints."""

    def __init__(self, folder: Path, full: bool) -> None:
        self.folder, self.full = folder, full
        self.rounds, self.number = (5, 200) if full else (3, 60)
        self.floor_slots = self.floor_post = 0.0

    async def database(self, name: str, **filled: Any) -> tuple[str, Company]:
        """A fresh SQLite database holding the workload."""
        url = f"sqlite:///{self.folder / name}.db"
        await asyncio.to_thread(upgrade, url)
        return url, await company.make(url, **filled)

    async def rows(self, server: Server, what: str, asks: Sequence[Ask], at_once: int, floor: float = 0) -> float:
        """Run `asks` in rounds, print medians with the ratio to a floor's CPU, and give the CPU median back."""
        share = len(asks) // self.rounds
        seen = [await server.run(asks[n * share : (n + 1) * share], at_once) for n in range(self.rounds)]
        cpu = statistics.median(one.cpu for one in seen)
        statuses = sum((one.statuses for one in seen), Counter[int]())
        said = [f"{what:<44}{at_once:>3}{cpu:>9.2f}", _times(cpu / floor) if floor else "       "]
        said += [f"{statistics.median(one.at(share) for one in seen):>9.1f}" for share in (0.5, 0.99)]
        said += [f"{statistics.median(one.rate for one in seen):>8.0f}", "  " + _words(statuses)]
        say("".join(said))
        return cpu

    async def floors(self) -> None:
        """The two floors, measured in this run."""
        url = f"sqlite+aiosqlite:///{self.folder / 'floor'}.db"
        async with served("floor", url) as server:
            await server.run([Ask("GET", "/floor/slots")] * 50)
            asks = [Ask("GET", "/floor/slots")] * (self.number * self.rounds * 3)
            self.floor_slots = await self.rows(server, "floor: 140 ready slots", asks, 1)
            await self.rows(server, "floor: 140 ready slots", asks, AT_ONCE)
            visit = {"customerPhone": "+12125550142", "scheduledStartAt": "2026-11-23T15:00:00Z"}
            visit["scheduledEndAt"] = "2026-11-23T15:30:00Z"
            posts = [Ask("POST", "/floor/visits", "", visit)] * (self.number * self.rounds)
            await server.run(posts[:20])
            self.floor_post = await self.rows(server, "floor: one insert and commit, SQLite", posts, 1)
            await self.rows(server, "floor: one insert and commit, SQLite", posts, AT_ONCE)

    async def listing(self, server: Server, shop: Company, note: str = "") -> float:
        """The listing through both doors; the private door's CPU at one at a time."""
        number = self.number * self.rounds // (4 if note else 1)
        json_asks, voice_asks = [list_json(shop)] * number, [list_voice(shop)] * number
        await server.run(json_asks[:20])
        cpu = await self.rows(server, f"list {DAYS} days, private door{note}", json_asks, 1, self.floor_slots)
        if not note:
            await self.rows(server, f"list {DAYS} days, private door", json_asks, AT_ONCE, self.floor_slots)
            await server.run(voice_asks[:20])
            await self.rows(server, f"list {DAYS} days, voice door", voice_asks, 1, self.floor_slots)
            await self.rows(server, f"list {DAYS} days, voice door", voice_asks, AT_ONCE, self.floor_slots)
        return cpu

    async def booking(self, server: Server, shop: Company, note: str, *, first: int = 0) -> None:
        """Bookings with everything they write, one at a time and 16 at once."""
        number = self.number * self.rounds
        asks = [book(shop, first + place) for place in range(20 + 2 * number)]
        await server.run(asks[:20])
        await self.rows(server, f"book, private door, {note}", asks[20 : 20 + number], 1, self.floor_post)
        await self.rows(server, f"book, private door, {note}", asks[20 + number :], AT_ONCE, self.floor_post)

    async def ringing(self, server: Server, shop: Company) -> None:
        """What is asked while a phone rings and the caller waits: who that is, by a customer we know."""
        rings = {"event": "call_inbound", "call_inbound": {"agent_id": "a1", "from_number": KNOWN, "to_number": OURS}}
        screen = {"event": "callerInformation", "caller_number": KNOWN, "call_status": "routing"}
        for what, ask in (
            ("Retell", Ask("POST", f"/api/retell/inbound/{shop.retell}", "", rings)),
            ("Callsavvy", Ask("POST", f"/api/callsavvy/webhook/{shop.callsavvy}", "", screen)),
        ):
            asks = [ask] * (self.number * self.rounds)
            await server.run(asks[:20])
            await self.rows(server, f"who is ringing, {what}", asks, 1, self.floor_slots)
            await self.rows(server, f"who is ringing, {what}", asks, AT_ONCE, self.floor_slots)

    async def growth(self, past: int) -> None:
        """Does what lies outside the asked range cost anything: past visits, and technicians."""
        url, shop = await self.database("past", past=past)
        async with served("ours", url) as server:
            await self.listing(server, shop, f", {past:,} past")
            await self.booking(server, shop, f"{past:,} past")
            say(f"peak memory, {past:,} past: {await server.memory():.0f} MiB")
        for technicians in (20, 200):
            url, shop = await self.database(f"team{technicians}", technicians=technicians)
            async with served("ours", url) as server:
                await self.listing(server, shop, f", {technicians} people")
                say(f"peak memory, {technicians} people: {await server.memory():.0f} MiB")


async def race(name: str, servers: Sequence[Server], shop: Company, slots: int, first: int) -> bool:
    """16 requests for each of some free slots, over all servers at once; whether every slot was sold exactly once."""
    sold: list[int] = []
    statuses: Counter[int] = Counter()
    helped = 0
    for place in range(slots):
        asks = [book(shop, first + place, caller=place * AT_ONCE + number) for number in range(AT_ONCE)]
        share = AT_ONCE // len(servers)
        runs = [server.run(asks[number * share : (number + 1) * share], share) for number, server in enumerate(servers)]
        seen = await asyncio.gather(*runs)
        statuses.update(sum((one.statuses for one in seen), Counter[int]()))
        sold.append(sum(one.statuses[201] for one in seen))
        helped += sum(body.count(b'"alternatives": [{') for one in seen for body in one.bodies)
    twice, never = sum(count > 1 for count in sold), sold.count(0)
    say(f"race, {name}: {slots} slots, {twice} sold twice, {never} unsold; {_words(statuses)}; {helped} helped on")
    return not twice and not never and set(statuses) == {201, 409}


def list_json(shop: Company) -> Ask:
    """Two weeks at the private door."""
    last = shop.today + timedelta(days=DAYS - 1)
    return Ask("GET", f"{PRIVATE}/slots?from={shop.today}&to={last}", shop.secret)


def list_voice(shop: Company) -> Ask:
    """The same question by phone, answered with the times to say."""
    called = {"name": "list_open_slots", "args": {}, "call": {"call_id": "bench"}}
    return Ask("POST", f"/api/v1/scheduling/voice/{shop.service_id}/slots", shop.secret, called)


def book(shop: Company, number: int, caller: int | None = None) -> Ask:
    """A booking of the number-th free slot, each by a customer we do not know yet."""
    start = shop.start(number)
    body = {
        "customerPhone": f"+1212{2_000_000 + (number if caller is None else 100_000 + number * 100 + caller)}",
        "customerName": "Sarah Jones",
        "scheduledStartAt": start.isoformat(),
        "scheduledEndAt": (start + timedelta(minutes=company.MINUTES)).isoformat(),
        "serviceLabel": "Visit",
        "notes": "No cooling upstairs",
    }
    return Ask("POST", f"{PRIVATE}/bookings", shop.secret, body)


async def sqlite_part(bench: Bench, past: int) -> bool:
    """Everything on the embedded database."""
    await bench.floors()
    url, shop = await bench.database("shop")
    slots = 200 if bench.full else 20
    async with served("ours", url) as server:
        await bench.listing(server, shop)
        await bench.booking(server, shop, "SQLite")
        await bench.ringing(server, shop)
        fine = await race("SQLite, one process", [server], shop, slots, 20_000)
        say(f"peak memory, SQLite, one process: {await server.memory():.0f} MiB")
    await bench.growth(past)
    await sockets.rows(bench.folder, bench.number * 2, say)
    return fine


async def postgres_part(bench: Bench) -> bool:
    """Bookings and races on PostgreSQL, in one process and in four."""
    if postgres.server_url() is None:
        say(f"PostgreSQL: not measured ({postgres.MISSING})")
        return True
    url = await asyncio.to_thread(postgres.create_database, "bench")
    await asyncio.to_thread(upgrade, url)
    shop = await company.make(url)
    data = Path(os.environ[postgres.RUN_FOLDER], "data")
    slots = 200 if bench.full else 20
    async with served("ours", url, postgres=data if postgres.GIVEN not in os.environ else None) as one:
        await bench.rows(one, "list 14 days, private door, PostgreSQL", [list_json(shop)] * 60, 1, bench.floor_slots)
        await bench.booking(one, shop, "PostgreSQL")
        fine = await race("PostgreSQL, one process", [one], shop, slots, 20_000)
        async with served("ours", url) as two, served("ours", url) as three, served("ours", url) as four:
            return await race("PostgreSQL, four processes", [one, two, three, four], shop, slots, 30_000) and fine


def say(line: str) -> None:
    """Print one line at once."""
    print(line, flush=True)  # noqa: T201 - the table is what this program is for


def _times(ratio: float) -> str:
    return f"{ratio:>6.1f}x"


def _words(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))


async def main() -> int:
    """Run it all; 1 when a slot was sold twice or a request of a race failed."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument("--full", action="store_true", help="longer rounds and 200 race slots")
    reader.add_argument("--past", type=int, default=100_000, help="past visits in the growth part, up to 1,000,000")
    asked = reader.parse_args()
    say(f"{'what':<44}{'at':>3}{'CPU ms':>9}{'floor':>7}{'p50 ms':>9}{'p99 ms':>9}{'per s':>8}  answers")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.full)
        fine = await sqlite_part(bench, asked.past)
        postgres.begin_run()
        try:
            fine = await postgres_part(bench) and fine
        finally:
            postgres.end_run()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
