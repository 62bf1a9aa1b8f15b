import pytest

from tools.rules import emails


@pytest.mark.parametrize(
    "text", ["sarah@example.com", "s.j+visit@mail.example.co", "x@a.io", "a" * 242 + "@example.com"]
)
def test_an_ordinary_address_is_taken(text: str) -> None:
    assert emails.valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "doug@resolvency.",
        "doug@resolvency",
        "doug@resolvency.c",
        "doug@resolvency.c0m",
        "doug.resolvency.com",
        "doug@@resolvency.com",
        "doug@home@resolvency.com",
        "@resolvency.com",
        "doug@.com",
        "doug@a..com",
        "doug @resolvency.com",
        "doug@resolvency.com\n",
        "a" * 243 + "@example.com",
        "",
    ],
)
def test_a_half_heard_address_is_refused(text: str) -> None:
    assert not emails.valid(text)
