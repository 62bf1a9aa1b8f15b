"""Written words to one plain spelling: no accents, no curly marks, numbers and clock phrases as digits (English,
Spanish)."""

import re
import unicodedata
from collections.abc import Callable

UNITS = {
    word: value
    for value, words in enumerate(
        "zero|one uno|two dos|three tres|four cuatro|five cinco|six seis|seven siete|eight ocho|nine nueve|ten diez|"
        "eleven|twelve doce|thirteen trece|fourteen catorce|fifteen quince|sixteen dieciseis|seventeen diecisiete|"
        "eighteen dieciocho|nineteen diecinueve|veinte|veintiuno|veintidos|veintitres|veinticuatro|veinticinco|"
        "veintiseis|veintisiete|veintiocho|veintinueve".split("|")
    )
    for word in words.split()
}
TENS = {
    word: value * 10
    for value, words in enumerate(
        "twenty|thirty treinta|forty fourty cuarenta|fifty cincuenta|sixty sesenta|seventy setenta|eighty ochenta|"
        "ninety noventa".split("|"),
        start=2,
    )
    for word in words.split()
}
HUNDREDS = {"hundred": 100, "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "quinientos": 500}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30, "primero": 1}
ALIKE = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-", "\u2014": " - ", "\u2026": ". ",
        "\u00a1": "", "\u00a0": " ", "\r": "\n", "\t": " ",
        "\u0130": "I", "\u0131": "i",
    }
)  # fmt: skip
# An accent alone tells "I reserved" from "to reserve", and yes from if; both are rewritten before accents go.
ACCENTED = (
    (re.compile(r"\bmoví\b"), "movido"),
    (re.compile(r"\bsí\b"), "yes"),
    (
        re.compile(
            r"\b(reserv|agend|confirm|cancel|program|apart|apunt|anot|cambi|envi|mand|avis|inform|pas|dej|anul|"
            r"elimin|borr|quit|asegur|llen)é\b"
        ),
        r"\1ado",
    ),
)
# "once" is eleven only where Spanish counts hours or days.
SPANISH_HOURS = (
    (re.compile(r"\ba la una\b"), "a las 1"),
    (re.compile(r"\b(las|el|dia) once\b"), r"\1 11"),
)
NUMBER = re.compile(
    r"\b(?:(?:"
    + "|".join(sorted({*UNITS, *TENS, *HUNDREDS, *ORDINALS, "thousand", "mil", "oh"}, key=len, reverse=True))
    + r")\b(?:\s*-\s*|(?<=hundred)\s+and\s+|\s+(?:y\s+)?)?)+",
)  # fmt: skip
SHORT = (
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thur thurs thu fri sat sun st ave dr mr mrs ms "
    "approx"
)
SHORTENED = re.compile(r"\.(?:" + "|".join(rf"(?<=\b{word}[.])" for word in SHORT.split()) + r")(?=\s*[\w,])")
HALF_OF_DAY = re.compile(
    r"\b([ap])\.\s?m\b(?:\.(?!\s+(?!Mon|Tue|Wed|Thu|Fri|Sat|Sun|Nov|Dec|Cen)(?-i:[A-Z])|\s*$))?", re.I
)
CLOCK_HINT = re.compile(r"noon|mid|medi|half|quarter|cuarto|past|after|\d\s+o")
CLOCK_PHRASES = (
    (re.compile(r"\b(\d{1,2})\s+(noon|midday)\b"), r"\2"),
    (re.compile(r"\b(?:noon|midday|(?:al |el )?mediodia)\b"), "12:00 pm"),
    (re.compile(r"\b(?:midnight|medianoche)\b"), "12:00 am"),
    (re.compile(r"\bhalf(?:\s+past)?\s+(\d{1,2})\b"), r"\1:30"),
    (re.compile(r"\b(?:a\s+)?quarter\s+(?:past|after)\s+(\d{1,2})\b"), r"\1:15"),
    (re.compile(r"\b(\d{1,2})\s+y\s+media\b"), r"\1:30"),
    (re.compile(r"\b(\d{1,2})\s+y\s+cuarto\b"), r"\1:15"),
    (re.compile(r"\b(\d{1,2})\s+(?:minutes?\s+)?(?:past|after)\s+(\d{1,2})\b"), r"\2:\1"),
    (re.compile(r"\b(1[0-2]|[1-9])\s+o['h]\s?([1-9])\b"), r"\1:0\2"),
    (
        re.compile(r"\b(?:a\s+)?quarter\s+(?:to|till?|of)\s+(\d{1,2})\b|\b(\d{1,2})\s+menos\s+cuarto\b"),
        lambda found: f"{(int(found[1] or found[2]) - 2) % 12 + 1}:45",
    ),
)
# "The first is Monday, the second one Tuesday" counts things, not days.
IN_ORDER = frozenset({"first", "second", "third"})
LISTED = re.compile(r"(?:^|[.!?,;:\n]\s*|\b(?:or|and|either)\s+)the\s+$")
# "The one on Monday" is no time of day; "the one o'clock" is.
THE_ONE = re.compile(r"\b(?:the|this|that|which|each|another|any|every|either|other|same|only)\s+$")
HOUR = re.compile(r"\s*(?:o'?clock|[ap]\.?m|in the|hour|minute|day|week)")
SUFFIX = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def plain(text: str) -> str:
    """Any text in; out the same words without accents or typographic marks, numbers in words as digits
    ("half past nine" as "9:30", "the twenty-third" as "the 23rd", "ochenta y nueve" as "89"). Case is kept."""
    text = unicodedata.normalize("NFKC", text.translate(ALIKE))
    if not text.isascii():
        for pattern, spelling in ACCENTED:
            text = spelled(pattern, spelling, text)
        text = "".join(
            letter for letter in unicodedata.normalize("NFD", text) if unicodedata.category(letter) not in ("Mn", "Cf")
        )
    for pattern, spelling in SPANISH_HOURS:
        text = spelled(pattern, spelling, text)
    text = HALF_OF_DAY.sub(r"\1m", spelled(SHORTENED, "", spelled(NUMBER, digits, text)))
    if CLOCK_HINT.search(text.lower()):
        for phrase, clock in CLOCK_PHRASES:
            text = spelled(phrase, clock, text)
    return text


