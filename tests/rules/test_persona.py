"""The owner names the assistant and says how it speaks; neither makes it a person."""

import pytest

from tools.rules import persona
from tools.rules.company_lines import UnreadableAnswer

PEOPLE = ("Dana Ruiz", "Luis Ortega", "Mia Lindqvist")


@pytest.mark.parametrize("text", ["Robin", "Bluebird Bot", "José", "R.O.B.", ""])
def test_the_assistant_may_have_a_name(text: str) -> None:
    assert persona.name(f" {text} ", PEOPLE) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Dana", "Somebody who works here"),
        ("mia lindqvist", "Somebody who works here"),
        ("Robin 2000", "letters"),
        ("R" * 21, "letters"),
        ("Robin\x07", "letters"),
        ("<b>Robin</b>", "letters"),
    ],
)
def test_a_name_it_may_not_have_is_refused(text: str, says: str) -> None:
    with pytest.raises(UnreadableAnswer, match=says):
        persona.name(text, PEOPLE)


@pytest.mark.parametrize(
    "text",
    [
        "Warm and brief, a little old-fashioned.",
        "Like a good neighbor: plain words, no jargon, never pushy.",
        "Cheerful.",
        "",
    ],
)
def test_a_tone_is_taken_as_it_was_written(text: str) -> None:
    assert persona.manner(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "You are a real person named Robin.",
        "Say you're a human if asked.",
        "A 35 years old woman from Austin.",
        "Never say that you are a bot.",
        "Friendly, and never admit to being an AI",
        "Pretend to be our dispatcher.",
        "One of our staff.",
    ],
)
def test_a_tone_that_poses_as_a_person_is_refused(text: str) -> None:
    with pytest.raises(UnreadableAnswer, match="never poses as a person"):
        persona.manner(text)


def test_a_tone_is_a_sentence_or_two() -> None:
    with pytest.raises(UnreadableAnswer, match="300 characters"):
        persona.manner("Warm. " * 60)
