"""The same answers in Spanish: every English sentence has its form in prompts/es/sentences; days, times and lists go
over by rule. The English sentence is the only place where something is said, so both languages say the same."""

import re
from functools import cache

import prompts
from tools.rules import spanish_said
from tools.rules.speech import MONTHS, WEEKDAYS

DATE = re.compile(rf"\b({'|'.join(WEEKDAYS)}), ({'|'.join(MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?(?: at (?=(1?\d):))?")
LISTED = re.compile(r"(?<=[AP]M) (or|and) (?=el |\d)|(?<=[AP]M) (and) an? (?=[A-Z])|(?<=\d) (or|and) (?=el )")
VISIT_ON = re.compile(r"(?:\b[Aa]n? )?([\w' -]+?) on (?=el (?:lunes|martes|mié|jueves|viernes|sá|domingo))")
SENTENCE = re.compile(r"[.!?](?:\s+|$)|$")


def said(text: str) -> str:
    """An answer in our English words in, the Spanish one out; a sentence nobody translated stays as it was."""
    parts, at = [], 0
    while at < len(text):
        found = next(((match, spanish) for pattern, spanish in table() if (match := pattern.match(text, at))), None)
        if found is None:
            end = SENTENCE.search(text, at)
            stop = end.end() if end and end.end() > at else len(text)
            parts.append(by_rule(text[at:stop].strip()))
        else:
            stop = found[0].end()
            parts.append(found[1].format(**{name: by_rule(words) for name, words in found[0].groupdict().items()}))
        at = stop
    return " ".join(part for part in parts if part)


@cache
def table() -> list[tuple[re.Pattern[str], str]]:
    """Each English sentence as a pattern, with its Spanish; those with the most words of their own come first."""
    lines = [line for line in prompts.render("es/sentences").splitlines() if line and not line.startswith("#")]
    pairs = sorted(zip(lines[::2], lines[1::2], strict=True), key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[0])))
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)) + r"(?:\s+|$)"), spanish)
        for english, spanish in pairs
    ]


def by_rule(words: str) -> str:
    """Dates, clock times and lists in Spanish: "el lunes 23 de noviembre a las 9:00 AM o 1:00 PM"."""
    words = DATE.sub(date, words)
    words = LISTED.sub(lambda found: " o " if "or" in found.groups() else " y ", words)
    return VISIT_ON.sub(r"\1, ", words)


def date(found: re.Match[str]) -> str:
    """A spelled English date, perhaps with "at" behind it, in; the Spanish one out."""
    weekday, month, day, year, hour = found.groups()
    spelled = f"el {spanish_said.DAYS[WEEKDAYS.index(weekday)]} {day} de {spanish_said.MONTHS[MONTHS.index(month)]}"
    at = "" if hour is None else " a la " if hour == "1" else " a las "
    return f"{spelled} de {year}{at}" if year else f"{spelled}{at}"
