"""How a web site is written, and what is none."""

import pytest

from tools.rules.origins import canonical


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("WWW.Example.com/", "https://www.example.com"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://example.com", None),
        ("https://example.com/shop", None),
        ("https://user@example.com", None),
        ("https://*.example.com", None),
        ("https://intranet", None),
        ("https://example.com:99999", None),
        ("javascript:alert(1)", None),
        ("null", None),
        ("", None),
    ],
)
def test_a_site_is_read_as_browsers_write_it(written: str, read: str | None) -> None:
    assert canonical(written) == read
