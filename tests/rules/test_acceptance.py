"""Which words take one slot and which take none, on Saturday 2026-11-21 at 10:00 in Chicago."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.rules.acceptance import accepted

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=CHICAGO)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=CHICAGO)


MONDAY_9, MONDAY_10, TUESDAY_2 = at(23, 9), at(23, 10), at(24, 14)
THREE = [MONDAY_9, MONDAY_10, TUESDAY_2]
OFFER = "I have Monday, November 23 at 9:00 AM. Shall I book it?"
LIST = "1) Mon 9:00 AM\n2) Mon 10:00 AM\n3) Tue 2:00 PM\nReply with a number."


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please!",
        "yep",
        "sure, see you then",
        "perfect, book it",
        "ok thanks",
        "great",
        "k",
        "That works for me",
        "Yes, that sounds perfect! So glad I don't have to call around.",
        "Yes please. Do I need to be home?",
        "sí",
    ],
)
def test_a_plain_yes_after_one_offer_takes_it(text: str) -> None:
    answer = accepted(text, [MONDAY_9], NOW, context=OFFER)

    assert (answer.slot, answer.reason) == (MONDAY_9, "only_one")


@pytest.mark.parametrize("text", ["yes", "sounds good", "ok", "perfect"])
def test_a_plain_yes_after_three_offers_is_ambiguous(text: str) -> None:
    answer = accepted(text, THREE, NOW)

    assert (answer.slot, answer.reason) == (None, "ambiguous")


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("9 please", MONDAY_9),
        ("Monday at 9 works", MONDAY_9),
        ("sounds good, 9am Monday", MONDAY_9),
        ("I already said yes to 9", MONDAY_9),
        ("no problem, 9 works", MONDAY_9),
        ("can you book me for 9?", MONDAY_9),
        ("I'll be there at 9", MONDAY_9),
        ("ten works", MONDAY_10),
        ("yes to the 10 o'clock", MONDAY_10),
        ("2pm", TUESDAY_2),
        ("put me down for tuesday", TUESDAY_2),
        ("Tuesday afternoon is great", TUESDAY_2),
        ("the 24th at 2 please", TUESDAY_2),
    ],
)
def test_words_that_name_one_offered_slot_take_it(text: str, slot: datetime) -> None:
    answer = accepted(text, THREE, NOW)

    assert (answer.slot, answer.reason) == (slot, "named")


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("the first one", MONDAY_9),
        ("the second works", MONDAY_10),
        ("option 3", TUESDAY_2),
        ("the last one please", TUESDAY_2),
    ],
)
def test_a_place_in_the_list_takes_that_slot(text: str, slot: datetime) -> None:
    answer = accepted(text, THREE, NOW)

    assert (answer.slot, answer.reason) == (slot, "ordinal")


def test_the_later_one_of_two_is_the_later() -> None:
    assert accepted("let's do the later one", [at(23, 15), MONDAY_9], NOW).slot == at(23, 15)


def test_a_bare_number_answers_a_numbered_list_by_place() -> None:
    assert accepted("2", THREE, NOW, context=LIST).slot == MONDAY_10


def test_a_bare_number_without_a_list_is_an_hour() -> None:
    assert accepted("2", THREE, NOW).slot == TUESDAY_2


def test_a_slot_named_in_full_is_handed_to_the_schedule_though_nobody_offered_it() -> None:
    answer = accepted("Tuesday at 3pm works for me", [MONDAY_9], NOW)

    assert (answer.slot, answer.reason) == (at(24, 15), "named")


def test_monday_means_the_monday_that_was_offered() -> None:
    assert accepted("Monday at 9 works", [at(30, 9)], NOW).slot == at(30, 9)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "not Monday",
        "9 doesn't work",
        "I can't do 9",
        "No, make it a quarter past five.",
        "8 is too early",
        "neither",
        "Cancel it",
        "not the first one",
        "Yes. Can we make it 10 instead?",
        "I don't want 9",
        "9 is not good",
    ],
)
def test_a_refusal_anywhere_takes_nothing(text: str) -> None:
    answer = accepted(text, THREE, NOW, context=OFFER)

    assert (answer.slot, answer.reason) == (None, "declined")


@pytest.mark.parametrize(
    "text",
    [
        "what about Tuesday?",
        "is 9 ok for you?",
        "can you do 9?",
        "how much is it?",
        "can we do it a bit later?",
        "yes but later",
        "Sure, but can you call first?",
        "if 9 is still open, yes",
        "let me ask my wife",
        "maybe 9",
        "ok I'll think about it",
        "thanks",
        "good morning",
        "right now",
        "yse",
        "👍",
        "on Thursday yes",
        "yes 10",
        "That's OK. I forgot about the upstairs unit",
        "I'm at work until 9",
        "after 9",
        "around 9",
        "",
    ],
)
def test_a_question_a_condition_or_a_limit_takes_nothing(text: str) -> None:
    assert accepted(text, [MONDAY_9], NOW, context=OFFER).slot is None


@pytest.mark.parametrize(
    "text", ["9 or 10 either is fine", "anytime", "Monday", "yes monday", "Monday 9 and Tuesday 2", "9 Oak Street"]
)
def test_words_that_fit_several_offers_or_none_take_nothing(text: str) -> None:
    assert accepted(text, THREE, NOW).slot is None


def test_nine_in_the_evening_is_not_the_nine_offered() -> None:
    assert accepted("9 pm works", THREE, NOW).slot is None


def test_ok_with_nothing_offered_is_no_acceptance() -> None:
    assert accepted("ok", [], NOW).reason == "none"


@pytest.mark.parametrize("text", ["my appointment is Monday at 9", "I had Monday at 9", "See you Monday at 9"])
def test_talk_about_a_visit_is_no_acceptance_of_one(text: str) -> None:
    assert accepted(text, [], NOW).slot is None


def test_yes_to_a_question_about_something_else_is_not_a_yes_to_the_slot() -> None:
    assert accepted("yes", [MONDAY_9], NOW, context="Do you have a dog?").reason == "unclear"


@pytest.mark.parametrize("text", ["\x02b\x03", "<b>", "\x02z\x03 please"])
def test_our_own_marks_in_a_message_choose_nothing(text: str) -> None:
    assert accepted(text, THREE, NOW).slot is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.integers(0, 3))
def test_no_text_raises(text: str, count: int) -> None:
    answer = accepted(text, THREE[:count], NOW, context=text[::-1])

    assert answer.slot is None or answer.reason in ("named", "only_one", "ordinal")


@pytest.mark.parametrize("word", ["actually", "actuually", "atcually", "insted", "diferent", "anohter"])
def test_a_word_that_takes_a_yes_back_does_so_misspelt(word: str) -> None:
    assert accepted(f"yes, Monday at 9, {word}", [MONDAY_9], NOW, context=OFFER).slot is None
