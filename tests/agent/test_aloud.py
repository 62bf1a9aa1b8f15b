"""Words for the ear, and where a sentence is surely over."""

import pytest

from agent.aloud import aloud, sentences


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ('8:00 AM [slot:"2026-11-23 08:00"] works.', "8:00 AM works."),
        ("See https://bluebird.example/book for more.", "See for more."),
        ("Which one? 1. Diagnostic visit, Monday. 2. Install, Friday.", "Number 1: Diagnostic visit"),
        ("Reply with a number: 1 to get a visit.", "Press or say a number: 1 to get a visit."),
        ("No problem. Text us any time if you need us.", "No problem. Call us any time if you need us."),
        ("It is 90 min long.", "It is 90 minutes long."),
    ],
)
def test_what_is_for_the_eye_is_left_out_or_said_in_words(written: str, spoken: str) -> None:
    assert spoken in aloud(written, "en")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("¿Qué visita quiere decir? 1. Diagnostic visit", "Número 1: Diagnostic visit"),
        ("Responda con un número: 1 para pedir una visita.", "Oprima o diga un número: 1 para"),
        ("Solo responda sí, y le reservo el lunes.", "Solo diga sí, y"),
        ("No hay problema. Escríbanos cuando nos necesite.", "No hay problema. Llámenos cuando nos necesite."),
        ("a las 8:00 AM o 1:00 PM", "a las 8:00 de la mañana o 1:00 de la tarde"),
        ("a las 12:00 PM o 8:30 PM", "a las 12:00 de la tarde o 8:30 de la noche"),
    ],
)
def test_spanish_words_for_the_eye_are_said_in_words_too(written: str, spoken: str) -> None:
    assert spoken in aloud(written, "es")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Hi there. How are", ["Hi there. ", "How are"]),
        ("At 9 a.m. on Monday. Fine?", ["At 9 a.m. on Monday. ", "Fine?"]),
        ("It is on Oak St. in Austin. Right", ["It is on Oak St. in Austin. ", "Right"]),
        ("Dr. Jones is", ["Dr. Jones is"]),
        ('He said "come." Then', ['He said "come." ', "Then"]),
        ("$89.50 is the fee", ["$89.50 is the fee"]),
        ("Done!", ["Done!"]),
        ("", [""]),
    ],
)
def test_a_sentence_is_cut_where_it_is_surely_over(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut
    assert "".join(sentences(text)) == text
