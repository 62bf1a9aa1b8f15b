"""Money: integer cents in, the words a customer reads out, and the amounts a text names."""

import re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
    | {"a": 1}
)
_SCALES = {"hundred": 100, "thousand": 1000}
_WORD = "|".join([*_WORDS, *_SCALES])
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?"
_DOLLAR = r"(?:dollars?|bucks?|usd|d[oó]lares)\b"
_PRICE = re.compile(
    rf"\$\s?(?P<sign>{_FIGURE})(?P<thousand>\s?k\b)?(?:\s?(?:-|to)\s?(?P<upper>{_FIGURE})(?![\d:%]|\s?(?:min|h|am|pm)))?"
    rf"|(?<![\d.,])(?P<figure>{_FIGURE})\s?(?:\$|{_DOLLAR})"
    rf"|\busd\s?(?P<code>{_FIGURE})"
    rf"|(?<![\d.,])(?P<cents>\d+)\s?(?:cents?\b|¢)"
    rf"|\b(?P<words>(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD}))*)\s+{_DOLLAR}",
    re.IGNORECASE,
)


def dollars(cents: int) -> str:
    """8900 → "$89", 8950 → "$89.50", 125000 → "$1,250"."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}" + (f".{rest:02}" if rest else "")


def cents_in(text: str) -> tuple[int, ...]:
    """Every amount of money a text names, in cents, in the order written: "$89", "89 dollars", "eighty-nine dollars",
    both ends of "$80-100". A bare number is not money."""
    amounts: list[int] = []
    for found in _PRICE.finditer(text):
        if found["cents"]:
            amounts.append(int(found["cents"]))
        elif found["words"]:
            amounts.append(100 * _number(found["words"]))
        else:
            first = _cents(found["sign"] or found["figure"] or found["code"])
            amounts.append(first * 1000 if found["thousand"] else first)
        if found["upper"]:
            amounts.append(_cents(found["upper"]))
    return tuple(amounts)


def _cents(figure: str) -> int:
    whole, _, rest = figure.replace(",", "").partition(".")
    return 100 * int(whole) + int(rest.ljust(2, "0") or 0)


def _number(words: str) -> int:
    total = group = 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "thousand":
            total, group = total + 1000 * max(group, 1), 0
        elif word == "hundred":
            group = 100 * max(group, 1)
        else:
            group += _WORDS.get(word, 0)
    return total + group
