"""Havoc: processes die, the provider misbehaves, visits are booked, moved and called off; every text still comes once.

What must have arrived is known from what was asked for, and counted at the provider by the reference of each text.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.provider import WELL, Provider, provider
from tests.chaos.wire import ask_json
from tests.chaos.world import World, world

APART = timedelta(hours=3)  # between two visits of one technician
SOON = 15.0  # seconds until a reminder is due, once it was drawn near
IN_TIME = 75.0  # the same for one whose visit is moved or called off meanwhile, through a server that may be down
CLEARS = 30.0  # seconds after everything was asked for in which the provider still misbehaves; processes die on
AT_ONCE = 12  # requests to the server
KEYS = 25  # each may ask sixty times a minute
OPEN = "state in ('queued', 'claimed', 'uncertain') and due_at < :soon"
STILL = f"select topic, state, attempts, looks, reason, due_at from jobs where {OPEN}"
ONE_REMINDER = "update orgs set reminder_offsets = '[1440]', alert_on_booking = false"
DRAW_NEAR = (
    "update jobs set due_at = :due, expires_at = :over where topic = 'remind' and subject_kind = 'booking' "
    "and subject_id = :booking and state = 'queued' and due_at > :over"
)
SENT = (
    "select messages.id, messages.kind, messages.booking_id, messages.to_phone, jobs.revision from messages "
    "join jobs on jobs.subject_id = messages.id and jobs.topic = 'send' where messages.direction = 'out'"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything, within `seconds`; processes are killed every `pause` seconds, at random in between."""

    calls: int
    kept: int
    moved: int
    cancelled: int
    seconds: float
    pause: tuple[float, float]
    patience: float  # seconds after that for what is still on its way

    @property
    def live(self) -> int:
        """Texts that must arrive: a text-back, a confirmation and a reminder, news of a move and its own reminder."""
        return self.calls + 2 * self.kept + 2 * self.moved

    @property
    def dead(self) -> int:
        """Texts that must not: reminders of visits that were called off, or of the time before the move."""
        return self.cancelled + self.moved


FULL = Plan(calls=200, kept=100, moved=50, cancelled=50, seconds=60, pause=(3, 8), patience=240)
SHORT = Plan(calls=14, kept=5, moved=3, cancelled=5, seconds=6, pause=(1, 4), patience=150)


@dataclass
class Found:
    """What was counted at the end."""

    engine: str
    seed: int
    live: int
    dead: int
    once: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    too_late: int = 0  # cancelled or moved only after the reminder was due: not counted among the dead
    taken: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    told: Counter[int] = field(default_factory=Counter)
    looks: int = 0
    waiting: list[str] = field(default_factory=list)  # jobs still under way when patience ended
    bugs: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def fine(self) -> bool:
        """Whether every live text came once and no dead one came."""
        whole = self.once == self.live and self.live > 0
        return whole and not (self.lost or self.twice or self.unwanted or self.bugs) and not self.told[500]

    def __str__(self) -> str:
        lines = [
            f"{self.engine}, seed {self.seed}: {self.once} of {self.live} live texts arrived once, {len(self.lost)} "
            f"lost, {len(self.twice)} twice; {len(self.unwanted)} of {self.dead} dead ones arrived "
            f"({self.too_late} were called off too late to count); "
            f"{len(self.waiting)} jobs still under way; {self.seconds:.0f} s",
            f"  killed: {_words(self.kills)}",
            f"  provider: {self.taken} texts taken; {_words(self.answered)}; {self.looks} looks at its list",
            f"  status callbacks: {_words(self.told)}",
        ]
        wrong = [*self.waiting, *self.lost, *self.twice, *self.unwanted, *self.bugs]
        return "\n".join([*lines, *(f"  ! {one}" for one in wrong[:20])])


