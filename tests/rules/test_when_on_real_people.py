"""The reader against recorded people's words, kept outside the repository; skipped where that data is absent."""

import json
from collections import Counter
from datetime import datetime
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tools.rules.when import read

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "conversations"
pytestmark = pytest.mark.skipif(
    not (DATA / "score.py").exists(), reason="the recorded conversations are not on this machine"
)


@cache
def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@cache
def scorer() -> Any:
    spec = util.spec_from_file_location("score", DATA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_prediction(row: dict[str, Any], text: str, context: str | None) -> dict[str, Any]:
    """The score's shape: a bound counts by the day or time it names; what is not sure is not claimed."""
    when = read(text, datetime.fromisoformat(row["now"]).replace(tzinfo=ZoneInfo("America/Chicago")), context=context)
    if not when.sure:
        return {}
    day, start = (when.days[0] if when.last_day and when.days else when.day), when.start or when.end
    return {
        "date": str(day) if day else None,
        "date_end": str(when.last_day) if when.last_day else None,
        "time": start.strftime("%H:%M") if start else None,
        "time_end": when.end.strftime("%H:%M") if when.end else None,
    }


@cache
def tally() -> tuple[Counter[str], Counter[str]]:
    right, total = Counter[str](), Counter[str]()
    for row in rows("datetime.jsonl"):
        got, gold = as_prediction(row, row["text"], row.get("context")), row["gold"]
        good = scorer().datetime_ok(row, got)
        for key in ("all", row["source"]):
            total[key] += 1
            right[key] += good
        right["wrong date"] += bool(gold.get("date") and got.get("date") and gold["date"] != got["date"])
        right["invented date"] += row["kind"] == "time" and bool(got.get("date")) and not gold.get("date")
    return right, total


@pytest.mark.parametrize(("source", "bar"), [("all", 0.88), ("star", 0.95)])
def test_people_are_understood(source: str, bar: float) -> None:
    right, total = tally()
    assert right[source] / total[source] >= bar


@pytest.mark.parametrize("fault", ["wrong date", "invented date"])
def test_one_in_a_hundred_is_the_most_that_may_be_wrong_for_certain(fault: str) -> None:
    right, total = tally()
    assert right[fault] / total["all"] <= 0.01


def test_a_telephone_line_costs_at_most_five_points() -> None:
    contexts = {row["id"]: row.get("context") for row in rows("datetime.jsonl")}
    score: Counter[str] = Counter()
    for row in rows("spoken.jsonl"):
        for heard in ("said", "heard_phone"):
            score[heard] += scorer().datetime_ok(row, as_prediction(row, row[heard], contexts[row["of"]]))
    assert (score["said"] - score["heard_phone"]) / len(rows("spoken.jsonl")) <= 0.05
