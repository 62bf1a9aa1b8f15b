"""Scorecard B: the script on real people's words, which stay outside the repository."""

import asyncio
import json
from collections import Counter
from datetime import datetime
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.hearing import understood
from api.eval.evaluate import Wanted, play
from api.eval.report import Row

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "conversations"
ZONE = ZoneInfo("America/Chicago")
ABSENT = "the recorded conversations are not beside the repository"
RECALL = {"stop": 1.0, "human": 0.95, "cancel": 0.95}


def people_rows(data: Path = DATA) -> list[Row]:
    """Every row of B; one that says so where the data is absent."""
    if not (data / "score.py").exists():
        return [Row("B the script on real people", skipped=ABSENT)]
    return [*date_rows(data), *intent_rows(data), *dialog_rows(data), *spoken_rows(data)]


def lines(data: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one file."""
    return [json.loads(line) for line in (data / name).read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def scorer(data: Path) -> Any:
    """The data's own rules of what counts as right."""
    spec = util.spec_from_file_location("score", data / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def heard(row: dict[str, Any], text: str, context: str | None) -> dict[str, Any]:
    """What `ringback understand` writes for one row."""
    now = datetime.fromisoformat(row["now"]) if row.get("now") else datetime(2026, 11, 21, 10)  # noqa: DTZ001
    return understood(text, context, now.replace(tzinfo=ZONE))


def date_rows(data: Path) -> list[Row]:
    """Dates and times read right, and wrong ones taken for certain."""
    right, total = Counter[str](), Counter[str]()
    for row in lines(data, "datetime.jsonl"):
        got, gold = heard(row, row["text"], row.get("context")), row["gold"]
        for key in {"all", row["source"]}:
            total[key] += 1
            right[key] += scorer(data).datetime_ok(row, got)
        right["wrong"] += bool(gold.get("date") and got.get("date") and gold["date"] != got["date"])
    return [
        Row("B date and time read right", right["all"], total["all"], 0.88),
        Row("B date and time read right, live chats (star)", right["star"], total["star"], 0.95),
        Row("B a wrong date taken for certain", right["wrong"], total["all"], 0.01, at_most=True),
    ]


def intent_rows(data: Path) -> list[Row]:
    """Intents with their context, recall and precision where a mistake costs, names and addresses as given."""
    got = [(row, heard(row, row["text"], row.get("context") or None)) for row in lines(data, "intents.jsonl")]
    right = sum(one["intent"] in row.get("accept", [row["intent"]]) for row, one in got)
    rows = [Row("B intent read right, with context", right, len(got), 0.92)]
    for intent, bar in RECALL.items():
        wanted = [(row, one) for row, one in got if row["intent"] == intent]
        found = sum(one["intent"] in row.get("accept", [intent]) for row, one in wanted)
        rows.append(Row(f"B recall of {intent}", found, len(wanted), bar))
    yes = [row for row, one in got if one["intent"] == "confirm"]
    true = sum("confirm" in row.get("accept", [row["intent"]]) for row in yes)
    rows.append(Row("B precision of confirm", true, len(yes), 0.98))
    for slot, bar in (("name", 0.90), ("address", 0.85)):
        told = [(row["gold"][slot], one[slot]) for row, one in got if row.get("gold", {}).get(slot)]
        rows.append(Row(f"B {slot} taken as given", sum(_flat(a) == _flat(b) for a, b in told), len(told), bar))
    return rows


def _flat(text: str | None) -> str:
    return " ".join("".join(one if one.isalnum() or one == "#" else " " for one in (text or "").lower()).split())


def dialog_rows(data: Path) -> list[Row]:
    """Recorded dialogues replayed by slot, as typed and with typing slips."""
    rows = []
    for note, typos, bar in (("", None, 0.80), (" with typos (seed 1)", "1", 0.60)):
        plays = asyncio.run(play(Wanted((data / "dialogs.jsonl",), typos=typos), None))
        one = [played for played in plays if len(played.expected) == 1]
        unsafe = sum(played.outcome == "unsafe" for played in plays)
        rows += [
            Row(
                f"B dialogues{note} that leave their one booking", sum(p.outcome == "pass" for p in one), len(one), bar
            ),
            Row(f"B dialogues{note}: unsafe", unsafe, len(plays), 0, True, "count"),
        ]
        if typos is None:
            twice, asked = sum(len(p.asked_twice) for p in plays), sum(p.questions for p in plays)
            rows.append(Row("B questions asked twice", twice, asked, 0.05, at_most=True))
    return rows


def spoken_rows(data: Path) -> list[Row]:
    """What a telephone line costs: dates read from the spoken text less those read from what was heard."""
    contexts = {row["id"]: row.get("context") for row in lines(data, "datetime.jsonl")}
    score: Counter[str] = Counter()
    spoken = lines(data, "spoken.jsonl")
    for row in spoken:
        for said in ("said", "heard_phone"):
            score[said] += scorer(data).datetime_ok(row, heard(row, row[said], contexts[row["of"]]))
    lost = max(0, score["said"] - score["heard_phone"])
    return [Row("B lost on a telephone line, of what is read from text", lost, len(spoken), 0.05, at_most=True)]
