"""Day one's answers, each one line."""

from collections.abc import Callable

import pytest

from tools.rules import company_lines
from tools.rules.company_lines import Offering, Person, UnreadableAnswer


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("78701-78759,78610", (("78701", "78759"), ("78610", "78610"))),
        ("78701 - 78759; 78610 78613", (("78701", "78759"), ("78610", "78610"), ("78613", "78613"))),
        ("78701 to 78759", (("78701", "78759"),)),
        ("everywhere", ()),
        ("", ()),
    ],
)
def test_zips_are_read_as_runs(text: str, runs: tuple[tuple[str, str], ...]) -> None:
    assert company_lines.areas(text) == runs


def test_services_have_minutes_and_a_fee_in_cents() -> None:
    assert company_lines.offerings("Diagnostic visit:90:$89.50, Water heater install:180,Tune-up") == (
        Offering("Diagnostic visit", 90, 8950),
        Offering("Water heater install", 180, None),
        Offering("Tune-up", 60, None),
    )


def test_technicians_may_have_a_phone() -> None:
    assert company_lines.people("Dana Ruiz:(512) 555-0111, Luis") == (
        Person("Dana Ruiz", "+15125550111"),
        Person("Luis", None),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("Leak repair 90 $89", "Leak repair, 90, $89", "Leak repair - 90 min - $89", "Leak repair (90 min, $89)"),
        *(
            "Leak repair 1.5 hours 89 dollars",
            "Leak repair: 1.5h: $89",
            "Leak repair 90/89",
            "Leak repair 1 h 30 min $89.00",
        ),
    ],
)
def test_a_service_is_read_as_an_owner_writes_it(text: str) -> None:
    assert company_lines.offerings(text) == (Offering("Leak repair", 90, 8900),)


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Leak repair 90", Offering("Leak repair", 90, None)),
        ("Leak repair $1,200", Offering("Leak repair", 60, 120000)),
        ("Estimate:30:free", Offering("Estimate", 30, 0)),
        ("24 hour emergency", Offering("24 hour emergency", 60, None)),
    ],
)
def test_what_a_service_leaves_out_is_usual(text: str, offered: Offering) -> None:
    assert company_lines.offerings(text) == (offered,)


@pytest.mark.parametrize(
    "text", ["Dana Ruiz 512-555-0111 and Luis", "Dana Ruiz, (512) 555 0111, Luis", "Dana Ruiz <512.555.0111>; Luis"]
)
def test_technicians_are_read_as_an_owner_writes_them(text: str) -> None:
    assert company_lines.people(text) == (Person("Dana Ruiz", "+15125550111"), Person("Luis", None))


@pytest.mark.parametrize("text", ["78701-59 and 78610", "zips 78701 through 78759 / 78610"])
def test_zips_are_read_as_an_owner_writes_them(text: str) -> None:
    assert company_lines.areas(text) == (("78701", "78759"), ("78610", "78610"))


def test_a_city_names_the_zone() -> None:
    assert str(company_lines.zone("Austin, TX")) == "America/Chicago"


@pytest.mark.parametrize(
    ("text", "trade"),
    [("HVAC", "hvac"), ("Heating & cooling", "hvac"), ("plumber", "plumbing"), ("Garage doors", "garage_doors")],
)
def test_a_trade_goes_by_its_everyday_names(text: str, trade: str) -> None:
    assert company_lines.trade(text) == trade


@pytest.mark.parametrize(("text", "zone"), [("America/Chicago", "America/Chicago"), ("Central", "America/Chicago")])
def test_a_zone_goes_by_its_everyday_names(text: str, zone: str) -> None:
    assert str(company_lines.zone(text)) == zone


def test_a_slug_is_what_an_address_can_hold() -> None:
    assert company_lines.slug("  Señor Muñoz' Heating & Air, LLC ") == "senor-munoz-heating-air-llc"


@pytest.mark.parametrize(
    ("reading", "text", "says"),
    [
        (company_lines.areas, "7870", "five digits"),
        (company_lines.areas, "78701-78759x", "five digits"),
        (company_lines.areas, "787011", "five digits"),
        (company_lines.areas, "78759-78701", "backwards"),
        (company_lines.areas, "Austin", "not names or miles"),
        (company_lines.areas, ",", "No ZIP"),
        (company_lines.offerings, "", "At least one service"),
        (company_lines.offerings, "Visit:soon", "name:minutes:fee"),
        (company_lines.offerings, "Visit:90:89:1", "name:minutes:fee"),
        (company_lines.offerings, "Visit:92", "multiple of 5"),
        (company_lines.offerings, "Visit:0", "multiple of 5"),
        (company_lines.offerings, ":90", "A name"),
        (company_lines.offerings, "Leak repair half hour", "name:minutes:fee"),
        (company_lines.people, "just me", "your own name"),
        (company_lines.people, "Dana 555", "name:phone"),
        (company_lines.trade, "HVAC and plumbing", "hvac or plumbing"),
        (company_lines.offerings, "Visit:60, visit:90", "same name"),
        (company_lines.people, "", "At least one technician"),
        (company_lines.people, "Dana:12", "no phone number"),
        (company_lines.people, "Dana, dana", "same name"),
        (company_lines.trade, "roofing", "general is for every other trade"),
        (company_lines.zone, "Texas-ish", "America/Chicago"),
        (company_lines.slug, "???", "--slug"),
        (company_lines.name, "x" * 81, "80 characters"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(reading: Callable[[str], object], text: str, says: str) -> None:
    with pytest.raises(UnreadableAnswer, match=says):
        reading(text)
