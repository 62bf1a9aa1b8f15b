"""U-02: the slot goes while she thinks, and a model that says what is not so, or nothing of use."""

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stories.conftest import BRAINS
from tests.stories.model_server import (
    Fail,
    Hang,
    ModelServer,
    Nonsense,
    Say,
    Script,
    Step,
    Use,
    in_the_tools_words,
    model_server,
)
from tests.stories.real_server import SARAH, RealServer, times_named
from tests.stories.test_u01 import BOOKS, LOOKS_UP, MONDAY_NINE

CLAIM = re.compile("booked|confirmed|all set", re.IGNORECASE)
SOMEBODY_ELSE = {
    "customerPhone": "+15125550177",
    "scheduledStartAt": "2026-11-23T15:00:00Z",
    "scheduledEndAt": "2026-11-23T16:30:00Z",
    "serviceLabel": "Diagnostic visit",
}


TUESDAY_NINE = Use("book_job", {**MONDAY_NINE, "slot": "2026-11-24 09:00"})
NUMBERS = itertools.count(200)


@dataclass(frozen=True)
class Thinking:
    """One customer of a server that asks a model."""

    server: RealServer
    model: ModelServer
    customer: str

    def say(self, body: str) -> str:
        return self.server.say(body, sender=self.customer)

    def was_offered_times(self) -> None:
        """By a model that behaves."""
        self.model.play(LOOKS_UP, in_the_tools_words)
        self.say("AC died, 12 Oak St 78701, Monday morning?")


@pytest.fixture(scope="module", params=BRAINS)
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealServer, str]]:
    """Sarah was offered times, somebody else took Monday at nine, and she asks for it: the server and her answer."""
    folder: Path = tmp_path_factory.mktemp("u02")
    with model_server() as model:
        model.play(LOOKS_UP, in_the_tools_words, BOOKS, in_the_tools_words)
        brain = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "of-nobody", "RINGBACK_MODEL_API": request.param}
        server = RealServer(folder, f"sqlite:///{folder}/ringback.db", **({} if request.param == "script" else brain))
        server.start()
        try:
            server.say("AC died, 12 Oak St 78701, Monday morning?")
            assert server.ask("POST", "/api/private/v1/bookings", json=SOMEBODY_ELSE).status_code == 201
            yield server, server.say("9 please")
        finally:
            server.stop()


def test_a_slot_that_went_is_not_claimed(taken: tuple[RealServer, str]) -> None:
    assert not CLAIM.search(taken[1])


def test_the_answer_names_times_that_are_open(taken: tuple[RealServer, str]) -> None:
    server, answer = taken
    named = times_named(answer)
    assert set(named) & set(server.open_slots())


def test_nothing_is_booked_for_her(taken: tuple[RealServer, str]) -> None:
    assert taken[0].bookings(SARAH) == []


@pytest.fixture(scope="module")
def thinking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealServer, ModelServer]]:
    """One server that asks a model over chat completions."""
    folder: Path = tmp_path_factory.mktemp("thinking")
    with model_server() as model:
        server = RealServer(
            folder, f"sqlite:///{folder}/ringback.db", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="of-nobody"
        )
        server.start()
        yield server, model
        server.stop()


@pytest.fixture
def thinking(thinking_server: tuple[RealServer, ModelServer]) -> Thinking:
    """The server and its model, for a customer nobody heard of before."""
    server, model = thinking_server
    server.use_new_key()
    return Thinking(server, model, f"+1512555{next(NUMBERS):04d}")


def test_a_claim_without_a_booking_never_leaves(thinking: Thinking) -> None:
    thinking.was_offered_times()
    thinking.model.play(otherwise=Say("You're all booked for 9!"))
    answer = thinking.say("9 please")
    assert not CLAIM.search(answer)
    assert [one for one in thinking.server.sent(thinking.customer) if "all booked" in one["body"]] == []
    assert thinking.server.bookings(thinking.customer) == []


def test_a_claim_without_a_booking_brings_in_a_person(thinking: Thinking) -> None:
    thinking.was_offered_times()
    thinking.model.play(otherwise=Say("You're all booked for 9!"))
    thinking.say("9 please")
    query = "select state, needs_human_reason from conversations where phone = ?"
    assert thinking.server.rows(query, thinking.customer) == [("needs_human", "claim_guard")]


BAD_MODELS: dict[str, Step | Script] = {
    "hangs": Hang(60),
    "answers 500": Fail(500),
    "answers 429": Fail(429),
    "refuses the key": Fail(401),
    "answers with no JSON": Nonsense("<html>Bad gateway</html>", "text/html"),
    "answers with JSON of another kind": Nonsense('{"choices": []}'),
    "answers with nothing said": Say(""),
    "calls a tool that does not exist": Use("send_invoice", {"amount": 5}),
    "calls a tool with arguments that are no JSON": Use("book_job", "{slot: tomorrow"),
    "calls a tool with arguments nobody defined": Use("book_job", {"when": "Monday"}),
    "says it booked": Say("You're booked for Monday, November 23 at 9:00 AM. See you then!"),
    "invents a price": Say("That will be $499. Monday, November 23 at 9:00 AM is reserved for you."),
}


@pytest.mark.parametrize("step", BAD_MODELS.values(), ids=BAD_MODELS.keys())
def test_whatever_the_model_does_she_gets_a_true_and_useful_answer(step: Step | Script, thinking: Thinking) -> None:
    thinking.model.play(otherwise=step)
    began = time.monotonic()
    answer = thinking.say("AC died, 12 Oak St 78701. Monday morning?")
    assert time.monotonic() - began < 25
    assert not CLAIM.search(answer)
    assert set(times_named(answer)) <= set(thinking.server.open_slots())
    assert times_named(answer) or "office" in answer
    assert thinking.server.bookings(thinking.customer) == []


def test_a_model_that_comes_back_is_used_again(thinking: Thinking) -> None:
    thinking.model.play(Fail(500), Fail(500), otherwise=LOOKS_UP)
    thinking.say("AC died, 12 Oak St 78701. Tuesday morning?")
    thinking.model.play(TUESDAY_NINE, in_the_tools_words)
    assert "Tuesday, November 24 at 9:00 AM" in thinking.say("Tuesday at 9 works")
    query = "select source from turns where conversation_id in (select id from conversations where phone = ?)"
    assert thinking.server.rows(f"{query} order by created_at", thinking.customer) == [("script",), ("model",)]
