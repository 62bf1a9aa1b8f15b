"""Times of day as people say them: "half past two", "2pm", "1430 hours", "at 2", "20 to 5"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from tools.rules.date_words import word_at
from tools.rules.heard import END, MONTH_NUMBER, PARTS, WEEKDAY_NUMBER, Word

AT = frozenset("at @ around about by before after until from between past near than".split())
_OFFER = frozenset(
    "it that try do say maybe prefer or yes yeah yep yup sure ok okay no nope actually like rather is"
    " be would does till to , - tomorrow today tonight then was wait sorry mean want need".split()
)
_FOLLOWS = frozenset(
    "on or and to until through for please then today tomorrow tonight this next would will works"
    " work is if instead with the ok okay good fine great thanks thank thx ish sharp i i'm i'll can"
    " could should but because cause so it its it's that that's in too also your you we be better best"
    " sounds does do doesn't won't isn't exactly preferably my when just latest earliest onwards as"
    " right not yes yeah he she they there maybe somewhere possible available open around same at . ,"
    " ? ! ; : - / ) noon later if've unless since from before after sat sun wed mid early late anytime"
    " let's what how weekend".split()
    + list(WEEKDAY_NUMBER) + list(MONTH_NUMBER)
) | PARTS  # fmt: skip
_MINUTE_WORDS = {"quarter": 15, "half": 30}
_SIDES = {"past": 1, "after": 1, "to": -1, "until": -1, "before": -1, "of": -1}


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock time: minutes after midnight on a twelve-hour face unless `fixed`, when they count the whole day."""

    minutes: int
    fixed: bool
    part: str = ""
    """The part of day said with it, which settles am or pm."""
    weak: bool = False
    """A bare number that only a sentence without a better time makes a time: "for two"."""
    sure: bool = True

    def hour_said(self) -> int:
        """The hour on the twelve-hour face, 1 to 12."""
        return self.minutes // 60 % 12 or 12

    def settled(self, part: str = "") -> time:
        """The time of day; without am or pm, 1 to 6 means afternoon, 7 to 11 morning and 12 noon."""
        if self.fixed:
            return time(self.minutes // 60 % 24, self.minutes % 60)
        face, hour = self.minutes % 720, self.hour_said()
        part = self.part or part
        if part == "night":
            late = 5 <= hour <= 11
        elif part == "morning":
            late = False
        elif part in {"afternoon", "evening"}:
            late = not (part == "afternoon" and 10 <= hour <= 11)
        else:
            late = hour <= 6 or hour == 12
        return time(*divmod(face + 720 * late, 60))


def minute_at(words: Sequence[Word], i: int) -> bool:
    """Whether minutes follow an hour in words or figures: the "thirty" of "two thirty"."""
    word = word_at(words, i)
    return word.number is not None and not word.ordinal and 10 <= word.number < 60


def permitted_after(words: Sequence[Word], i: int, *, hops: int = 3) -> bool:
    """Whether a bare number may be a time given what follows: "at 2 please", not "at 2 bathrooms" or "at 12 Oak St"."""
    after = word_at(words, i)
    if after is END:
        return True
    if after.number is not None and not after.ordinal:
        return False
    partner = word_at(words, i + 1)
    if (
        hops
        and after.text in {"or", "to", "-"}
        and partner.number is not None
        and not partner.ordinal
        and partner.digits <= 2
    ):
        marked = _meridiem(words, i + 2)[0] not in {"", "hours"}
        return permitted_after(words, i + 2, hops=hops - 1) or marked or minute_at(words, i + 2)
    if after.text in {".", ",", "-", "/", ":"} and word_at(words, i + 1).number is not None and after.glued:
        return after.text in {"-", ","}
    if after.text == "on" and word_at(words, i - 1).text == "one":
        return word_at(words, i + 1).text in WEEKDAY_NUMBER or word_at(words, i + 1).text in {
            "the",
            "sat",
            "sun",
            "wed",
        }
    return after.text in _FOLLOWS or after.ordinal


def _part_after(words: Sequence[Word], i: int) -> tuple[str, int]:
    """ "in the afternoon", "at night", "morning" straight after a time."""
    j = i
    while j - i < 2 and word_at(words, j).text in {"in", "the", "of", "during", "this"}:
        j += 1
    if word_at(words, j).text == "at" and word_at(words, j + 1).text == "night":
        j += 1
    part = word_at(words, j)
    if part.text in PARTS and not part.many:
        return part.text, j + 1
    return "", i


def _meridiem(words: Sequence[Word], i: int) -> tuple[str, int]:
    word = word_at(words, i)
    if word.text == "oclock":
        marked, after = _meridiem(words, i + 1)
        return marked or "oclock", after if marked else i + 1
    if word.text in {"am", "pm"}:
        return word.text, i + 1
    if word.text in {"hours", "hour", "h"}:
        return "hours", i + 1
    return _part_after(words, i)


def _clock(hour: int, minute: int, mark: str, part: str, raw: str, *, weak: bool = False) -> Clock:
    """Puts hour, minute and what was said beside them together; 25 pm or 13:75 is not sure."""
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return Clock(0, True, sure=False)
    if hour == 24:
        return Clock(minute, True, sure=minute == 0)
    if mark in {"am", "pm"}:
        if mark == "am" and hour > 12:
            return Clock(0, True, sure=False)
        if hour > 12:
            return Clock(hour * 60 + minute, True)
        return Clock(hour % 12 * 60 + minute + 720 * (mark == "pm"), True)
    if hour > 12 or hour == 0 or mark == "hours" or (raw.startswith("0") and len(raw) > 1 and not part):
        return Clock(hour * 60 + minute, True)
    return Clock(hour % 12 * 60 + minute, False, part=part, weak=weak)


def _marked(words: Sequence[Word], hour: Word, minute: int, after: int, *, before: str = "") -> tuple[Clock, int]:
    mark, end = _meridiem(words, after)
    part = mark if mark in PARTS else before
    return _clock(hour.number or 0, minute, mark, part, hour.text), end


def _relative(words: Sequence[Word], i: int, before: str) -> tuple[Clock, int] | None:
    """ "half past two", "a quarter to four", "20 to 16", "ten past nine"."""
    first, j = words[i], i + 1
    minutes = _MINUTE_WORDS.get(first.text, first.number)
    if minutes is None or first.ordinal or not 0 < minutes < 60:
        return None
    told = first.text in _MINUTE_WORDS
    if word_at(words, j).text == "minutes":
        j, told = j + 1, True
    side_word = word_at(words, j).text
    side, hour = _SIDES.get(side_word), word_at(words, j + 1)
    if side_word == "half" or side is None or hour.ordinal or hour.digits > 2:
        return None
    noon = {"noon": 12, "midnight": 24}.get(hour.text)
    number = noon if noon is not None else hour.number
    if number is None or not 0 <= number <= 24 or (word_at(words, j + 2).text == ":" and number != noon):
        return None
    lead = word_at(words, i - 1).text
    if not told and side_word != "past":
        rare = minutes in {15, 20, 25} and lead not in {"from", "between"}
        if side_word != "to" or not (rare or (minutes in {5, 10} and lead == "at")):
            return None
    if not permitted_after(words, j + 2) and _meridiem(words, j + 2)[1] == j + 2:
        return None
    if number == noon:
        return Clock((number * 60 + side * minutes) % 1440, True), j + 2
    clock, end = _marked(words, hour, 0, j + 2, before=before)
    if clock.fixed:
        base = clock.minutes // 720 * 720 if number <= 12 else 0
        turned = (
            (clock.minutes - base + side * minutes) % 720 + base if number <= 12 else clock.minutes + side * minutes
        )
        return Clock(turned % 1440, True, sure=clock.sure), end
    return Clock((clock.minutes + side * minutes) % 720, False, part=clock.part), end


def clock_at(words: Sequence[Word], i: int, *, said_before: bool, bare_ok: bool) -> tuple[Clock, int] | None:
    """The time of day that starts at word `i` and the index after it; None when none does.

    said_before: a day or a time stands just before; bare_ok: nothing asked for another kind of number.
    """
    word, before = words[i], word_at(words, i - 1)
    if word.text in {"noon", "midnight"}:
        return Clock(720 if word.text == "noon" else 0, True), i + 1
    part_before = before.text if before.text in PARTS and not before.many else ""
    found = _relative(words, i, part_before)
    if found or word.number is None or word.ordinal or word.digits > 4:
        return found
    second, third = word_at(words, i + 1), word_at(words, i + 2)
    if (
        second.text in {":", "."}
        and third.number is not None
        and third.digits == 2
        and third.glued
        and word.digits <= 2
    ):
        end, marked = i + 3, _meridiem(words, i + 3)[1] > i + 3
        if word_at(words, end).text == ":" and word_at(words, end + 1).digits == 2:
            end += 2
        if second.text == ":" or marked or (before.text in AT and word.number <= 24 and third.number % 5 == 0):
            return _marked(words, word, third.number, end, before=part_before)
    led = before.text in AT or said_before or bool(part_before)
    if second.number is not None and not second.ordinal and word.number <= 23 and word.digits <= 2:
        minute_like = second.digits == 2 or (not second.digits and second.number >= 10)
        if minute_like and second.number < 60:
            marked = _meridiem(words, i + 2)[1] > i + 2
            if marked or ((led or not second.digits) and permitted_after(words, i + 2)):
                return _marked(words, word, second.number, i + 2, before=part_before)
    mark, end = _meridiem(words, i + 1)
    if second.text == "noon" and word.number == 12:
        return Clock(720, True), i + 2
    if word.digits >= 3:
        hour, minute = divmod(word.number, 100)
        plain = before.text in AT and permitted_after(words, i + 1) and word.number % 5 == 0
        plain = plain and (before.text in {"at", "@"} or not 1900 <= word.number <= 2100)
        if (mark and mark != "oclock" and (mark in {"am", "pm"} or minute < 60)) or (
            plain and hour < 24 and minute < 60
        ):
            return _clock(hour, minute, mark, mark if mark in PARTS else part_before, word.text), end
        return None
    if mark == "hours" and word.digits < 3:
        return None
    if mark in {"am", "pm", "oclock"} or (mark in PARTS and 1 <= word.number <= 13):
        return _clock(word.number, 0, mark, mark if mark in PARTS else "", word.text), end
    return _bare(words, i, part_before, led=led) if bare_ok or before.text == "at" else None


def _bare(words: Sequence[Word], i: int, part: str, *, led: bool) -> tuple[Clock, int] | None:
    """A number alone is a time only where one can stand: "at 2", "Monday 11-4", "make it 3", or nothing else said."""
    word, before, after = words[i], word_at(words, i - 1), word_at(words, i + 1)
    number = word.number or 0
    if not permitted_after(words, i + 1) or not 1 <= number <= 23 or before.text in {":", "$", "#"}:
        return None
    spoken_one = word.text == "one"
    if before.text == "about" and word_at(words, i - 2).text not in {"how", "what", "at", "say"} | PARTS and not led:
        return None
    ranged = after.text in {"-", "to", "until"} and 1 <= (word_at(words, i + 2).number or 0) <= 12
    ended = ranged and (permitted_after(words, i + 3) or _meridiem(words, i + 3)[1] > i + 3)
    loose = before.text in {"from", "about"}
    if before.text == "than" and word_at(words, i - 2).text not in {"later", "earlier", "sooner"}:
        return None
    if led and not (number > 12 and before.text not in {"at", "@"}):
        return _clock(number, 0, "", part, "", weak=spoken_one or (loose and not ended)), i + 1
    if number > 12:
        return None
    alone = before is END and (after is END or after.text in _FOLLOWS) and not (spoken_one and after is not END)
    asked = before.text in _OFFER and not spoken_one
    if before.text == "for" or after.text == "ish":
        return _clock(number, 0, "", part, "", weak=before.text == "for"), i + 1
    if asked or alone or ended:
        return _clock(
            number, 0, "", part, "", weak=not ended and before.text in {"like", ",", "is", "need", "want"}
        ), i + 1
    return None
