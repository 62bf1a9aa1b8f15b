import pytest

from tools.rules.prices import cents_in, dollars


@pytest.mark.parametrize(
    ("cents", "words"),
    [(8900, "$89"), (8950, "$89.50"), (8905, "$89.05"), (0, "$0"), (125000, "$1,250"), (-500, "-$5")],
)
def test_cents_are_written_as_people_write_them(cents: int, words: str) -> None:
    assert dollars(cents) == words


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("The visit is $89.", (8900,)),
        ("$1,250.00 or 89 dollars", (125000, 8900)),
        ("between $80-100", (8000, 10000)),
        ("$80 to 100", (8000, 10000)),
        ("about $2k", (200000,)),
        ("eighty-nine dollars", (8900,)),
        ("one hundred and fifty bucks", (15000,)),
        ("twelve hundred dollars", (120000,)),
        ("89$ or 50 cents", (8900, 50)),
        ("son 89 dólares", (8900,)),
        ("$89 at 10:00 AM", (8900,)),
        ("$89 to 10:00 AM", (8900,)),
        ("89 minutes on the 24th at 9 AM, 78701", ()),
        ("", ()),
    ],
)
def test_every_amount_of_money_in_a_text_is_read(text: str, cents: tuple[int, ...]) -> None:
    assert cents_in(text) == cents


@pytest.mark.parametrize("cents", [1, 99, 100, 8900, 123456, 100000000])
def test_what_we_write_we_read(cents: int) -> None:
    assert cents_in(dollars(cents)) == (cents,)
