"""Secrets that people type into a text and that nobody should read again in a summary: card numbers and door codes."""

import re

_CARD = re.compile(r"(?<![\d-])(?:\d[ -]?){12,18}\d(?!\d)")
_CODE = re.compile(
    r"(\b(?:gate|door|lock ?box|garage|alarm|key ?pad|entry|access|call ?box)\b(?:(?!\bat\b)[^.\n\d#*]){0,32}"
    r"|(?<!zip )(?<!postal )(?<!area )(?<!error )(?<!fault )\b(?:code|pin)(?: (?:is|number is))?:? )"
    r"([#*]?\d{3,8}[#*]?)",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with card numbers (that pass the Luhn check) and gate codes replaced by dots."""
    return _CODE.sub(lambda found: f"{found[1]}••••", without_cards(text))


def without_cards(text: str) -> str:
    """The text with card numbers alone replaced: what a model reads, which must still note a gate code on a visit."""
    return _CARD.sub(lambda found: "••••" if _luhn(found[0]) else found[0], text)


def _luhn(written: str) -> bool:
    digits = [int(one) for one in written if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
