"""Names, addresses, ZIPs, e-mails and phones in what homeowners write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.details import address_in, email_in, phone_in, postal_code_in
from agent.names import name_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi this is Sarah", "Sarah"),
        ("Sarah Jones here", "Sarah Jones"),
        ("name's Sarah", "Sarah"),
        ("my name is sarah jones and the heat is out", "Sarah Jones"),
        ("it's for my mom, Ruth Perez", "Ruth Perez"),
        ("please cancel the visit under Ruth Perez", "Ruth Perez"),
        ("I'd like to move the appointment for Ruth Perez", "Ruth Perez"),
        ("You can call me Sarah", "Sarah"),
        ("The furnace is out - Sarah Jones", "Sarah Jones"),
    ],
)
def test_a_name_is_taken_however_it_is_told(text: str, name: str) -> None:
    assert name_in(text, wanted=False) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Sarah Jones", "Sarah Jones"),
        ("sarah", "Sarah"),
        ("Yes, I'm Sarah", "Sarah"),
        ("Sue", "Sue"),
        ("SARAH JONES", "Sarah Jones"),
        ("Sarah. The furnace is out", "Sarah"),
        ("it's Sean O'Neil", "Sean O'Neil"),
        ("José Núñez", "José Núñez"),
    ],
)
def test_a_bare_name_answers_the_question_for_it(text: str, name: str) -> None:
    assert name_in(text, wanted=True) == name


def test_a_bare_name_nobody_asked_for_is_not_taken() -> None:
    assert name_in("Sarah Jones", wanted=False) is None


@pytest.mark.parametrize(
    "text", ["How's ?", "yse", "waht", "Tuesday", "no heat", "why?", "next week please", "ok", "12 Oak St", "Who?"]
)
def test_an_ordinary_word_is_no_name_even_when_asked(text: str) -> None:
    assert name_in(text, wanted=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "I'm freezing",
        "this is urgent",
        "I am not home",
        "I need to see Dr. Morgan",
        "it's for tomorrow",
        "I need it for Monday Morning",
        "can I talk to Dana?",
        "an appointment for Cedar Ridge Apartments",
    ],
)
def test_talk_that_introduces_nobody_gives_no_name(text: str) -> None:
    assert name_in(text, wanted=False) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("12 Oak St 78701", "12 Oak St"),
        ("I'm at 4500 Duval St apt 12, Austin TX 78751.", "4500 Duval St apt 12, Austin TX"),
        ("it's 1200 West 5th Street #27 please", "1200 West 5th Street #27"),
        ("310 Barton Street Bldg 1", "310 Barton Street Bldg 1"),
        ("800 East Camino Real.", "800 East Camino Real"),
        ("twelve oak street", "twelve oak street"),
        ("the corner of 5th and Main", "corner of 5th and Main"),
        ("22500 Highway 71", "22500 Highway 71"),
        ("PO Box 12", "PO Box 12"),
        ("my address is 12 Oak", "12 Oak"),
    ],
)
def test_a_street_address_is_taken_as_written(text: str, address: str) -> None:
    assert address_in(text, wanted=False) == address


def test_a_crossing_counts_when_the_address_was_asked_for() -> None:
    assert address_in("5th and Main", wanted=True) == "5th and Main"


@pytest.mark.parametrize(
    "text",
    [
        "same as last time",
        "Monday at 9 works",
        "9 am on Tuesday please",
        "512-555-0142",
        "2 people",
        "the 2nd works",
        "in 2 hours",
    ],
)
def test_a_time_a_phone_or_a_reference_is_no_address(text: str) -> None:
    assert address_in(text, wanted=True) is None


def test_a_zip_beside_an_address_is_found() -> None:
    assert postal_code_in("12 Oak St, Austin TX 78701") == "78701"


def test_a_phone_is_read_as_e164() -> None:
    assert phone_in("call (512) 555-0142 please") == "+15125550142"


def test_an_email_is_read_in_lower_case() -> None:
    assert email_in("it's Sarah.Jones@Example.com, thanks") == "sarah.jones@example.com"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    for wanted in (True, False):
        name, address = name_in(text, wanted=wanted), address_in(text, wanted=wanted)
        assert name is None or 0 < len(name) <= 60
        assert address is None or address.strip()
    email_in(text), phone_in(text), postal_code_in(text)
