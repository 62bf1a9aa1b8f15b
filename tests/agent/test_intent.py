"""What homeowners want, sentence by sentence, and against what Bluebird Heating had asked."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent.asked import asked
from agent.hearing import hear
from agent.spelling import mended

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("America/Chicago"))
OFFER = "I have Monday, November 23 at 9:00 AM. Shall I book it?"
FULL = "Unfortunately Monday at 9:00 AM is taken. Would you like a different time?"


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("stop texting me", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("Cancel", "stop"),
        ("please cancel my appointment", "cancel"),
        ("canecl my appointment please", "cancel"),
        ("I won't need the visit anymore", "cancel"),
        ("I can't make it tomorrow", "cancel"),
        ("I need to reschedul my appointmnet", "reschedule"),
        ("can we move my appointment to Thursday", "reschedule"),
        ("I'd like to push back my visit", "reschedule"),
        ("can you send someone to look at the heater", "book"),
        ("I'd like to schedule a tune-up", "book"),
        ("do you have anything tomorrow?", "availability"),
        ("what times are open on Tuesday?", "availability"),
        ("what time is my appointment?", "lookup"),
        ("when is the tech coming?", "lookup"),
        ("can I talk to a real person", "human"),
        ("have someone call me", "human"),
        ("please quit the bots, put me through to a person", "human"),
        ("are you a real person?", "other"),
        ("my water heater is leaking", "give_issue"),
        ("Hi this is Sarah", "give_name"),
        ("12 Oak St, 78701", "give_address"),
        ("Tuesday at 3", "give_datetime"),
        ("thanks!", "other"),
        ("what is the capital of France", "other"),
        ("necesito una cita por favor", "book"),
    ],
)
def test_a_message_out_of_the_blue_is_read_for_its_wish(text: str, wants: str) -> None:
    assert hear(text, NOW).intent == wants


@pytest.mark.parametrize(
    ("text", "context", "wants"),
    [
        ("yes please", OFFER, "confirm"),
        ("Yes. Do I need to be home?", OFFER, "confirm"),
        ("no", OFFER, "deny"),
        ("Actually, something came up", OFFER, "deny"),
        ("how about 3?", FULL, "availability"),
        ("Sarah", "What's your name?", "give_name"),
        ("the furnace quit", "What's going on?", "give_issue"),
        ("12 Oak", "What's the address?", "give_address"),
        ("Tuesday please", "What day works for you?", "give_datetime"),
        ("no thanks", "Is there anything else I can do for you?", "deny"),
        ("thank you!", "You're booked for Monday at 9:00 AM.", "other"),
        ("cancel", "Which visit is this about?", "cancel"),
        ("the second one", "I have Mon 9:00 AM, Mon 10:00 AM or Tue 2:00 PM. Which works?", "give_datetime"),
    ],
)
def test_a_short_answer_is_read_by_what_was_asked(text: str, context: str, wants: str) -> None:
    assert hear(text, NOW, context=context).intent == wants


@pytest.mark.parametrize("text", ["yse", "yez", "sur", "ysep", "conrfim", "abslutely"])
def test_a_slip_is_never_mended_into_a_yes(text: str) -> None:
    assert hear(text, NOW, context=OFFER).intent != "confirm"


@pytest.mark.parametrize(
    ("context", "kind"),
    [
        (OFFER, "yes_no"),
        (FULL, "none_free"),
        ("May I have your name, please?", "name"),
        ("Where should we come?", "address"),
        ("When would you like us to come?", "when"),
        ("Anything else?", "more"),
        ("You're booked for Monday. Goodbye.", "done"),
    ],
)
def test_the_business_words_tell_what_answer_they_wait_for(context: str, kind: str) -> None:
    assert kind in asked(context)


def test_what_the_script_awaits_counts_without_any_context() -> None:
    assert hear("Sarah", NOW, awaiting="name").intent == "give_name"


@pytest.mark.parametrize("slip", ["cancle", "cancl", "canxcel", "cnacel"])
def test_one_edit_in_a_long_word_is_mended(slip: str) -> None:
    assert mended(slip, frozenset({"cancel"})) == "cancel"


@pytest.mark.parametrize("word", ["chance", "cn", "channels"])
def test_real_and_distant_words_are_left_alone(word: str) -> None:
    assert mended(word, frozenset({"cancel", "change"})) == word
