"""What a customer tells about themselves besides their name: street address, ZIP, e-mail and telephone."""

import re

from tools.rules import area, phones

_QUOTE = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00a0": " ", "\n": " ", "\t": " "})
_SUFFIX = (
    r"(?:street|str|st|avenue|ave|av|boulevard|blvd|drive|dr|road|rd|lane|ln|court|ct|place|pl|way"
    r"|parkway|pkwy|circle|cir|terrace|ter"
    r"|trail|trl|highway|hwy|freeway|fwy|expressway|square|sq|loop|plaza|plz|alley|aly|crossing|xing"
    r"|row|run|pass|cove|cv|bend|path|pike|point|pt"
    r"|ridge|rdg|park|hill|hills|view|vista|hollow|crescent|commons|landing|route|rte|broadway"
    r"|esplanade|real|embarcadero|walk|mall|bypass|creek|green|glen|grove|heights|hts|meadows?|oaks"
    r"|turnpike|tpke)"
)
_UNIT = (
    r"(?:[,\s]+(?:(?:apartment|apt|unit|suite|ste|bldg|building|floor|fl|room|rm|lot|space|spc|trailer"
    r"|no)\.?\s*#?\s*(?:\d+[a-z]?|[a-z]\d*)(?:-\w+)?\b|#\s*\w+(?:-\w+)?))*"
)
_COMPASS = r"(?:[nsew]|[ns][ew]|north|south|east|west|northeast|northwest|southeast|southwest)\.?"
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)"
_SPELLED = (
    r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|oh|zero)[\s-]+){1,6}"
)
_NUMBER = rf"(?:\d{{1,6}}(?:-\d+)?[a-z]?(?: 1/2)?\s+|{_SPELLED})"
_STOP = (
    r"(?!(?:am|pm|a\.m|p\.m|o'?clock|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|people"
    r"|persons?|guests?|adults?|kids|children|nights?|dollars|bucks|percent|on|at|in|for|and|or|to|the"
    r"|of|this|next|is|was|works?|please|today|tomorrow|morning|afternoon|evening|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday|bed|bath|bedrooms?|times?|my|we|i|if|with|from|by"
    r"|until)\b)"
)
_WORD = rf"{_STOP}[a-z][\w'.&-]*\s+"
_STATES = (
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny "
    "nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc"
    " texas california florida oklahoma louisiana arizona colorado nevada oregon washington"
).replace(" ", "|")
_TOWN = (
    rf"(?:(?:,\s*|\s+in\s+|\s+)(?:{_STOP}[a-z][a-z.'-]+\s?){{1,3}}?,?\s+(?:{_STATES})\b\.?"
    rf"|,\s*(?:{_STOP}[a-z][a-z.'-]+)(?: (?!\w+\s+(?:is|are)\b)[a-z.'-]+)?(?=,?\s+\d{{5}}\b))?"
)
_STREET = re.compile(
    rf"(?<![\w$#:/.])({_NUMBER}(?:{_COMPASS}\s+)?(?:{_WORD}|{_ORDINAL}\s+){{0,4}}?(?:{_WORD}"
    rf"|{_ORDINAL}\s+|(?<=\d\s)){_SUFFIX}\b\.?(?:\s+{_COMPASS}(?=\W|$))?(?:\s+\d{{1,4}}(?!\d"
    rf"|\s*(?:[ap]\.?m|o'?clock|:)))?{_UNIT}{_TOWN})",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    rf"(?<![\w$#:/.])(\d{{1,6}}\s+(?:(?:us|state|county|old|{_COMPASS})\s+){{0,2}}(?:highway|hwy|route"
    rf"|rte|county road|cr|fm|rr|interstate)\s+\d+\w?{_UNIT}{_TOWN})",
    re.IGNORECASE,
)
_BOX = re.compile(r"\b(p\.?\s?o\.? box \d+)", re.IGNORECASE)
_CORNER = re.compile(
    rf"\b(?:the )?((?:corner|intersection) of (?:{_ORDINAL}|[a-z]\w+)(?: {_SUFFIX})?(?: (?:and"
    rf"|&) )(?:{_ORDINAL}|[a-z]\w+)(?: {_SUFFIX}\b)?)",
    re.IGNORECASE,
)
_CROSSING = re.compile(
    rf"^\W*(?:(?:to|at|it's|near|on|the)\s+)*((?:{_ORDINAL}|[a-z]\w+(?: {_SUFFIX})?) (?:and"
    rf"|&) (?:{_ORDINAL}|[a-z]\w+)(?: {_SUFFIX}\b)?)\W*$",
    re.IGNORECASE,
)
# Without a street word: a number and a name, when an address was asked for or announced, or a ZIP follows.
_NUMBERED = re.compile(
    rf"(?<![\w$#:/.])(\d{{1,6}}[a-z]?\s+(?:{_WORD.removesuffix(chr(92) + 's+')}"
    rf"|{_ORDINAL})(?:\s+(?:{_WORD.removesuffix(chr(92) + 's+')}|{_ORDINAL})){{0,3}}{_UNIT}{_TOWN})",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"\b(?:address(?: is|:|'s)?|(?:live|located|house is|home is|we are|we're|i'm|place is|heading"
    r"|going|go|get|ride|come) (?:too?|at|on)|destination is|out to)\s+(?=\d)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,.;!]|\b(?:please|pls|thanks|thank you|thx|is the address|zip(?: code)?|usa|us)\b)+$", re.IGNORECASE
)
_ZIP_TAIL = re.compile(r"[\s,.]*\b\d{5}(?:-\d{4})?$")
_EMAIL = re.compile(
    r"(?<![\w.+-])([a-z0-9][\w.+'-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24})(?![\w@])", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w$#/])(\+?1?[-. ]?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4})(?![\d-])")


def address_in(text: str, *, wanted: bool) -> str | None:
    """The street address as written: number, street, unit, and town if told; the ZIP is postal_code_in's.

    "12 Oak St", "twelve oak street", "corner of 5th and Main"; with `wanted` (the business asked for it)
    also "12 Oak" and "5th and Main". A time, a phone number or "same as last time" is not an address.
    """
    line = text[:800].translate(_QUOTE)
    line = _PHONE.sub(" ; ", _EMAIL.sub(" ; ", line))
    for pattern in (_ROUTE, _STREET, _BOX, _CORNER):
        if found := pattern.search(line):
            return _trimmed(found.group(1))
    if announced := _ANNOUNCED.search(line):
        if found := _NUMBERED.match(line, announced.end()):
            return _trimmed(found.group(1))
    if found := _NUMBERED.search(line):
        if wanted or re.match(r"[\s,]+\d{5}\b", line[found.end() :]):
            return _trimmed(found.group(1))
    if wanted and (found := _CROSSING.match(line)):
        return _trimmed(found.group(1))
    return None


def _trimmed(found: str) -> str:
    return _TAIL.sub("", _ZIP_TAIL.sub("", _TAIL.sub("", " ".join(found.split()))))


def email_in(text: str) -> str | None:
    """The first e-mail address in the text, lower case."""
    found = _EMAIL.search(text[:2000])
    return found.group(1).lower() if found else None


def phone_in(text: str, region: str = "US") -> str | None:
    """The first telephone number in the text as E.164."""
    found = _PHONE.search(text[:2000])
    return phones.e164(found.group(1), region) if found else None


def postal_code_in(text: str) -> str | None:
    """The five-digit ZIP in the text; see tools.rules.area."""
    return area.postal_code_in(text[:2000])
