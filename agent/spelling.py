"""Typing slips: a word of five letters or more that is one edit away from a word we listen for is read as that word."""

import re
from functools import cache

_WORD = re.compile(r"[a-z']+")
# Real words that lie one letter from one we listen for, and mean themselves.
_REAL = frozenset(
    "chance charge chances charges chase boot cancer chancel moving moved moves remote removed remove"
    "r delver deleted human's posted"
    " humane persona persons personal appointed agenda brook booked books hooking looking cooking tab"
    "le stable cable tables speaks spear"
    " spoke stalk talks tall taller those these there where which while white write quite quiet quit "
    "price prices prince pride prize"
    " whose whole house horse mouse nurse course course's shift shirt shaft swift switch witch update"
    " updated upgrade update's talked"
    " talking taking making waking walking baking boiling broken broke leaks leaked leaky lead leadin"
    "g loading shower showed showers"
    " service serviced services serve server fixed mixed fixing mixing visits visited vision visual s"
    "lots stops stopped stop's stoop"
    " never clever lever fever sever later latter water waiter wafer hater free freed three threes tr"
    "ee green greet opens opened often"
    " clean clear clearly close closed loose lose list listen person's postal postage manage managed "
    "managers agent agents argent".split()
)


@cache
def _one_letter_less(words: frozenset[str]) -> dict[str, str]:
    near: dict[str, str] = {}
    for word in sorted(words):
        if len(word) >= 5:
            for cut in range(len(word)):
                near.setdefault(word[:cut] + word[cut + 1 :], word)
            near[word] = word
    return near


def mended(text: str, words: frozenset[str]) -> str:
    """`text` (lower case) with slips put right towards `words`: one letter left out, added, wrong, or two swapped."""
    near = _one_letter_less(words)

    def mend(match: re.Match[str]) -> str:
        word = match.group()
        if not 4 <= len(word) <= 20 or word in words or word in _REAL or word.rstrip("s") in words:
            return word
        found = near.get(word)  # a letter left out
        for cut in range(len(word)) if len(word) >= 5 and found is None else ():
            shorter = word[:cut] + word[cut + 1 :]
            candidate = shorter if shorter in words and len(shorter) >= 5 else near.get(shorter)
            if candidate and _one_edit(word, candidate):
                return candidate
        return found or word

    return _WORD.sub(mend, text)


def _one_edit(slip: str, word: str) -> bool:
    if len(slip) != len(word):
        return abs(len(slip) - len(word)) == 1  # the shared shorter form already proves it
    differ = [i for i in range(len(word)) if slip[i] != word[i]]
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return len(differ) == 1 or (swapped and slip[differ[0]] == word[differ[1]] and slip[differ[1]] == word[differ[0]])
