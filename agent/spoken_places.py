"""Street addresses, people and bare figures in our outgoing words: each must have been given by somebody."""

import re
from collections.abc import Iterator

from agent.evidence import Known, where
from agent.mood import DENIED
from agent.spoken_days import TOKEN
from agent.spoken_facts import NOT_A_NAME, PRICE
from agent.spoken_times import blanked, without_contacts

KIND = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|way|pl|place|cir|circle|hwy|highway|"
    r"pkwy|"
    r"parkway|ter|terrace|trail|trl|loop|run|cove|cv|square|sq|pike|row|plaza|bend|alley|path|crossing|creek|ridge)"
)
STREET = re.compile(
    rf"\b(?P<number>\d{{1,6}})[a-z]? (?P<name>(?:(?:n|s|e|w|north|south|east|west)\.? )?(?:[a-z]+|\d+(?:st|nd|rd|th))"
    rf"(?: [a-z]+){{0,2}}?) (?P<kind>{KIND})\b|"
    r"\b(?:calle|avenida|av|camino|paseo) (?P<calle>(?:[a-z\d]+ ){1,3}?)(?P<numero>\d{1,6})\b",
)
FURTHER = re.compile(rf" (?!{KIND}\b)\w+ {KIND}\b")
NO_STREET = re.compile(
    r"\b(?:am|pm|on|at|in|or|and|to|is|the|a|for|minutes?|hours?|days?|visits?|times?|dollars?|o'clock|works?|can|"
    r"will)\b",
)
CAPITAL = re.compile(r"(?<=[a-z,;] )(?P<name>[A-Z][a-z]{2,})(?:'s)?\b")
NO_PERSON_AFTER = re.compile(
    r"\b(?:a|an|the|any|some|in|near|from|of|your|this|that|every|each|and the|el|la|un|una)\s+$|"
    r"\d (?:\w+ ){1,2}(?:st|ave|dr) $",
    re.I,
)
AT_START = re.compile(
    r"(?:^|[.!?:\n]\s*|[-\"'(]\s*)(?P<name>[A-Z][a-z]{2,})(?: [A-Z][a-z]+)?,? (?:from|in|at|with) (?:our|the|my) "
    r"(?:\w+ )?(?:office|crew|team|shop|dispatch|company|desk|staff)\b|"
    r"(?:^|[.!?\n] *)(?P<self>[A-Z][a-z]{2,}) here\b|"
    r"\b(?:call|text|word|visit|message|hear) from (?P<other>[A-Z][a-z]{2,})\b"
)
CALLED_BY_NAME = re.compile(
    r"(?:,|\b(?:hi|hello|hey|thanks|thank you|sorry|ok|okay|sure|great|perfect|hola|gracias|perfecto|bye|well|yes|"
    r"no)),? $",
    re.I,
)
CAPITALISED = frozenset(
    "thanksgiving christmas easter labor memorial independence new year day zip code time standard daylight central "
    "eastern pacific mountain street avenue road drive lane court mrs texas usa american english spanish reply stop "
    "hello hola dear good welcome sorry please note plus etc wifi fahrenheit emergency fire department "
    "lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre "
    "octubre noviembre diciembre jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat "
    "sun "
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays over right "
    "gracias perfecto listo claro usted buenos buenas".split()
)
FIGURE = re.compile(r"(?<![\w$/.,:+'-])(\d{1,3}(?:,\d{3})+|\d{2,9})(?![\d:/]|\.\d|(?:st|nd|rd|th|am|pm)\b)", re.I)
MEASURED = re.compile(
    r"\s*-?\s*(?:degrees?|grados|%|percent|por ciento|psi|amps?|volts?|gallons?|inch|inches|feet|ft|years?|anos|"
    r"[ap]m\b)",
)
SERIAL = re.compile(r"\b(?-i:[A-Z]{1,5})[-#]?\d{3,}\b")
NEAR = 24  # characters left of a name that tell what it is
LEAST = 13  # smaller counts are ordinary talk: "two quick questions", "five digits"
ALWAYS = frozenset({"18", "24", "911"})  # of age, round the clock, the emergency number
ZIP = re.compile(r"(?<![\w$-])\d{5}(?![\w-])")


def unbacked_places(words: str, known: Known) -> Iterator[str]:
    """A whole reply in plain words in; the reasons for every address, person and figure out that no tool, profile,
    record or customer gave."""
    for given, reason in ((streets, "unknown_address"), (people, "unknown_name"), (figures, "unknown_number")):
        if any(not heard(one, known.everything) for one in given(words)):
            yield reason


def streets(words: str) -> set[str]:
    """Plain text in; every street address in it out, in lower case and without its "St" or "Road"."""
    found = set()
    for one in STREET.finditer(words.lower()):
        name = (one["name"] or one["calle"]).strip()
        if not NO_STREET.search(name):
            found.add(f"{one['number']} {name}" if one["number"] else f"{name} {one['numero']}")
    return found


def heard(fact: str, evidence: str) -> bool:
    """True when the evidence, in lower case, has that fact whole: "12 oak" is not heard in "12 oak park road"."""
    return any(not FURTHER.match(evidence, end) for end in where(fact, evidence))


def people(words: str) -> set[str]:
    """Plain text in; capitalised words out, in lower case, that can only be somebody's name."""
    found = set()
    for one in CAPITAL.finditer(words):
        left, right = words[max(0, one.start("name") - NEAR) : one.start("name")], words[one.end() : one.end() + 1]
        if not NO_PERSON_AFTER.search(left) and not (right in ",.!?;" and CALLED_BY_NAME.search(left)):
            found.add(one["name"].lower())
    found |= {(one["name"] or one["self"] or one["other"]).lower() for one in AT_START.finditer(words)}
    inside = " ".join(streets(words))
    return {one for one in found - NOT_A_NAME - CAPITALISED if one not in inside}


def figures(words: str) -> set[str]:
    """Plain text in; every bare number of some size out that is no date, clock time, price, contact or measure."""
    serials = {one[0].lower() for one in SERIAL.finditer(words)}
    if not FIGURE.search(words):
        return serials
    bare = without_contacts(blanked(TOKEN, blanked(PRICE, blanked(STREET, words))))
    low = bare.lower()
    found = {one[1] for one in FIGURE.finditer(bare) if not MEASURED.match(low, one.end())}
    large = {one.replace(",", "") for one in found if int(one.replace(",", "")) >= LEAST} - ALWAYS
    return serials | large | (set() if DENIED.search(words.lower()) else {*ZIP.findall(words)})
