"""A sentence as heard: words, numbers and marks, slips mended, lookalikes (phones, prices, addresses) masked."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from tools.rules import half_past

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS)}
MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, 1)}
PARTS = frozenset({"morning", "afternoon", "evening", "night"})
MASK = "\u00a4"
GARBLED = "\u00bf"
"""Stands for a word as near to one day as to another ("Tursday"): ask."""
LONGEST = 1200  # characters looked at; a longer text is read from its start

_ALIASES = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "weds": "wednesday", "wed": "wed", "thu": "thursday",
    "thur": "thursday", "thurs": "thursday", "thrs": "thursday",
    "fri": "friday", "mar": "march", "jan": "january", "feb": "february",
    "apr": "april", "jun": "june", "jul": "july", "aug": "august", "sep": "september", "sept": "september",
    "oct": "october", "nov": "november", "dec": "december", "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow",
    "tmo": "tomorrow", "tmmrw": "tomorrow", "tomo": "tomorrow", "tomoz": "tomorrow", "2moro": "tomorrow",
    "2morrow": "tomorrow", "2mrw": "tomorrow", "tonite": "tonight", "2nite": "tonight", "2night": "tonight",
    "2day": "today", "tdy": "today", "morn": "morning", "mornin": "morning", "nite": "night", "midday": "noon",
    "wknd": "weekend", "nxt": "next", "wk": "week", "wks": "weeks", "hrs": "hours", "hr": "hour", "min": "minutes",
    "mins": "minutes", "minute": "minutes", "thru": "through",
    "til": "until", "till": "until", "approximately": "around",
    "approx": "around", "roughly": "around", "circa": "around", "bout": "around", "upcoming": "coming", "cant": "can't",
    "cannot": "can't", "dont": "don't", "doesnt": "doesn't", "wont": "won't", "isnt": "isn't", "arent": "aren't",
    "couldnt": "couldn't", "wouldnt": "wouldn't", "didnt": "didn't", "im": "i'm", "ill": "i'll", "ive": "i've",
    "u": "you", "pls": "please", "plz": "please",
    "eod": "eod", "cob": "eod", "weekday": "weekday", "anytime": "anytime",
    "b4": "before",
    "onward": "onwards", "lets": "let's", "noonish": "noon",
    "haf": "half", "hafl": "half", "hlaf": "half", "weeknight": "evening",
}  # fmt: skip

_SLIPS = (*WEEKDAYS, *MONTHS, "tomorrow", "today", "tonight", "morning", "afternoon", "evening", "weekend", "quarter")
_REAL_WORDS = frozenset(
    "moaning mourning match marsh starch larch mark money toddy today's sundae friend fridge monde"
    " apron apply juicy jolly weekly weekday weekdays august auguste toda todo quartet quarters quartz"
    " sometime junta jumpy jules julia julie maybe mayor mayo mooring boring march's"
    " warning manday sunny heavening evensong leaving even marches matches merch".split()
)

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
_TEENS = {
    "zero": 0, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip

_DAYISH = "at|on|or|to|in|am|pm|and|is|the|for|a|i|we|my|oclock|this|next|today|tomorrow|tonight|please|works|would|can"
_STREET = (
    "st|street|ave|avenue|rd|road|dr|drive|ln|lane|blvd|boulevard|ct|court|pl|place|pkwy|hwy|cir|circle|trail|trl|ter"
)
_MASKED = re.compile(
    r"(?<!\w)\+?1?[-. ]?\(?\d{3}\)?[-. ]\d{3}[-. ]?\d{4}(?!\d)"  # a phone number
    r"|(?<![\w-])\d{3}[-.]\d{4}(?!\d)"  # a seven-digit one
    r"|[$£€#]\s?\d[\d,.]*|(?<!\d)\d[\d,.]*\s?[%$£€]"  # money, counts
    r"|\b24\s?/\s?7\b|\b\d,\d{3}\b"
    rf"|\b\d{{1,6}}\s+(?:(?!(?:{_DAYISH})\b)[a-z']+\.?\s+){{1,3}}(?:{_STREET})\b"  # a street address
    r"|(?:apt|unit|suite|ste|gate code|code|model|room)\s+#?\d+\w*"
)
_REWRITES = (
    (re.compile(r"[\u2018\u2019\u02bc`\u00b4]"), "'"),
    (re.compile(r"[\u2010-\u2015~]"), "-"),
    (re.compile(r"\bo\s?['\"]?\s?clock\b"), " oclock "),
    (re.compile(r"(?<![a-z])([ap])\.\s?m\b\.?"), r" \1m "),
    (re.compile(r"(?<=\d)([ap])(?![a-z])"), r" \1m "),
    (re.compile(r"\b([ap]) m\b"), r"\1m"),
    (re.compile(r"\b(sun|mon|tues|wednes|thurs|fri|satur)[ -]day(s?)\b"), r"\1day\2"),
    (re.compile(r"\bto[ -](day|night|morrow)\b(?!\s+(?:off|shift))"), r"to\1"),
    (re.compile(r"\bmid[ -](morning|afternoon|week|month|day)\b"), r"mid \1"),
    (re.compile(r"\b(lunch)[ -]?time\b"), r"\1"),
    (re.compile(r"\bany ?time\b"), "anytime"),
    (re.compile(r"\bi mean[t]? (?=\d{1,2}\b)"), "at "),
    (re.compile("[\u00bf\u00a1]"), " "),
)
_SPANISH = re.compile(
    r"\b(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|ma[nñ]ana|hoy|tarde|noche|pr[oó]xim[oa]|enero|febrero"
    r"|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|las)\b"
)
_SPANISH_WORDS = dict(
    zip(
        "lunes martes miércoles miercoles jueves viernes sábado sabado domingo enero febrero marzo"
        " abril mayo junio julio agosto septiembre octubre noviembre diciembre hoy próximo proximo"
        " próxima proxima semana este esta una dos tres cuatro cinco seis siete ocho nueve diez once"
        " doce mediodía mediodia".split(),
        "monday tuesday wednesday wednesday thursday friday saturday saturday sunday january february"
        " march april may june july august september october november december today next next next"
        " next week this this 1 2 3 4 5 6 7 8 9 10 11 12 noon noon".split(),
        strict=True,
    )
)
_SPANISH_PHRASES = (
    (re.compile(r"\bpasado\s+ma[nñ]ana\b"), "day after tomorrow"),
    (re.compile(r"\b(?:por|en|de|a)\s+la\s+ma[nñ]ana\b"), "in the morning"),
    (re.compile(r"\b(?:por|en|de)\s+la\s+tarde\b"), "in the afternoon"),
    (re.compile(r"\b(?:por|en|de)\s+la\s+noche\b"), "in the evening"),
    (re.compile(r"\ba\s+las?\b"), "at"),
    (re.compile(r"\bdespu[eé]s\s+de\s+las?\b"), "after"),
    (re.compile(r"\bantes\s+de\s+las?\b"), "before"),
    (re.compile(r"\bma[nñ]ana\b"), "tomorrow"),
    (re.compile(r"(?<=\d)\s+de\s+(?=[a-z])"), " of "),
    (re.compile(r"\b(?:el|los|las)\s+"), ""),
    (re.compile(r"\b(" + "|".join(_SPANISH_WORDS) + r")\b"), lambda found: _SPANISH_WORDS[found.group(1)]),
)
_TOKEN = re.compile(
    r"(\s*)(?:(2moro|2morrow|2mrw|2day|2nite|2night)\b|(\d+)(?:(st|nd|rd|th)(?![a-z]))?|([^\W\d_]+(?:'[^\W\d_]+)?)|(\S))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number or mark. `digits` is how many figures a number was typed with, 0 when it was said in words."""

    text: str
    number: int | None = None
    ordinal: bool = False
    digits: int = 0
    glued: bool = False
    many: bool = False
    """Said as "mondays", "mornings"."""


