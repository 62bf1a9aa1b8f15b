"""Parts of the day: "morning", "late afternoon", "first thing", "after lunch", "end of day"."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.rules.date_words import word_at
from tools.rules.heard import PARTS, Word

_WINDOWS: dict[tuple[str, str], tuple[int | None, int | None]] = {
    ("", "morning"): (None, 12 * 60), ("early", "morning"): (None, 10 * 60), ("mid", "morning"): (9 * 60, 11 * 60),
    ("late", "morning"): (10 * 60, 12 * 60), ("", "afternoon"): (12 * 60, 17 * 60),
    ("early", "afternoon"): (12 * 60, 14 * 60), ("mid", "afternoon"): (14 * 60, 16 * 60),
    ("late", "afternoon"): (15 * 60, 17 * 60), ("", "evening"): (17 * 60, None),
    ("early", "evening"): (17 * 60, 19 * 60), ("late", "evening"): (19 * 60, None), ("", "night"): (17 * 60, None),
    ("late", "night"): (20 * 60, None), ("early", "night"): (17 * 60, 20 * 60),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the day, in minutes after midnight; None is an open side."""

    start: int | None
    end: int | None
    part: str = ""


def window_at(words: Sequence[Word], i: int) -> tuple[Window, int] | None:
    """The part of the day that starts at word `i` and the index after it: "late morning", "first thing"."""
    text, second = words[i].text, word_at(words, i + 1).text
    if text in {"early", "late", "mid", "later"}:
        j = i + 1
        while word_at(words, j).text in {"in", "the", "this"}:
            j += 1
        part = word_at(words, j).text
        if part in PARTS:
            start, end = _WINDOWS[text if text != "later" else "late", part]
            return Window(start, end, part), j + 1
        if text == "mid" and second == "day":
            return Window(11 * 60, 13 * 60), i + 2
        return None
    if text in PARTS:
        before = word_at(words, i - 1)
        counted = words[i].many and before.number is not None
        return None if counted or (before.text == "good" and i < 3) else (_plain(text), i + 1)
    if text == "tonight":
        return _plain("night"), i + 1
    if text in {"am", "pm"} and word_at(words, i - 1).text in {"the", "a", "an", "early", "late"}:
        return _plain("morning" if text == "am" else "afternoon"), i + 1
    if text == "first" and second == "thing":
        return Window(None, 10 * 60, "morning"), i + 2
    if text == "lunch" or (text == "dinner" and word_at(words, i - 1).text in {"after", "before"}):
        return (Window(12 * 60, 13 * 60) if text == "lunch" else Window(18 * 60, 19 * 60)), i + 1
    if text in {"work", "school"} and word_at(words, i - 1).text in {"after", "before"}:
        return Window(9 * 60, 17 * 60 if text == "work" else 15 * 60), i + 1
    if text == "eod":
        return Window(15 * 60, 17 * 60), i + 1
    if text in {"end", "close"} and second == "of":
        j = i + 2 + (word_at(words, i + 2).text == "the")
        if word_at(words, j).text in {"day", "business"}:
            return Window(15 * 60, 17 * 60), j + 1
    return None


def _plain(part: str) -> Window:
    start, end = _WINDOWS["", part]
    return Window(start, end, part)
