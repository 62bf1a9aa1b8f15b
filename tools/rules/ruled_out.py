"""What a person ruled out or took back: "not Monday", "I have a wedding on Friday", "Tuesday, no wait, Wednesday"."""

from collections.abc import Sequence
from itertools import pairwise

from tools.rules.date_words import word_at
from tools.rules.heard import PARTS, Word

Span = tuple[int, int]

_STOPS = frozenset(". ? ! ; so maybe how what let's because".split())
_ASKING = frozenset({"can", "could", "would", "will", "should", "do", "does", "is"})
_REFUSALS = frozenset(
    "nothing can't couldn't won't wouldn't don't doesn't didn't isn't aren't ain't not never except besides"
    " excluding avoid nor unable unavailable without skip".split()
)
_FORWARD = frozenset({"nothing", "except", "besides", "excluding", "avoid", "nor", "without", "skip"})
_THIRD = frozenset({"doesn't", "won't", "isn't", "aren't", "wouldn't"})
_HARMLESS = frozenset(
    "mind care know remember forget feel sure only wait yet think matter certain hesitate just".split()
)
_PEOPLE = frozenset({"you", "we", "they", "i", "he", "she", "it"})
_BUSY = frozenset({"busy", "working", "away", "unavailable", "occupied", "gone", "travelling", "traveling"})
_ENGAGEMENTS = frozenset(
    "wedding date interview party meeting class funeral flight trip surgery game shift something"
    " thing plans conference concert birthday event dinner lunch school church court dentist practice"
    " recital work commitment conflict".split()
)
_FILLERS = frozenset(
    "is are was just really i we i'm we're that it he she also probably still would be will for me us"
    " you at day time my the in on this unfortunately actually though sadly simply at or and then"
    " pretty kind of , afraid".split()
) | PARTS  # fmt: skip
_BAD = frozenset({"bad", "impossible", "unavailable", "taken", "terrible", "tough", "tricky"})
_CUES = frozenset({"wait", "actually", "sorry", "scratch", "correction", "oops", "rather", "better", "nevermind"})
_MOVES = frozenset(
    {"move", "change", "switch", "reschedule", "push", "bump", "moved", "rescheduled", "postpone", "moving"}
)


def _stops(words: Sequence[Word], i: int, starts: set[int]) -> bool:
    word = words[i].text
    if word in _STOPS or (word in _ASKING and word_at(words, i + 1).text in _PEOPLE):
        return True
    if word == "but":
        return not _but_excludes(words, i)
    if word == ",":
        return not (i + 1 in starts and any(w.text in {"or", "nor"} for w in words[i + 2 : i + 7]))
    return False


def _but_excludes(words: Sequence[Word], i: int) -> bool:
    """ "anything but", "any day next week but": the word rules out what follows."""
    before = [word.text for word in words[max(0, i - 5) : i]]
    every = {"any", "anything", "anytime", "every", "everything", "nothing", "all", "whenever", "anyday", "always"}
    return bool(before) and not {",", ".", "?", "!"} & set(before) and bool(every & set(before))


def _refused_before(words: Sequence[Word], span: Span, starts: set[int]) -> bool:
    for i in range(span[0] - 1, max(-1, span[0] - 11), -1):
        word, after, before = words[i].text, word_at(words, i + 1).text, word_at(words, i - 1).text
        if word == "but" and _but_excludes(words, i):
            return True
        preferred = word == "than" and (before == "other" or any(w.text == "rather" for w in words[max(0, i - 8) : i]))
        if preferred or (word == "of" and before == "instead"):
            return True
        if word == "no" and i == span[0] - 1 and (words[span[0]].many or words[span[0]].text == "weekend"):
            return True
        if word in _REFUSALS:
            asked = (
                word.endswith("n't") and after in _PEOPLE and before in {"", "why", ",", ".", "?", "and", "but", "so"}
            )
            if word == "not" and after in {"later", "earlier", "sooner"}:
                return False
            near = word not in {"isn't", "aren't", "ain't"} or span[0] - i <= 2
            said_is = word == "not" and before in {"is", "it's", "that's"} and span[0] - i > 3
            harmless = after in _HARMLESS or (after == "really" and word_at(words, i + 2).text in _HARMLESS)
            return not asked and near and not said_is and not harmless
        if word in _BUSY and "you" not in {before, word_at(words, i - 2).text}:
            return True
        if word in {"work", "works"} and before in {"i", "we", "he", "she"}:
            return True
        if (word == "out" and after == "of") or (word == "tied" and after == "up"):
            return True
        if word in {"have", "had", "has", "got", "i've"}:
            theirs = {before, word_at(words, i - 2).text} & {"you", "they", "to"}
            if not theirs and any(w.text in _ENGAGEMENTS for w in words[i + 1 : span[0]]):
                return True
        if _stops(words, i, starts):
            return False
    return False


