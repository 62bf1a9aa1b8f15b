import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rules import sms


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 8, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("🔥" * 35, 1),
        ("🔥" * 36, 2),
        ("á" * 66 + "🔥" + "á" * 66, 3),
        ("ñ" * 160, 1),
        ("ë" * 71, 2),
    ],
    ids=[
        "nothing",
        "one full",
        "one over",
        "two full",
        "two over",
        "euros count two",
        "euros over",
        "escape pair does not fit",
        "escape pair pushes on",
        "accents full",
        "accents over",
        "two accented full",
        "two accented over",
        "emoji count two",
        "emoji over",
        "emoji is not split",
        "n tilde is cheap",
        "e diaeresis is not",
    ],
)
def test_segments_are_counted_as_the_carrier_bills_them(text: str, count: int) -> None:
    assert sms.segments(text) == count


def test_gsm_has_128_places_less_the_escape() -> None:
    assert len(sms.GSM_BASIC) == 127
    assert len(sms.GSM_EXTENSION) == 10


def test_two_segments_are_the_limit_unless_said_otherwise() -> None:
    assert sms.fits("a" * 306)
    assert not sms.fits("a" * 307)
    assert sms.fits("a" * 307, limit=3)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("we\u2019re \u201chere\u201d", 'we\'re "here"'),
        ("8 \u2013 5 \u2014 daily\u2026", "8 - 5 - daily..."),
        ("9:00\u202fAM\u00a0today\tok", "9:00 AM today ok"),
        ("`code`", "'code'"),
        ("line\r\nline", "line\nline"),
        ("a\x00b\x07c\x7fd\x0ce", "abcde"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone \ud83d half", "lone  half"),
        ("Señora Muñoz, María 👨\u200d🔧", "Señora Muñoz, María 👨\u200d🔧"),
    ],
)
def test_typography_becomes_plain_and_names_stay(written: str, sent: str) -> None:
    assert sms.plain(written) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Señora Muñoz, María vendrá a las 9", "Señora Muñoz, Maria vendra a las 9"),
        ("¿Qué día?", "¿Qué dia?"),
        ("María 👨\u200d🔧", "María 👨\u200d🔧"),
    ],
)
def test_accents_that_double_the_price_go_where_nothing_else_costs_as_much(written: str, sent: str) -> None:
    assert sms.thrifty(written) == sent


@given(st.text())
def test_plain_text_is_stable_and_can_be_sent(text: str) -> None:
    once = sms.plain(text)
    assert sms.plain(once) == once
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Reply CANCEL to cancel your visit", "CANCEL"),
        ("reply quit", "QUIT"),
        ("text END to leave", "END"),
        ("Reply with the word 'cancel'", "CANCEL"),
        ("Reply STOP, HELP or CANCEL", "CANCEL"),
        ("Reply 1 to confirm, CANCEL to cancel", "CANCEL"),
        ("reply: opt-out", "OPT-OUT"),
        ("Responda CANCEL para cambiar", "CANCEL"),
    ],
)
def test_a_word_that_would_block_the_customer_is_caught(text: str, word: str) -> None:
    assert sms.trap(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "Reply STOP to opt out.",
        "Reply HELP for help, STOP to opt out.",
        "Reply START to hear from us again",
        "Reply STOP to end messages",
        "Reply 1 to take it",
        "Reply YES to keep it",
        "Text or call to cancel",
        "Text us or cancel online",
        "Change or cancel: https://example.com",
    ],
)
def test_ordinary_words_are_no_trap(text: str) -> None:
    assert sms.trap(text) is None
