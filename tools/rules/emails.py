"""E-mail addresses, checked only as far as contract 2.1 asks."""

import re

_ADDRESS = re.compile(r"[^@\s]+@(?:[^@\s.]+\.)+[^\W\d_]{2,}")


def valid(text: str) -> bool:
    """One @, a domain with a dot, a top level of two letters or more, no trailing dot, at most 254 characters."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None
