"""Our own phone line, over real WebSockets against a real server: each call is played on Twilio's ConversationRelay and
on Retell's custom LLM. However it goes, there is one visit where one was agreed on, and what was said is true."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.people import AUSTIN
from tests.stories.model_server import Fail, Hang, ModelServer, Say, Slowly, Step, Use, in_the_tools_words, model_server
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
    said = [one["content"].lower() for one in messages if one["role"] == "user"]
    if any("at 8" in one for one in said) and "upcoming visits" not in messages[0]["content"]:
        return BOOK
    return LOOK if "furnace" in said[-1] else Say("Happy to help. What else can I do for you?")


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
    else:
        call.server.until(lambda: booked(call.server, call.caller))
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
    assert call.listen() == f"Just to be sure: shall I book {EIGHT} for you?"
    assert call.say("Yes").startswith("Booked!")


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
    Play("is cut off while it books", (slow_to_confirm,), cut_off_while_it_books),
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
def server(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One server for every call; it asks the model."""
    folder: Path = tmp_path_factory.mktemp("line")
    running = RealServer(folder, f"sqlite:///{folder}/ringback.db", OPENAI_BASE_URL=model.url)
    running.start()
    yield running
    running.stop()


@pytest.mark.parametrize("phone", [RelayPhone, RetellPhone])
@pytest.mark.parametrize("play", PLAYS, ids=[play.name.replace(" ", "-") for play in PLAYS])
def test_a_caller(play: Play, phone: type[Phone], model: ModelServer, server: RealServer) -> None:
    brain = play.brain or (Fail(400),)
    model.play(*brain[:-1], otherwise=brain[-1])
    number = PLAYS.index(play) * 2 + (phone is RetellPhone)
    caller = f"+151255502{number:02d}"
    try:
        with phone(server, f"call-{number}", caller) as call:
            play.happens(call)
        assert booked(server, caller) == list(play.visits), call.answers
        assert_true(call.heard, play.visits)
        assert server.until(lambda: over(server, call), within=5) == "assistant"
    finally:
        server.use_new_key()
        for one in [one for one in server.bookings(caller) if one["status"] == "CONFIRMED"]:
            server.ask("PATCH", f"/api/private/v1/bookings/{one['id']}", json={"status": "CANCELED"}).raise_for_status()


def booked(server: RealServer, caller: str) -> list[str]:
    """The visits that stand for a caller, as slot values."""
    query = "select start_at from bookings where customer_phone = ? and status = 'confirmed' order by 1"
    starts = [datetime.fromisoformat(f"{start}+00:00") for (start,) in server.rows(query, caller)]
    return [f"{start.astimezone(AUSTIN):%Y-%m-%d %H:%M}" for start in starts]


def over(server: RealServer, call: Phone) -> str | None:
    """Who had answered the call, once it is over."""
    query = "select answered_by from calls where provider = ? and provider_id = ? and status = 'completed'"
    rows = server.rows(query, call.provider, call.call_id)
    return rows[0][0] if rows else None


def assert_true(heard: str, visits: Sequence[str]) -> None:
    """Whatever was said to be booked is booked."""
    for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", heard.replace("Booked! ", "Booked: ")):
        if re.search(r"\b(?:booked|confirmed|all set|on the schedule)\b", sentence, re.IGNORECASE):
            assert set(times_named(sentence)) <= set(visits), sentence
            assert visits, sentence