class Havoc:
    """One run over one world."""

    def __init__(self, shop: World, carrier: Provider, plan: Plan, found: Found, say: Callable[[str], None]) -> None:
        self.shop, self.carrier, self.plan, self.found, self.say = shop, carrier, plan, found, say
        self.chance = random.Random(found.seed + 1)
        self.keys: list[str] = []
        self.starts: list[datetime] = []
        self.callers = [f"+1512{3_000_000 + number * 7}" for number in range(plan.calls)]
        self.visits: dict[str, str] = {}  # booking id: kept, moved, cancelled
        self.over = asyncio.Event()
        self.few = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Everything, until nothing waits any more or patience ends; then count."""
        self.keys = await self.shop.keys(KEYS)
        await self.shop.change(ONE_REMINDER)
        self.starts = await self._open_starts()
        began = time.monotonic()
        killing = asyncio.create_task(self._kill())
        telling = asyncio.create_task(self._tell(began))
        kinds = ["kept"] * self.plan.kept + ["moved"] * self.plan.moved + ["cancelled"] * self.plan.cancelled
        acts = [self._call(number) for number in range(self.plan.calls)]
        acts += [self._visit(number, kind) for number, kind in enumerate(kinds)]
        try:
            await asyncio.gather(*acts)
            clearing = asyncio.get_running_loop().call_later(CLEARS, self._clear)
            until = time.monotonic() + self.plan.patience
            while await self._waiting() and time.monotonic() < until:  # noqa: ASYNC110 - rows raise no event
                await asyncio.sleep(1)
            clearing.cancel()
            self.found.waiting = [
                "still under way: {} {}, {} attempts, {} looks, because {}, due {}".format(*row)
                for row in await self.shop.select(STILL, **self._soon)
            ]
        finally:
            telling.cancel()
            self.over.set()
            await killing
        await asyncio.sleep(3)  # for those that come twice
        self.found.seconds = time.monotonic() - began
        await self._count()

    def _clear(self) -> None:
        self.carrier.manners = WELL

    async def _call(self, number: int) -> None:
        await self._at_some_time()
        await self._until(200, lambda: self.shop.missed(self.callers[number], f"CA{number:032x}"))

    async def _visit(self, number: int, kind: str) -> None:
        await self._at_some_time()
        start = self.starts[2 * number]
        body = {
            "customerPhone": f"+1512{4_000_000 + number * 7}",
            "customerName": "Sarah Jones",
            "scheduledStartAt": start.isoformat(),
            "scheduledEndAt": (start + timedelta(minutes=90)).isoformat(),
            "serviceLabel": "Diagnostic visit",
            "address": "12 Oak St, Austin",
            "postalCode": "78701",
        }
        answer = await self._ask(201, "POST", "", body)
        booking = str(answer["booking"]["id"])
        self.visits[booking] = kind
        await asyncio.sleep(self.chance.uniform(0, 2))
        due = await self._draw_near(booking, SOON if kind == "kept" else IN_TIME)
        if kind == "kept":
            return
        later = self.starts[2 * number + 1].isoformat()
        change = {"scheduledStartAt": later} if kind == "moved" else {"status": "CANCELED"}
        await self._ask(200, "PATCH", f"/{booking}", change)
        if time.monotonic() > due:
            self.visits[booking] = f"{kind} too late"
            self.found.too_late += 1
        if kind == "moved":
            await self._draw_near(booking, SOON)

    async def _draw_near(self, booking: str, seconds: float) -> float:
        """Have the visit's reminder fall due in so many seconds; the monotonic second when."""
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        at = time.monotonic() + seconds
        over = due + timedelta(hours=1)
        stored = due.replace(tzinfo=None) if self.found.engine == "sqlite" else due
        await self.shop.change(DRAW_NEAR, due=stored, over=over.replace(tzinfo=stored.tzinfo), booking=booking)
        return at

    async def _at_some_time(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.plan.seconds))

    async def _ask(self, wanted: int, method: str, path: str, body: dict[str, Any]) -> Any:
        """Ask until it is answered, as an integration does: the same key, so that it happens once."""
        secret, once = self.chance.choice(self.keys), f"{method}{path}{self.chance.random()}"
        url = f"{self.shop.url}/api/private/v1/bookings{path}"
        answer: Any = None

        async def attempt() -> int:
            nonlocal answer
            status, answer = await ask_json(method, url, secret, body, Idempotency_Key=once)
            assert status in (0, wanted, 409, 429, 503), (status, answer)
            assert status != 409 or answer["code"] == "IDEMPOTENCY_IN_PROGRESS", answer
            return status

        await self._until(wanted, attempt)
        return answer

    async def _until(self, wanted: int, attempt: Callable[[], Awaitable[int]]) -> None:
        """Again and again, a few of all of them at a time, so that a server that comes back is not run over."""
        until = time.monotonic() + 240
        while True:
            async with self.few:
                if await attempt() == wanted:
                    return
            assert time.monotonic() < until, "the server did not come back"
            await asyncio.sleep(self.chance.uniform(0.2, 0.6))

    async def _kill(self) -> None:
        """SIGKILL to any of the processes, at any moment, until it is over; half as often once all is asked for."""
        quiet = time.monotonic() + self.plan.seconds + SOON
        while not self.over.is_set():
            pause = self.chance.uniform(*self.plan.pause) * (1 if time.monotonic() < quiet else 2)
            pause += self.chance.uniform(0.5, 1.5) * self.shop.started_in  # on a slow machine too it is up at times
            try:
                await asyncio.wait_for(self.over.wait(), pause)
            except TimeoutError:
                name = self.chance.choice(list(self.shop.commands))
                self.shop.cut(name)
                self.found.kills[name] += 1
                await asyncio.sleep(self.chance.uniform(0, 0.5))
                self.shop.launch(name)
                if name == "server":
                    await self.shop.ready()

    async def _tell(self, began: float) -> None:
        """How far it is, every ten seconds."""
        while True:
            await asyncio.sleep(10)
            states = Counter(
                row[0] for row in await self.shop.select(f"select state from jobs where {OPEN}", **self._soon)
            )
            self.say(
                f"  {time.monotonic() - began:4.0f} s: {len(self.visits)} visits, {len(self.carrier.taken)} texts "
                f"taken, {sum(self.found.kills.values())} killed, waiting: {_words(states)}"
            )

    @property
    def _soon(self) -> dict[str, datetime]:
        soon = datetime.now(UTC) + timedelta(minutes=30)
        return {"soon": soon.replace(tzinfo=None) if self.found.engine == "sqlite" else soon}

    async def _waiting(self) -> int:
        """How many jobs are due soon or under way."""
        [(count,)] = await self.shop.select(f"select count(*) from jobs where {OPEN}", **self._soon)
        return int(count)

    async def _open_starts(self) -> list[datetime]:
        """Starts far enough apart, from the day after tomorrow on."""
        wanted = 2 * (self.plan.kept + self.plan.moved + self.plan.cancelled)
        first = datetime.now(UTC).date() + timedelta(days=3)
        found: list[datetime] = []
        while len(found) < wanted:
            last = first + timedelta(days=28)
            query = f"from={first}&to={last}&service=diagnostic-visit"
            status, answer = await ask_json("GET", f"{self.shop.url}/api/private/v1/slots?{query}", self.keys[0])
            assert status == 200, answer
            for slot in answer["slots"]:
                start = datetime.fromisoformat(slot["start"])
                if not found or start >= found[-1] + APART:
                    found.append(start)
            first = last + timedelta(days=1)
        return found

    async def _count(self) -> None:
        found = self.found
        rows = {row[0]: row for row in await self.shop.select(SENT)}
        arrived = Counter(kept.reference for kept in self.carrier.taken)
        found.taken, found.looks = len(self.carrier.taken), self.carrier.looks
        found.answered, found.told = self.carrier.answered, self.carrier.told
        found.bugs = [*self.shop.bugs(), *(f"no such text: {one}" for one in arrived if one not in rows)]
        found.twice = [
            f"{rows[one][1]} came {times} times" for one, times in arrived.items() if times > 1 and one in rows
        ]
        by_visit: Counter[tuple[str, str, int]] = Counter()
        by_caller: Counter[str] = Counter()
        for one, times in arrived.items():
            _, kind, booking, phone, revision = rows.get(one, (one, "", "", "", 0))
            by_visit[booking, kind, revision] += times
            if kind == "text_back":
                by_caller[phone] += times
        must = {f"text-back to caller {number}": by_caller[phone] for number, phone in enumerate(self.callers)}
        for booking, kind in self.visits.items():
            last = 1 if "moved" in kind else 0
            if kind == "kept":
                must[f"confirmation of {booking}"] = by_visit[booking, "confirmation", 0]
            if last:
                must[f"move of {booking}"] = by_visit[booking, "moved", 1]
            if "cancelled" not in kind:
                must[f"reminder of {booking}"] = by_visit[booking, "reminder", last]
            if kind in ("moved", "cancelled") and by_visit[booking, "reminder", 0]:
                found.unwanted.append(f"{kind}: reminder of {booking}")
        found.once = sum(1 for times in must.values() if times == 1)
        found.lost = [what for what, times in must.items() if times == 0]


async def havoc(
    folder: Path,
    database_url: str,
    engine: str,
    plan: Plan,
    seed: int,
    manners: dict[str, int],
    say: Callable[[str], None] = lambda _line: None,
) -> Found:
    """Play `plan` against a fresh company at `database_url`, and count; `say` hears how far it is."""
    found = Found(engine, seed, plan.live, plan.dead)
    async with (
        provider(seed, manners, lag=2.0, callbacks=True) as carrier,
        world(folder, database_url, carrier.url) as shop,
    ):
        await Havoc(shop, carrier, plan, found, say).run()
    return found


def _words(counted: Counter[Any]) -> str:
    return (
        ", ".join(f"{name} x {count}" for name, count in sorted(counted.items(), key=lambda one: str(one[0]))) or "none"
    )
