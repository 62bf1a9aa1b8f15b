"""Finds every day and time a sentence names, with the little words before and behind that bend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tools.rules.clock_words import Clock, clock_at
from tools.rules.date_words import Days, word_at
from tools.rules.day_parts import Window, window_at
from tools.rules.day_words import day_at
from tools.rules.heard import PARTS, Word

_LEADS = {
    "after": "after", "past": "after", "before": "before",
    "by": "by", "until": "by", "from": "from", "between": "between",
    "starting": "from", "beginning": "from", "begin": "from", "start": "from",
}  # fmt: skip
_SOFT = (
    frozenset("the a an on at of in anytime sometime like maybe this time any around about say @ or next".split())
    | PARTS
)
_NEAR = frozenset({"around", "about", "near", "like"})
_HAPPENED = frozenset(
    "broke died stopped quit failed burst flooded happened leaked noticed cracked exploded tripped".split()
)
_CLAUSE_ENDS = frozenset(". ? ! ; , but so can could please and need want".split())
_LENGTHS = {"minutes": 1, "hour": 60, "hours": 60}
_AMOUNTS = {"a": 1, "an": 1, "couple": 2, "few": 3}


@dataclass(frozen=True, slots=True)
class Mention:
    """One day, clock time or part of the day, as the words `begin` to `end` name it."""

    begin: int
    end: int
    said: Days | Clock | Window
    lead: str = ""
    """after, before, by, from or between: how it bounds; empty when it is simply named."""
    near: bool = False

    @property
    def kind(self) -> str:
        """ "day" or "time"."""
        return "day" if isinstance(self.said, Days) else "time"


def _later_at(words: Sequence[Word], i: int, now: datetime) -> tuple[Days, Clock, int] | None:
    """ "in 3 hours", "half an hour from now": the day and the time that will be, on the wall clock of the job."""
    j = i + (words[i].text in {"in", "within"})
    half = word_at(words, j).text == "half" and word_at(words, j + 1).text in {"a", "an"}
    number = word_at(words, j + half)
    count = number.number if number.number is not None else _AMOUNTS.get(number.text)
    k = j + half + 1
    if word_at(words, k).text in {"couple", "few"}:
        count, k = _AMOUNTS[words[k].text], k + 1
    k += word_at(words, k).text == "of"
    length = _LENGTHS.get(word_at(words, k).text)
    from_now = word_at(words, k + 1).text == "from" and word_at(words, k + 2).text == "now"
    if count is None or length is None or number.ordinal or not (j > i or from_now) or count * length > 7 * 24 * 60:
        return None
    then = now.replace(tzinfo=None) + timedelta(minutes=count * length // (2 if half else 1))
    return Days(then.date()), Clock(then.hour * 60 + then.minute, True), k + (3 if from_now else 1)


def _lead(words: Sequence[Word], begin: int) -> tuple[str, bool]:
    near = False
    for i in range(begin - 1, max(-1, begin - 5), -1):
        text = words[i].text
        if text in _LEADS:
            return ("by" if word_at(words, i - 1).text == "until" else _LEADS[text]), near
        if text == "than":
            side = word_at(words, i - 1).text
            refused = word_at(words, i - 2).text in {"no", "not"}
            if side == "later":
                return ("by" if refused else "after"), near
            return (("from" if refused else "before") if side in {"earlier", "sooner"} else ""), near
        near = near or text in _NEAR
        if text not in _SOFT and text not in _NEAR:
            return _homecoming(words, i), near
    return "", near


def _homecoming(words: Sequence[Word], i: int) -> str:
    """ "I get off work at 5", "I'm home from school at 3": free from then on."""
    texts = [word.text for word in words[max(0, i - 4) : i + 1]]
    gets = {"get", "gets", "getting", "got"} & set(texts)
    return "from" if gets and {"off", "home", "back", "out"} & set(texts) else ""


def _tail(words: Sequence[Word], end: int) -> tuple[str, bool, int]:
    """What trails a mention: "or later", "onwards", "at the latest", "ish", "or so"."""
    texts = [word_at(words, end + k).text for k in range(3)]
    if texts[0] == "ish" or texts[:2] == ["-", "ish"]:
        return "", True, end + (1 if texts[0] == "ish" else 2)
    if texts[:2] == ["or", "so"] or texts[:2] == ["or", "thereabouts"]:
        return "", True, end + 2
    if texts[0] == "onwards" or texts[0] == "earliest" or (texts[2] == "earliest" and texts[0] == "at"):
        return "from", False, end + (1 if texts[0] != "at" else 3)
    if texts[0] in {"or", "and"} and texts[1] in {"later", "after", "beyond", "onwards", "on", "up"}:
        return ("from", False, end + 2) if texts[1] != "on" else ("", False, end)
    if texts[0] in {"or", "and"} and texts[1] in {"earlier", "before", "sooner"} and "day" not in texts:
        return "by", False, end + 2
    if texts[0] in {"latest", "tops"} or (texts[2] == "latest" and texts[0] == "at"):
        return "by", False, end + (1 if texts[0] != "at" else 3)
    return "", False, end


def _same_day(
    words: Sequence[Word], i: int, context_day: date | None, earlier: list[Mention]
) -> tuple[Days, int] | None:
    """ "that day", "the same day", "the next day", counted from a day already on the table."""
    first, second = words[i].text, word_at(words, i + 1).text
    if second != "day":
        follow = first == "day" and second == "after" and word_at(words, i + 2).text not in {"next"}
        if not follow:
            return None
        first, end = "next", i + 2
    else:
        end = i + 2
    if first not in {"same", "that", "next", "following"}:
        return None
    known = [m.said.first for m in earlier if isinstance(m.said, Days) and not m.said.past]
    base = known[-1] if known else context_day
    if base is None or (known and first in {"same", "that"}):
        return None
    return Days(base + timedelta(days=first in {"next", "following"})), end


def mentions(words: Sequence[Word], now: datetime, *, context_day: date | None, bare_ok: bool) -> list[Mention]:
    """Every day and time in the words, in order.

    context_day: the day "that day" means; bare_ok: a bare "3" may be a time.
    """
    found: list[Mention] = []
    today, i = now.date(), 0
    while i < len(words):
        later = _later_at(words, i, now)
        if later:
            found += [Mention(i, later[2], later[0]), Mention(i, later[2], later[1])]
            i = later[2]
            continue
        day = day_at(words, i, today) or _same_day(words, i, context_day, found)
        if day:
            tonight = words[i].text == "tonight"
            lead, _ = _lead(words, i)
            trail, _, end = _tail(words, day[1])
            found.append(Mention(i, end, day[0], trail or lead))
            if tonight:
                found.append(Mention(i, end, Window(17 * 60, None, "night")))
            i = end
            continue
        window = window_at(words, i)
        beside = bool(found) and _beside(words, found[-1], i)
        clock = clock_at(words, i, said_before=beside, bare_ok=bare_ok)
        if clock or window:
            said, end = clock or window  # type: ignore[misc]
            lead, near = _lead(words, i)
            trail, ish, end = _tail(words, end)
            found.append(Mention(i, end, said, trail or lead, near or ish))
            i = end
            continue
        i += 1
    return found


def _happened(words: Sequence[Word], mention: Mention) -> bool:
    """ "the AC died this morning", "it stopped on Monday": the clause tells what went wrong, not what is wanted."""
    begin, end = mention.begin, mention.end
    while begin > 0 and words[begin - 1].text not in _CLAUSE_ENDS:
        begin -= 1
    while end < len(words) and words[end].text not in _CLAUSE_ENDS:
        end += 1
    return any(word.text in _HAPPENED for word in words[begin:end])


def without_past(words: Sequence[Word], found: Sequence[Mention]) -> list[Mention]:
    """Leaves out times of a day gone by: "it broke last night at 8"."""
    kept: list[Mention] = []
    for number, mention in enumerate(found):
        told = found[number - 1].said if number else None
        gap = {word.text for word in words[found[number - 1].end : mention.begin]} if number else set()
        past = isinstance(told, Days) and told.past and gap <= {"at", "around", "about", "night"}
        if not (past and mention.kind == "time") and not _happened(words, mention):
            kept.append(mention)
    return kept


def _beside(words: Sequence[Word], last: Mention, i: int) -> bool:
    """Whether a bare number at `i` leans on the mention before it: "Monday 3", "2 or 3", "9 to 11"."""
    if isinstance(last.said, Window) and last.said.part == "":
        return False
    gap = [word.text for word in words[last.end : i]]
    joins = (
        {"or", "to", "-", "until", "through", "and"}
        if last.kind == "time"
        else {"at", "@", "like", "around", ",", "between"}
    )
    return not gap if last.kind == "day" else bool(gap) and len(gap) == 1 and gap[0] in joins
