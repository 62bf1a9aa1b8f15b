"""Who said what in a transcript: only the caller's words count, and a yes means what it answers."""

import pytest

from tools.rules.transcript import callers_turns


@pytest.mark.parametrize(
    ("transcript", "turns"),
    [
        ("Agent: Hello.\nUser: Hi there", ["Hi there"]),
        ("AI: Do you smell gas?\nUser: No", ["No"]),
        ("AI: I see. Do you smell gas?\nCustomer: Yes, I do", ["Yes, I do. Do you smell gas"]),
        ("AI: Is it cold?\nAI: Fine.\nUser: Yes", ["Yes"]),
        ("User: one\ntwo\nAgent: three\nUser: four", ["one two", "four"]),
        ("I smell gas: it is strong", ["I smell gas: it is strong"]),
        ("Agent: Hello.", []),
        ("", [""]),
    ],
)
def test_the_callers_turns_are_told_apart(transcript: str, turns: list[str]) -> None:
    assert callers_turns(transcript) == turns


def test_a_turn_without_end_is_cut() -> None:
    assert [len(one) for one in callers_turns("User: " + "a" * 10_000)] == [2_000]
