"""A storm: so many missed calls within a minute, then so many texts, and when each answer reached the provider."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.provider import WELL, Provider, provider
from tests.chaos.world import World, world

COLLECTED = 4.0  # seconds the assistant waits for another text, on purpose
AFTER = 20.0  # seconds after the last post in which everything must have arrived
BAR = 5.0  # seconds at the 99th percentile
WORDS = "Our AC died, can you come Monday morning? 12 Oak St 78701"


@dataclass(frozen=True, slots=True)
class Weather:
    """What one storm showed: seconds from each post to the provider, ascending, and what it cost."""

    name: str
    sent: int
    seconds: list[float]
    lost: int
    twice: int
    refused: int  # posts not answered with 200
    slowest_answer: float
    cpu: dict[str, float]

    @property
    def fine(self) -> bool:
        """Whether the bar holds."""
        return not (self.lost or self.twice or self.refused) and self.at(0.99) <= BAR

    def at(self, share: float) -> float:
        """A percentile of the seconds."""
        return self.seconds[max(0, math.ceil(share * len(self.seconds)) - 1)] if self.seconds else math.inf

    def __str__(self) -> str:
        spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.cpu.items())
        return (
            f"{self.name:<34}{self.sent:>6}{self.lost:>6}{self.twice:>7}{self.refused:>9}{self.at(0.5):>9.2f}"
            f"{self.at(0.99):>9.2f}{self.at(1):>9.2f}{self.slowest_answer:>9.2f}   {spent}"
        )


COLUMNS = "".join(f"{name:>9}" for name in ("p50 s", "p99 s", "max s", "answer"))
HEADER = f"{'storm':<34}{'sent':>6}{'lost':>6}{'twice':>7}{'refused':>9}{COLUMNS}   CPU"


def caller(number: int) -> str:
    """The number-th of many people in Austin."""
    return f"+1512{2_000_000 + number * 7}"


async def storms(folder: Path, database_url: str, engine: str, *, count: int, seconds: float) -> list[Weather]:
    """Missed calls, then texts, `count` of each within `seconds`, against a fresh company at `database_url`."""
    async with provider(1, WELL) as carrier, world(folder, database_url, carrier.url) as shop:
        calls = await _storm(
            f"{engine}: missed calls",
            shop,
            carrier,
            count,
            seconds,
            0.0,
            lambda n: shop.missed(caller(n), f"CA{n:032x}"),
        )
        texts = await _storm(
            f"{engine}: texts, after {COLLECTED:.0f} s",
            shop,
            carrier,
            count,
            seconds,
            COLLECTED,
            lambda n: shop.texted(caller(n), WORDS, f"SM9{n:031x}"),
        )
        assert not shop.bugs(), shop.bugs()[:5]
    return [calls, texts]


async def _storm(
    name: str,
    shop: World,
    carrier: Provider,
    count: int,
    seconds: float,
    meant: float,
    post: Callable[[int], Awaitable[int]],
) -> Weather:
    """`meant` seconds of every answer's way are on purpose and not counted."""
    first = len(carrier.taken)
    before = shop.cpu()
    begun = time.monotonic()
    posted: dict[str, float] = {}
    answers: list[float] = []
    statuses: Counter[int] = Counter()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number * seconds / count - time.monotonic()))
        posted[caller(number)] = at = time.monotonic()
        statuses[await post(number)] += 1
        answers.append(time.monotonic() - at)

    await asyncio.gather(*(one(number) for number in range(count)))
    until = time.monotonic() + AFTER + meant
    while len(carrier.taken) - first < count and time.monotonic() < until:  # noqa: ASYNC110 - until either
        await asyncio.sleep(0.2)
    cpu = {process: spent - before[process] for process, spent in shop.cpu().items()}
    await asyncio.sleep(2)  # for those that come twice
    arrived = Counter(kept.to for kept in carrier.taken[first:])
    at = {kept.to: kept.at for kept in reversed(carrier.taken[first:])}
    return Weather(
        name,
        count,
        sorted(at[to] - posted[to] - meant for to in at),
        sum(1 for to in posted if to not in arrived),
        sum(1 for times in arrived.values() if times > 1),
        count - statuses[200],
        max(answers),
        cpu,
    )
