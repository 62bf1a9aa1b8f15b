"""`ringback eval`: what it plays, how it judges, and that a model can play either part."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.__main__ import app
from api.eval.evaluate import Wanted, evaluate, play
from api.eval.played import Played, pass_all
from api.eval.replay import mistyped, offered_in
from api.eval.report import scored
from api.settings import Settings, SettingsError
from tests.stories.model_server import ModelServer, Say, Step, Use, in_the_tools_words, model_server

SCENE = """
books:
  brief: Your AC died. You live at 12 Oak St, 78701, and want Monday at 9.
  said:
    - AC died, 12 Oak St 78701
    - texts: Monday at 9 works
      reply: [^Booked]
  left: ["diagnostic, {day} 09:00, confirmed"]
"""
CHAT = {
    "id": "one", "service": "doctor appointment", "now_weekday": "Monday", "now_time": "09:00", "bookings":
    [{"action": "book", "with_": "Dr. Lee", "day": "Wednesday", "time": "15:00", "name": "Mary"}],
    "availability": [
        {"with_": "Dr. Lee", "day": "Tuesday", "time": "15:00", "available": False},
        {"with_": "Dr. Lee", "day": "Wednesday", "time": "15:00", "available": True},
    ],
    "turns": [
        {"role": "user", "text": "Hi, Mary here. I need to see the doctor on Tuesday at 3pm"},
        {"role": "agent", "text": "That is taken.", "label": "doctor_inform_booking_unavailable"},
        {"role": "user", "text": "Then Wednesday at 3pm"},
        {"role": "agent", "text": "Free. Shall I book it?", "label": "doctor_inform_booking_available"},
        {"role": "user", "text": "Yes please"},
    ],
}  # fmt: skip
FORM = {
    "id": "two", "service": "dentist", "now": "2026-11-02T08:00:00", "booked": True,
    "goal": {"action": "book", "date": "2026-11-05", "time": "10:30", "with_": "Bright Dental"},
    "turns": [
        {"role": "user", "text": "I want a dentist appointment on November 4th", "acts": ["inform_intent", "inform"],
         "gives": {"date": "2026-11-04"}},
        {"role": "agent", "text": "What time?", "acts": ["request"]},
        {"role": "user", "text": "10:30 in the morning", "acts": ["inform"], "gives": {"time": "10:30"}},
        {"role": "agent", "text": "On the 4th at 10:30?", "acts": ["confirm"]},
        {"role": "user", "text": "No, on November 5th please", "acts": ["negate", "inform"],
         "gives": {"date": "2026-11-05"}},
        {"role": "agent", "text": "On the 5th at 10:30?", "acts": ["confirm"]},
        {"role": "user", "text": "Yes, that's right", "acts": ["affirm"], "gives": {}},
    ],
}  # fmt: skip
pytestmark = pytest.mark.engines("sqlite")


def scene_file(folder: Path, day: str = "2026-11-23") -> Path:
    file = folder / "scene.yaml"
    file.write_text(SCENE.replace("{day}", day), encoding="utf-8")
    return file


def dialog_file(folder: Path, *rows: dict[str, Any]) -> Path:
    file = folder / "dialogs.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


async def test_a_scene_is_played_by_the_script(tmp_path: Path) -> None:
    (played,) = await play(Wanted((scene_file(tmp_path),)), None)
    assert (played.outcome, played.left) == ("pass", ["diagnostic, 2026-11-23 09:00, confirmed"])
    assert (played.turns, played.turns_to_booking, dict(played.by_source)) == (2, 2, {"script": 2})


async def test_a_visit_nobody_expected_is_unsafe_and_keeps_its_transcript(tmp_path: Path) -> None:
    (played,) = await play(Wanted((scene_file(tmp_path, "2026-11-24"),)), None)
    assert played.outcome == "unsafe"
    assert played.told()["transcript"][0] == ("customer", "AC died, 12 Oak St 78701")


async def test_recorded_people_of_both_kinds_are_answered_until_their_visit_stands(tmp_path: Path) -> None:
    plays = await play(Wanted((dialog_file(tmp_path, CHAT, FORM),)), None)
    assert [(one.outcome, one.left) for one in plays] == [
        ("pass", ["2020-06-03 15:00"]),
        ("pass", ["2026-11-05 10:30"]),
    ]


async def test_a_visit_the_record_does_not_have_is_unsafe(tmp_path: Path) -> None:
    (played,) = await play(Wanted((dialog_file(tmp_path, {**FORM, "booked": False}),)), None)
    assert (played.outcome, played.why) == ("unsafe", ["wrong: 2026-11-05 10:30"])


def test_pass_k_is_the_chance_that_k_draws_all_passed() -> None:
    assert pass_all(["pass", "pass", "unsafe", "pass"], 1) == 0.75
    assert pass_all(["pass", "pass", "unsafe", "pass"], 2) == pytest.approx(0.5)
    assert pass_all(["pass", "unsafe"], 2) == 0


def test_a_question_asked_again_after_its_answer_is_counted() -> None:
    played = Played("x", "scene", [])
    for words in ("12 Oak St", "12 Oak St!"):
        played.transcript.append(("customer", words))
        played.transcript.append(("us", "What's the address?"))
        played._question("What's the address?")
    assert (played.questions, played.asked_twice) == (2, ["address"])
    assert next(row for row in scored([played], 1) if "twice" in row.what).value == 0.5


def test_typos_change_letters_only_and_come_back_with_their_seed() -> None:
    text = "Please make it Tuesday at 11:30 if you still have something open by then"
    assert mistyped(text, random.Random("7")) == mistyped(text, random.Random("7")) != text
    assert "11:30" in mistyped(text, random.Random("7"))


def test_the_times_we_name_are_read_in_order() -> None:
    said = "I have Monday, November 23 at 8:00 AM or 9:00 AM; Tuesday, November 24 at 1:00 PM."
    assert [f"{one:%d %H}" for one in offered_in(said, 2026)] == ["23 08", "23 09", "24 13"]


def test_the_command_prints_a_table_and_writes_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    out = tmp_path / "eval.json"
    result = CliRunner().invoke(app, ["eval", str(scene_file(tmp_path)), "--runs", "2", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "pass^2" in result.output
    assert len(json.loads(out.read_text(encoding="utf-8"))["conversations"]) == 2


def test_live_without_a_key_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        evaluate(Settings(), Wanted((scene_file(tmp_path),), live=True), None)


def both_parts(server: ModelServer) -> None:
    """The same model as the customer, who has three lines, and as our assistant, who uses its tools."""
    lines = ["AC died, 12 Oak St 78701", "Monday at 9 please", "[DONE]"]
    blank = dict.fromkeys(("service", "customer_name", "address", "postal_code", "notes", "email", "urgency"))
    wishes = dict.fromkeys(("service", "preferred_day", "preferred_time", "postal_code"))

    def step(body: dict[str, Any]) -> Step:
        if body["messages"][0]["content"].startswith("You play a customer"):
            return Say(lines.pop(0))
        if body["messages"][-1]["role"] == "tool":
            return in_the_tools_words(body)
        if "Monday at 9" in body["messages"][-1]["content"]:
            return Use("book_job", {"slot": "2026-11-23 09:00", **blank})
        return Use("list_open_slots", {**wishes, "preferred_day": "monday"})

    server.play(otherwise=step)


def test_a_model_plays_the_customer_over_the_openai_protocol(tmp_path: Path) -> None:
    out = tmp_path / "live.json"
    with model_server() as server:
        both_parts(server)
        settings = Settings(openai_api_key="k", openai_base_url=server.url, model="local", model_effort="none")
        assert evaluate(settings, Wanted((scene_file(tmp_path),), live=True), out)
    (told,) = json.loads(out.read_text(encoding="utf-8"))["conversations"]
    assert (told["source"], told["outcome"], told["turns_to_booking"]) == ("live", "pass", 2)
    assert told["by_source"] == {"model": 2}
    assert told["tokens_in"] > 0
