"""U-04: Sarah smells gas at eleven at night, and Marcus finds his gas bill high."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stories.model_server import Say, model_server
from tests.stories.real_server import MARCUS, SARAH, RealServer, times_named

ELEVEN_AT_NIGHT = "2026-11-21T23:00:00-06:00"
LUIS, DANA = "+15125550112", "+15125550111"
HELPS = "Thanks for telling us. The office will look at it in the morning."


@dataclass
class Told:
    """What happened, in the order it happened."""

    server: RealServer
    first: list[dict[str, Any]]
    model_was_asked: int
    to_luis: list[dict[str, Any]]
    to_dana_before: list[dict[str, Any]]
    to_dana: list[dict[str, Any]]
    bill: str
    model_was_asked_later: int
    to_the_team: int


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The night, with a model that would answer."""
    folder: Path = tmp_path_factory.mktemp("u04")
    with model_server() as model:
        model.play(otherwise=Say(HELPS))
        brain = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "of-nobody"}
        server = RealServer(folder, f"sqlite:///{folder}/ringback.db", RINGBACK_NOW=ELEVEN_AT_NIGHT, **brain)
        server.start()
        try:
            assert server.text("I smell gas by the furnace").status_code == 200
            first = server.until(lambda: server.sent(SARAH))
            to_luis = server.until(lambda: server.sent(LUIS))
            asked = len(model.asked)
            server.pass_time(4 * 60)
            server.say("what does my water heater cost", sender=MARCUS)
            before = server.sent(DANA)
            server.pass_time(61)
            to_dana = server.until(lambda: server.sent(DANA))
            asked_later = len(model.asked)
            team = len(server.sent(LUIS) + server.sent(DANA))
            bill = server.say("my gas bill is high", sender="+15125550144")
            server.pass_time(10 * 60)
            later = len(server.sent(LUIS) + server.sent(DANA)) - team
            yield Told(server, first, asked, to_luis, before, to_dana, bill, len(model.asked) - asked_later, later)
        finally:
            server.stop()


def test_the_first_reply_asks_no_model(told: Told) -> None:
    assert told.first[0]["kind"] == "safety"
    assert told.model_was_asked == 0


def test_she_is_told_to_get_out_and_call_911_or_the_gas_company(told: Told) -> None:
    words = told.first[0]["body"].lower()
    assert "leave" in words or "get out" in words
    assert "911" in words
    assert "gas company" in words


def test_no_time_is_offered(told: Told) -> None:
    assert [times_named(one["body"]) for one in told.server.sent(SARAH)] == [[]]


def test_luis_who_is_on_call_is_texted_at_once(told: Told) -> None:
    (text,) = told.to_luis
    assert "0142" in text["body"]
    assert "gas" in text["body"].lower()


def test_dana_is_left_alone_while_luis_has_time_to_answer(told: Told) -> None:
    assert told.to_dana_before == []


def test_dana_is_texted_when_luis_does_not_answer_in_five_minutes(told: Told) -> None:
    (text,) = told.to_dana
    assert "0142" in text["body"]


def test_the_thread_is_an_emergency(told: Told) -> None:
    query = "select urgency, state from conversations where phone = ?"
    assert told.server.rows(query, SARAH) == [("emergency", "needs_human")]


def test_a_high_gas_bill_is_answered_by_the_assistant(told: Told) -> None:
    assert "911" not in told.bill
    assert told.model_was_asked_later > 0


def test_a_high_gas_bill_wakes_nobody(told: Told) -> None:
    assert told.to_the_team == 0
    query = "select urgency from conversations where phone = '+15125550144'"
    assert told.server.rows(query) == [("routine",)]
