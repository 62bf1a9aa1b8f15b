"""Where the work is: a ZIP in what somebody wrote, and whether the business goes there."""

import re
from collections.abc import Sequence

_PHONE = re.compile(
    r"(?<!\d)(?:\+?1[\s.-]?)?(?:\(\d{3}\)|\d{3})[\s.-]?\d{3}[\s.-]?\d{4}(?!\d)"
    r"|(?<!\d)\d{5}\s\d{5}(?!\d)"
)
_ZIP = re.compile(r"(?<![\d#$])(?<!\d[.,/:-])(\d{5})(?:-\d{4})?(?![\d%]|[.,:/-]\d)", re.ASCII)
_SPELLED = re.compile(r"(?<![\d-])(?<!\d\s)\d(?:[\s-]\d){4}(?![\s-]?\d)")
_STREET = (
    r"st|str|street|ave?|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|way|cir|circle|pl|place|pkwy|parkway"
    r"|hwy|highway|trl|trail|loop|cv|cove|ter|terrace|pass|path|run|row|sq|square|bend|xing|crossing|expy|expressway"
    r"|fwy|freeway|broadway|plaza|point|ridge|hollow|calle|camino|avenida"
)
_STREET_AHEAD = re.compile(
    rf"\s+(?:(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\b\.?\s+\w+|(?:(?!and\b|is\b|near\b|on\b|at\b)[\w'.]+\s+){{0,4}}?"
    rf"(?:{_STREET})\b|(?:fm|cr|sr|us|i|rr|ih|county road)[\s-]?\d+\b)",
    re.IGNORECASE,
)
_QUANTITY_AHEAD = re.compile(
    r"\s*(?:btus?|sq|square|feet|ft|sqft|miles|dollars|bucks|usd|watts?|w|kw|kwh|volts|gallons|gal|lbs?|pounds|hours|hrs"
    r"|rpm|cfm|k|people|units|times)\b",
    re.IGNORECASE,
)
_OTHER_BEHIND = re.compile(
    r"(?:(?<!zip )(?<!postal )\b(?:code|pin)|\b(?:model|serial|order|invoice|ticket|account|acct|job|unit|apt|apartment"
    r"|suite|ste|lot|po box|p\.o\. box|box|confirmation|number|no\.?|booking|extension|ext))"
    r"\s*(?:is|:|#|number|no\.?)?\s*#?$",
    re.IGNORECASE,
)


def postal_code_in(text: str) -> str | None:
    """The US ZIP (five digits) in free text, the last one if there are several; None when the digits are a house
    number, a phone number, a quantity or some other code. Digits spelled singly, as speech recognition writes them,
    count too."""
    without_phones = _PHONE.sub(" ; ", text)
    found = [
        match[1]
        for match in _ZIP.finditer(without_phones)
        if not _STREET_AHEAD.match(without_phones, match.end())
        and not _QUANTITY_AHEAD.match(without_phones, match.end())
        and not _OTHER_BEHIND.search(without_phones[: match.start()])
    ]
    if not found:
        found = [re.sub(r"\D", "", match[0]) for match in _SPELLED.finditer(without_phones)]
    return found[-1] if found else None


def covers(postal_code: str, ranges: Sequence[tuple[str, str]]) -> bool:
    """Whether a ZIP (with or without its +4) lies in one of the inclusive ranges; no ranges means everywhere."""
    code = postal_code.strip()[:5]
    return not ranges or any(low <= code <= high for low, high in ranges)
