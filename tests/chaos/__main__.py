"""`python -m tests.chaos [storm|havoc] …`: what the messages do in bad weather; see each part for what it counts."""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

from storage.migrate import upgrade
from tests import postgres
from tests.chaos import havoc, storm
from tests.chaos.provider import BADLY

ENGINES = ("sqlite", "postgresql")


def say(line: str) -> None:
    """Print one line at once."""
    print(line, flush=True)  # noqa: T201 - the table is what this program is for


def database(engine: str, folder: str) -> str:
    """URL of an empty database at the newest schema."""
    url = f"sqlite:///{folder}/ringback.db" if engine == "sqlite" else postgres.create_database(f"chaos_{os.getpid()}")
    upgrade(url)
    return url


async def stormy(asked: argparse.Namespace) -> bool:
    """The storm on each engine, one after the other, so that they do not slow each other down."""
    say(storm.HEADER)
    fine = True
    for engine in asked.engine or ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            url = await asyncio.to_thread(database, engine, folder)
            for weather in await storm.storms(Path(folder), url, engine, count=asked.count, seconds=asked.seconds):
                say(str(weather))
                fine = fine and weather.fine
    return fine


async def havocked(asked: argparse.Namespace) -> bool:
    """Havoc on each engine."""
    plan = havoc.SHORT if asked.short else havoc.FULL

    async def one(engine: str) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            url = await asyncio.to_thread(database, engine, folder)
            found = await havoc.havoc(Path(folder), url, engine, plan, asked.seed, BADLY, say)
        say(str(found))
        return found.fine

    say(f"seed {asked.seed}")
    return all([await one(engine) for engine in asked.engine or ENGINES])


def main() -> int:
    """Run what was asked for; 1 when a text was lost, came twice, came though called off, or was late."""
    reader = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    reader.add_argument("what", choices=("storm", "havoc"))
    reader.add_argument("--engine", action="append", choices=ENGINES, help="both, unless told")
    reader.add_argument("--count", type=int, default=1000, help="calls, then texts, of a storm")
    reader.add_argument("--seconds", type=float, default=60.0, help="of each storm")
    reader.add_argument("--seed", type=int, default=random.randrange(10_000), help="of the havoc")
    reader.add_argument("--short", action="store_true", help="thirty texts instead of five hundred")
    asked = reader.parse_args()
    postgres.begin_run()
    try:
        return 0 if asyncio.run(stormy(asked) if asked.what == "storm" else havocked(asked)) else 1
    finally:
        postgres.end_run()


if __name__ == "__main__":
    sys.exit(main())