def spelled(pattern: re.Pattern[str], spelling: str | Callable[[re.Match[str]], str], text: str) -> str:
    """Text in; what the pattern finds in its lower case, spelled otherwise."""
    parts, begin = [], 0
    for found in pattern.finditer(text.lower()):
        parts += [text[begin : found.start()], found.expand(spelling) if isinstance(spelling, str) else spelling(found)]
        begin = found.end()
    return "".join((*parts, text[begin:])) if parts else text


def digits(found: re.Match[str]) -> str:
    """A run of number words in; digits out. An hour followed by minutes comes out as a clock time: "nine thirty",
    "9:30"."""
    run = found[0]
    word = run.strip(" \t\n-")
    if word in IN_ORDER and LISTED.search(found.string, 0, found.start()):
        return run
    if word == "one" and THE_ONE.search(found.string, 0, found.start()) and not HOUR.match(found.string, found.end()):
        return run
    tail = run[len(run.rstrip(" \t\n-")) :]
    words = re.split(r"[\s-]+", run.strip(" \t\n-").lower())
    joined = words.pop() if words[-1] == "y" else ""
    numbers: list[str] = []
    sum_open = 0  # how much may still be added to the last number: 10 after a ten, 100 after a hundred
    for word in words:
        if word in ("and", "y", ""):
            continue
        last = int(numbers[-1]) if numbers and numbers[-1].isdigit() else None
        if word in HUNDREDS or word in ("thousand", "mil"):
            size = HUNDREDS.get(word, 1000)
            if word in ("hundred", "thousand", "mil") and last is not None:
                numbers[-1] = str(last * size)
            else:
                numbers.append(str(size))
            sum_open = 100 if size < 1000 else 1000
        elif word == "oh":
            numbers.append("oh")
            sum_open = 0
        else:
            ordinal = word in ORDINALS
            value = ORDINALS[word] if ordinal else TENS.get(word, UNITS.get(word, 0))
            total = last + value if last is not None and value < sum_open else value
            if last is not None and value < sum_open:
                numbers.pop()
            numbers.append(f"{total}{SUFFIX.get(total, 'th')}" if ordinal else str(total))
            sum_open = 10 if word in TENS and not ordinal else 0
    spoken = " ".join(numbers)
    spoken = re.sub(r"\b(1[0-2]|[1-9]) oh ([1-9])\b", r"\1:0\2", spoken)
    spoken = re.sub(r"^(1[0-2]|[1-9]) ([1-5]\d)$", r"\1:\2", spoken)
    return spoken + (f" {joined}" if joined else "") + tail
