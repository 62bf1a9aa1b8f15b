import pytest

from tools.rules.area import covers, postal_code_in


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AC died, 12 Oak St 78701", "78701"),
        ("12345 Oak St 78702", "78702"),
        ("11410 Century Oaks Terrace Austin TX 78758.", "78758"),
        ("15500 N Lamar Blvd, 78728", "78728"),
        ("my zip code is 78704 thanks", "78704"),
        ("zip:78704", "78704"),
        ("78701-1234", "78701"),
        ("512-555-0142 78701", "78701"),
        ("I'm in 78745 and the st is flooded", "78745"),
        ("7 8 7 0 1", "78701"),
        ("moved from 78701 to 78702", "78702"),
    ],
)
def test_a_zip_is_found_in_free_text(text: str, code: str) -> None:
    assert postal_code_in(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "12345 Oak St",
        "12345 FM 620 N",
        "call 5125550142",
        "+1 (512) 555-0142",
        "24000 btu unit",
        "12,500 sq ft",
        "$78701",
        "order #78701",
        "gate code is 12345",
        "model 58374",
        "787011",
        "9:00 on 11/23",
        "",
    ],
)
def test_other_digits_are_no_zip(text: str) -> None:
    assert postal_code_in(text) is None


BLUEBIRD = [("78701", "78759")]


@pytest.mark.parametrize("code", ["78701", "78745", "78759", "78759-1234"])
def test_bluebird_comes_to_austin(code: str) -> None:
    assert covers(code, BLUEBIRD)


@pytest.mark.parametrize("code", ["78700", "78760", "79901"])
def test_bluebird_does_not_drive_further(code: str) -> None:
    assert not covers(code, BLUEBIRD)


def test_any_one_of_several_ranges_is_enough() -> None:
    assert covers("79901", [*BLUEBIRD, ("79901", "79901")])


def test_a_company_without_ranges_goes_everywhere() -> None:
    assert covers("99501", [])
