"""`make scorecard`: every row of scorecard A, B, C and E with its bar, and the same as JSON.

`python -m tests.scorecard [--conversations 2000] [--seed N] [--sets 1000] [--only A] [--out scorecard.json]`
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from api.eval.report import Row, table
from storage.db import open_database
from storage.migrate import upgrade
from tests.people import Office
from tests.scorecard import hostility, people, schemas, timing


def main() -> int:
    """Measure, print and write; 1 when a bar was missed."""
    ask = argparse.ArgumentParser(prog="python -m tests.scorecard")
    ask.add_argument("--conversations", type=int, default=2000)
    ask.add_argument("--seed", type=int, default=20261121)
    ask.add_argument("--sets", type=int, default=1000)
    ask.add_argument("--processes", type=int, default=2)
    ask.add_argument("--only", default="ABCE")
    ask.add_argument("--out", type=Path, default=Path("scorecard.json"))
    told = ask.parse_args()
    parts: dict[str, Callable[[], list[Row]]] = {
        "E": lambda: timing.time_rows(5),
        "C": lambda: asyncio.run(_schemas(told.sets, told.seed)),
        "B": people.people_rows,
        "A": lambda: [
            *hostility.guard_rows(),
            *hostility.hostile_rows(told.conversations, told.seed, processes=told.processes),
        ],
    }
    sys.stdout.write(f"seed {told.seed}\n")
    rows: list[Row] = []
    for name, measure in parts.items():
        if name in told.only:
            started = time.monotonic()
            found = measure()
            sys.stdout.write(f"{name} ({time.monotonic() - started:.0f} s)\n{table(found)}\n")
            sys.stdout.flush()
            rows += found
    missed = [row for row in rows if row.reached is False]
    told.out.write_text(
        json.dumps({"seed": told.seed, "rows": [row.told() for row in rows]}, indent=1), encoding="utf-8"
    )
    sys.stdout.write(f"{len(missed)} bars missed; written to {told.out}\n")
    return 1 if missed else 0


async def _schemas(count: int, seed: int) -> list[Row]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/schemas.db"
        await asyncio.to_thread(upgrade, url)
        db = open_database(url)
        try:
            return await schemas.schema_rows(Office(db), count, seed)
        finally:
            await db.close()


if __name__ == "__main__":
    raise SystemExit(main())