def _refused_after(words: Sequence[Word], span: Span, starts: set[int]) -> bool:
    me = False
    for i in range(span[1], min(len(words), span[1] + 8)):
        word, after = words[i].text, word_at(words, i + 1).text
        if word in _REFUSALS - _FORWARD:
            if after in _HARMLESS or (word == "not" and i + 1 in starts):
                return False
            if word in _THIRD and i <= span[1] + 1:
                return after not in {"it", "that", "there"}
            later = [s for s in starts if i < s <= i + 5]
            cut = any(w.text in {",", ".", "?", "!", "but"} for w in words[i : min(later)]) if later else False
            asked = word.endswith("n't") and after in _PEOPLE
            return not asked and (not later or cut) and not (word == "not" and after == "")
        if (
            word in _BAD
            or (word == "no" and after in {"good", "go"})
            or (word == "too" and after in {"early", "late", "soon"})
        ):
            return word_at(words, span[0] - 1).text not in {"is", "are", "would"}
        if me and (word in _BUSY or word in {"out", "booked"}):
            return True
        if me and word in {"have", "got"} and any(w.text in _ENGAGEMENTS for w in words[i + 1 : i + 5]):
            return True
        me = me or word in {"i'm", "i", "we're", "we"}
        if word not in _FILLERS or (word == "," and after not in {"i", "i'm", "we", "we're"}) or i in starts:
            return False
    return False


def ruled_out(words: Sequence[Word], spans: Sequence[Span]) -> set[int]:
    """Which of the spans (word ranges of days and times) the person cannot or will not have."""
    starts = {begin for begin, _ in spans}
    out: set[int] = set()
    for number, span in enumerate(spans):
        if _refused_before(words, span, starts):
            out.add(number)
            continue
        if _refused_after(words, span, starts):
            out.add(number)
            for earlier in range(number - 1, -1, -1):
                gap = words[spans[earlier][1] : spans[earlier + 1][0]]
                if not all(w.text in {"or", "and", "at", "on", "in", "the"} for w in gap):
                    break
                out.add(earlier)
    return out


def taken_back(words: Sequence[Word], spans: Sequence[Span], kinds: Sequence[str]) -> set[int]:
    """Which of the spans a later one of the same kind replaced: the last correction wins."""
    gone: set[int] = set()
    for later in range(1, len(spans)):
        between = [w.text for w in words[spans[later - 1][1] : spans[later][0]]]
        after = []
        for word in words[spans[later][1] : spans[later][1] + 6]:
            if word.text in {".", "?", "!", ";", "but", "or"}:
                break
            after.append(word.text)
        pairs = set(pairwise(between))
        cue = bool(_CUES & set(between)) or bool(
            pairs & {("i", "mean"), ("i", "meant"), ("make", "it"), ("make", "that")}
        )
        cue = cue or ("no" in between and "problem" not in between) or ("instead" in after[:5] and "of" not in after)
        cue = cue or ("better" in after and "or" not in between)
        first = max(0, spans[0][0] - 10)
        moved = between[-1:] == ["to"] or between[-2:] in (["to", "the"], ["to", "on"])
        cue = cue or (moved and any(w.text in _MOVES for w in words[first : spans[later - 1][0]]))
        if cue:
            gone |= {earlier for earlier in range(later) if kinds[earlier] == kinds[later]}
    return gone
