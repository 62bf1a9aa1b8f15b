"""Our own phone line, over real WebSockets against a real server: each call is played on Twilio's ConversationRelay and
on Retell's custom LLM. However it goes, there is one visit where one was agreed on, and what was said is true."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.stories.model_server import Hang, ModelServer, Say, Slowly, Step, Use, in_the_tools_words, model_server
from tests.stories.phone import Phone, RelayPhone, RetellPhone
from tests.stories.real_server import RealServer, times_named

NEED = "My furnace is out, I'm at 12 Oak Street, 78701. Is Monday possible?"
EIGHT = "Monday, November 23 at 8:00 AM"
NOTHING = dict.fromkeys(("service", "customer_name", "address", "postal_code", "notes", "email", "urgency"))
LOOK = Use("list_open_slots", dict.fromkeys(("service", "preferred_time", "postal_code")) | {"preferred_day": "monday"})
BOOK = Use("book_job", NOTHING | {"slot": "2026-11-23 08:00"})
LIE = Say("You're all set! Your visit is booked for Friday, November 27 at 6:00 PM.")


def sensible(body: dict[str, Any]) -> Step:
    """A model that looks up before it offers, books what was agreed on, and tells what was not heard yet."""
    messages = body["messages"]
    if messages[-1]["role"] == "tool":
        return in_the_tools_words(body)
    if "Done already" in messages[0]["content"]:
        return Say(f"Yes, you're booked for {EIGHT} with Dana Ruiz.")
    said = next(one["content"] for one in reversed(messages) if one["role"] == "user").lower()
    if "8" in said:
        return BOOK
    return LOOK if "furnace" in said else Say("Happy to help. What else can I do for you?")


def slow_to_confirm(body: dict[str, Any]) -> Step:
    """The same, but it takes its time over the good news."""
    step = sensible(body)
    booked = isinstance(step, Say) and step.words.startswith("Booked!")
    return Slowly(step.words, 0.15) if booked and isinstance(step, Say) else step


@dataclass(frozen=True)
class Play:
    """One call: how the model behaves (None: the script answers), what happens, and the visits it leaves."""

    name: str
    brain: Sequence[Step | Callable[[dict[str, Any]], Step]] | None
    happens: Callable[[Phone], None]
    visits: tuple[str, ...] = ("2026-11-23 08:00",)


def plainly(call: Phone) -> None:
    assert EIGHT in call.say(NEED)
    assert EIGHT in call.say("Monday at 8 please")


def cut_off_while_it_books(call: Phone) -> None:
    call.say(NEED)
    call.prompt("Monday at 8 please")
    if call.provider == "retell":
        call.listen_until("book_job")  # Retell is told when a tool begins
    call.talk_over("", "Hello? Did that work?")
    assert EIGHT in call.listen()


def cut_off_while_it_confirms(call: Phone) -> None:
    call.say(NEED)
    call.prompt("Monday at 8 please")
    call.listen_until("Booked!")
    call.talk_over("Booked!", "Wait, booked for when?")
    assert EIGHT in call.listen()


def cut_off_while_it_offers(call: Phone) -> None:
    call.say(NEED)
    call.talk_over(f"I have {EIGHT}", "Yes, that one please")
    assert EIGHT in call.listen()


def goes_on_after_the_line_was_lost(call: Phone) -> None:
    call.say(NEED)
    call.lose()
    assert EIGHT in call.say("Monday at 8 please")


def loses_the_line_while_it_books(call: Phone) -> None:
    call.say(NEED)
    call.prompt("Monday at 8 please")
    call.lose()
    call.again()
    assert EIGHT in call.listen()


def hears_everything_twice(call: Phone) -> None:
    call.prompt(NEED)
    call.again()
    call.listen()
    call.prompt("Monday at 8 please")
    call.again()
    assert EIGHT in call.listen()
    assert call.silence()


def gets_frames_out_of_order(call: Phone) -> None:
    call.say(NEED)
    call.prompt("Monday at 8 please")
    call.late()
    assert EIGHT in call.listen()


def waits_for_a_model_that_hangs(call: Phone) -> None:
    began = time.monotonic()
    assert EIGHT in call.say(NEED)
    assert time.monotonic() - began < 6
    assert EIGHT in call.say("Monday at 8 please")


def is_lied_to(call: Phone) -> None:
    assert EIGHT in call.say(NEED)
    answer = call.say("Friday would be better")
    assert "Friday, November 27 at 6" not in answer
    assert "the office" in answer


def is_lied_to_and_books(call: Phone) -> None:
    call.say(NEED)
    assert EIGHT in call.say("Monday at 8 please")


PLAYS = (
    Play("books with the script", None, plainly),
    Play("books with a model", (sensible,), plainly),
    Play("is cut off while it books", (sensible,), cut_off_while_it_books),
    Play("is cut off while it confirms", (slow_to_confirm,), cut_off_while_it_confirms),
    Play("hears half of an offer and takes that", None, cut_off_while_it_offers),
    Play("loses the line and goes on", (sensible,), goes_on_after_the_line_was_lost),
    Play("loses the line while it books", (sensible,), loses_the_line_while_it_books),
    Play("hears everything twice", (sensible,), hears_everything_twice),
    Play("gets frames out of order", (sensible,), gets_frames_out_of_order),
    Play("has a model that hangs", (Hang(20), sensible), waits_for_a_model_that_hangs),
    Play("has a model that lies", (LOOK, in_the_tools_words, LIE), is_lied_to, ()),
    Play("has a model that books and lies", (LOOK, in_the_tools_words, BOOK, LIE), is_lied_to_and_books),
)


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def servers(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, RealServer]]:
    """One server that asks the model, and one that has none."""
    running = {}
    for asks in (True, False):
        folder: Path = tmp_path_factory.mktemp("line")
        environ = {"OPENAI_BASE_URL": model.url} if asks else {}
        running[asks] = RealServer(folder, f"sqlite:///{folder}/ringback.db", **environ)
        running[asks].start()
    yield running
    for server in running.values():
        server.stop()


@pytest.mark.parametrize("phone", [RelayPhone, RetellPhone])
@pytest.mark.parametrize("play", PLAYS, ids=[play.name.replace(" ", "-") for play in PLAYS])
def test_a_caller(play: Play, phone: type[Phone], model: ModelServer, servers: dict[bool, RealServer]) -> None:
    server = servers[play.brain is not None]
    model.play(*(play.brain or ())[:-1], otherwise=(play.brain or (sensible,))[-1])
    number = PLAYS.index(play) * 2 + (phone is RetellPhone)
    caller = f"+151255502{number:02d}"
    with phone(server, f"call-{number}", caller) as call:
        play.happens(call)
    server.use_new_key()
    visits = server.bookings(caller)
    try:
        assert tuple(one["slot"] for one in visits if one["status"] != "CANCELED") == play.visits, call.answers
        assert_true(call.heard, play.visits)
        rows = server.until(lambda: ended(server, call), within=5)
        assert rows == [("completed", "assistant", "closed")] or not play.visits
    finally:
        for one in visits:
            server.ask("POST", f"/api/private/v1/bookings/{one['id']}/cancel", json={"reason": "the play is over"})


def ended(server: RealServer, call: Phone) -> list[tuple[Any, ...]]:
    """How the call stands once it is over."""
    query = """select calls.status, calls.answered_by, conversations.state from calls
        join conversations on conversations.id = json_extract(calls.details, '$.talk')
        where calls.provider_id = ? and calls.provider = ? and calls.status = 'completed'"""
    return server.rows(query, call.call_id, call.provider)


def assert_true(heard: str, visits: Sequence[str]) -> None:
    """Whatever was said to be booked is booked."""
    for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", heard.replace("Booked! ", "Booked: ")):
        if re.search(r"\b(?:booked|confirmed|all set|on the schedule)\b", sentence, re.IGNORECASE):
            assert set(times_named(sentence)) <= set(visits), sentence
            assert visits, sentence
