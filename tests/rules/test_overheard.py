"""What was said against what was heard."""

import pytest

from tools.rules import overheard

OFFER = "I have Monday, November 23 at 8:00 AM or 3:00 PM. Which works for you?"


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("I have monday november 23 at 8 00 am", "I have Monday, November 23 at 8:00 AM"),
        ("I have Mon", "I have"),
        ("Which works for you", "I have Monday, November 23 at 8:00 AM or 3:00 PM. Which works for you"),
        ("", ""),
        ("something else", None),
        (f"{OFFER} And more", None),
    ],
)
def test_how_much_of_our_words_was_out(heard: str, said: str | None) -> None:
    assert overheard.up_to(OFFER, heard) == said


@pytest.mark.parametrize(
    ("words", "known", "new"),
    [
        ("Monday at nine, please. Thanks!", "monday at nine please", "Thanks!"),
        ("Monday at nine", "Monday at nine.", ""),
        ("Tuesday", "Monday", "Tuesday"),
        ("Tuesday", "", "Tuesday"),
    ],
)
def test_what_was_said_beyond_what_is_known(words: str, known: str, new: str) -> None:
    assert overheard.beyond(words, known) == new
