from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.rules import phones


@pytest.mark.parametrize(
    "written",
    [
        "+15125550142",
        "(512) 555-0142",
        "512.555.0142",
        "1-512-555-0142",
        "whatsapp:+15125550142",
        "tel:+1-512-555-0142",
        "512 555 0142 ext 12",
    ],
)
def test_sarahs_number_is_the_same_however_it_is_written(written: str) -> None:
    assert phones.e164(written, "US") == "+15125550142"


def test_a_number_without_country_code_is_read_in_the_companys_country() -> None:
    assert phones.e164("020 7946 0958", "GB") == "+442079460958"


def test_an_austin_number_that_spells_restricted_is_still_a_number() -> None:
    assert phones.e164("737-874-2833", "US") == "+17378742833"


@pytest.mark.parametrize(
    ("caller", "kind"),
    [
        ("+15125550142", "number"),
        ("anonymous", "anonymous"),
        ("Restricted", "anonymous"),
        ("Unavailable", "anonymous"),
        ("Private Number", "anonymous"),
        ("", "anonymous"),
        ("+266696687", "anonymous"),
        ("+7378742833", "anonymous"),
        ("+86282452253", "anonymous"),
        ("72727", "short_code"),
        ("whatsapp:72727", "short_code"),
        ("555-0142", "invalid"),
        ("+10000000000", "invalid"),
        ("+1512555014211111", "invalid"),
        ("AMAZON", "invalid"),
        ("12 Oak St 78701", "invalid"),
        ("sip:dana@example.com", "invalid"),
    ],
)
def test_what_stands_where_the_caller_belongs(caller: str, kind: str) -> None:
    assert phones.kind_of_caller(caller) == kind
    assert (phones.e164(caller, "US") is not None) == (kind == "number")


@given(st.text(max_size=300))
def test_nonsense_never_raises_and_only_e164_comes_out(text: str) -> None:
    number = phones.e164(text, "US")
    assert number is None or (number[0] == "+" and number[1:].isdecimal() and number.isascii())


def test_only_the_last_four_digits_are_spoken() -> None:
    assert phones.last_four("+15125550142") == "0142"


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+15125550142", ZoneInfo("America/Chicago")),
        ("+12125550142", ZoneInfo("America/New_York")),
        ("+18005550142", None),
        ("+447400123456", None),
    ],
)
def test_a_prefix_points_to_one_zone_or_to_none(number: str, zone: ZoneInfo | None) -> None:
    assert phones.zone_of(number) == zone
