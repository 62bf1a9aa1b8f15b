"""Scorecard E: how long a turn of ours and a check take. The machine's load is in the turns; a check is measured in
processor time."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.claim_guard import check
from agent.model import open_model
from agent.replying import Model, Reply
from api.eval.evaluate import MEMORY
from api.eval.played import percentile
from api.eval.report import Row
from api.eval.scenes import SATURDAY, furnish
from api.eval.stage import stage, template
from tests.agent.test_claim_guard import CASES, evidence
from tests.stories.model_server import Say, model_server

SAID = ("Hi", "AC died, 12 Oak St 78701", "anything Tuesday?", "2pm", "thanks!", "can we do Friday instead?", "8am",
        "when is it again?", "how much is it?", "please cancel it", "ok thanks bye")  # fmt: skip
WORDS = "What is going on with the furnace, and what is the address?"
# Shapes that were slow once: every pattern begins many times, or every sentence holds a claim, a time and a name.
HOSTILE = (
    ". " * 300, "moved " * 100, "reservé " * 80, "1," * 300, "9 or " * 120, "Bob Bob " * 70, "not booked, " * 50,
    "See you Monday at 9 with Dana. Was $89, now moved to Tuesday at 2, ok? " * 9,
    "team and be and you 9 see sent set visit there at requested booked your the call we're on Monday it " * 5,
    "x" * 200_000, "at 9 or 10 " * 2000, "Monday " * 3000, "$1" * 5000, "((((" * 4000, "booked, " * 3000,
)  # fmt: skip


class AtOnce:
    """A model that needs no time: all that is left is ours."""

    name, api = "at once", "chat"

    async def reply(self, history: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        return Reply(WORDS, (), {"role": "assistant", "content": WORDS})


def time_rows(rounds: int) -> list[Row]:
    """Every row of E."""
    script = asyncio.run(turns(None, rounds))
    at_once = asyncio.run(turns(AtOnce(), rounds))
    with model_server() as server:
        server.play(otherwise=Say(WORDS))
        through, alone = asyncio.run(against(server.url, rounds))
    checks = check_times()
    return [
        Row("E a turn of the script, 95th percentile", percentile(script, 0.95) or 0, 0, 50, True, "ms"),
        Row("E a turn of a model that answers at once, median", percentile(at_once, 0.5) or 0, 0, 30, True, "ms"),
        Row("E the same through a local server of the OpenAI protocol", percentile(through, 0.5) or 0, unit="ms"),
        Row("E that server's bare round trip, the same client, median", alone, unit="ms"),
        Row("E claim check on labelled sentences, slowest", max(checks[0]), 0, 5, True, "ms"),
        Row("E claim check on hostile text, slowest", max(checks[1]), 0, 5, True, "ms"),
    ]


async def turns(model: Model | None, rounds: int) -> list[int]:
    """Milliseconds of every turn in so many conversations; the first one warms up and does not count."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        empty = template(Path(folder))
        took: list[int] = []
        for number in range(rounds + 1):
            async with stage(empty, SATURDAY, furnish, model) as set_up:
                for text in SAID:
                    await set_up.text(text)
                took += [one.milliseconds for one in (await set_up.rows()).turns] if number else []
    return took


async def against(url: str, rounds: int) -> tuple[list[int], float]:
    """Turns with a model at `url`, and the median of the same client's bare round trip there."""
    model = open_model(name="local", api="chat", api_key="k", base_url=url, effort="none")
    try:
        took = await turns(model, rounds)
        bare = []
        for _ in range(5 * rounds):
            started = time.perf_counter()
            await model.reply([{"role": "user", "content": "Hi"}], [])
            bare.append((time.perf_counter() - started) * 1000)
        return took, sorted(bare)[len(bare) // 2]
    finally:
        await model.close()


def check_times() -> tuple[list[float], list[float]]:
    """Milliseconds of the claim check on each labelled sentence, and on each hostile text; the best of five."""
    labelled = [_best(str(case.values[2]), str(case.values[0])) for case in CASES[:200]]
    return labelled, [_best(text, "booked") for text in HOSTILE]


def _best(text: str, scene: str) -> float:
    known, took = evidence(scene), []
    for _ in range(5):
        started = time.process_time()
        check(text, known, limit=480)
        took.append((time.process_time() - started) * 1000)
    return min(took)