END = Word("")


def _slips(word: str, name: str) -> int:
    """How many letters were dropped, added, changed or swapped with a neighbour; 3 stands for "too many"."""
    if abs(len(word) - len(name)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(name) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(name, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == name[j - 2] and word[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], 3)


def _may_slip(word: str, name: str) -> bool:
    if len(name) < 5:
        return len(word) == 5 and word[0] == name[0] and name in MONTHS
    return word[0] in name[:2] or (len(name) >= 6 and word[1:] == name[1:])


@lru_cache(maxsize=4096)
def mended(word: str) -> tuple[str, bool]:
    """The word as meant and whether it was a plural: "tmrw" is tomorrow, "wendsday" wednesday, "fridays" many."""
    if word in _ALIASES:
        return _ALIASES[word], False
    if word in _SLIPS or word in _REAL_WORDS:
        return word, False
    if word.endswith("'s") and word[:-2] in (*_SLIPS, "night", "noon"):
        return word[:-2], False
    if word.endswith("s") and (word[:-1] in _SLIPS or word in {"nights", "weekdays"}):
        return word[:-1], word[:-1] not in {"today", "tomorrow", "tonight"}
    if 5 <= len(word) <= 11:
        near = [(_slips(word, name), name) for name in _SLIPS if _may_slip(word, name)]
        fits = sorted(
            (slips, name) for slips, name in near if slips <= (2 if len(name) >= 8 and word[0] == name[0] else 1)
        )
        if len(fits) > 1 and fits[0][0] == fits[1][0]:
            return GARBLED, False
        if fits:
            return fits[0][1], False
    return word, False


def _numbers(words: list[Word]) -> list[Word]:
    """Joins "twenty" "third" to 23rd and "oh" "five" to :05; everything else stays."""
    joined: list[Word] = []
    i = 0
    while i < len(words):
        word = words[i]
        after = words[i + 1] if i + 1 < len(words) else END
        step = 1
        if after.text == "-" and word.text in _TENS:
            after, step = (words[i + 2] if i + 2 < len(words) else END), 2
        if word.text in _TENS and (after.text in _UNITS or 1 <= _ORDINALS.get(after.text, 0) <= 9):
            value = _TENS[word.text] + _UNITS.get(after.text, 0) + _ORDINALS.get(after.text, 0)
            joined.append(Word(f"{word.text}{after.text}", value, after.text in _ORDINALS))
            i += step + 1
            continue
        if word.text in {"oh", "o"} and joined and joined[-1].number is not None and after.text in _UNITS:
            joined.append(Word("0" + after.text, _UNITS[after.text], digits=2))
            i += 2
            continue
        spoken = _UNITS.get(word.text, _TEENS.get(word.text, _TENS.get(word.text)))
        if spoken is not None:
            joined.append(Word(word.text, spoken, glued=word.glued))
        elif word.text in _ORDINALS:
            joined.append(Word(word.text, _ORDINALS[word.text], ordinal=True, glued=word.glued))
        else:
            joined.append(word)
        i += 1
    return joined


def heard(text: str) -> list[Word]:
    """Words of `text` in order, lower case and mended; only the first LONGEST characters are looked at."""
    line = unicodedata.normalize("NFKC", text[:LONGEST]).lower()[: 2 * LONGEST]
    for pattern, wanted in _REWRITES:
        line = pattern.sub(wanted, line)
    line = half_past.mended(line)
    if _SPANISH.search(line):
        for phrase, english in _SPANISH_PHRASES:
            line = phrase.sub(english, line)
    line = _MASKED.sub(f" {MASK} ", line)
    words: list[Word] = []
    for found in _TOKEN.finditer(line):
        space, slang, digits, ordinal, word, mark = found.groups()
        glued = not space and bool(words)
        if digits:
            short = digits.isascii() and len(digits) <= 8
            value = int(digits) if short else None
            words.append(Word(digits if short else MASK, value, bool(ordinal), len(digits), glued))
        elif word or slang:
            name, many = mended(word or slang)
            words.append(Word(name, glued=glued, many=many))
        else:
            words.append(Word(mark, glued=glued))
    return _numbers(words)
