"""What was said against what was heard: speech recognition spells, stresses and cuts it in its own way."""

import re

_WORD = re.compile(r"[^\W_]+")


def up_to(said: str, heard: str) -> str | None:
    """The part of `said` that was out when `heard` had been heard, to the end of that word; None when `heard` is not
    in it. Case, punctuation and spaces do not count: "monday at nine" is in "We can come Monday, at nine."."""
    spoken = list(_WORD.finditer(said))
    wanted = _words(heard)
    if not wanted:
        return ""
    words = [one[0].casefold() for one in spoken]
    for first in range(len(words) - len(wanted) + 1):
        # The last word may be cut in the middle: "We can co".
        if words[first : first + len(wanted) - 1] == wanted[:-1]:
            last = words[first + len(wanted) - 1]
            if last == wanted[-1]:
                return said[: spoken[first + len(wanted) - 1].end()]
            if last.startswith(wanted[-1]):
                return said[: spoken[first + len(wanted) - 1].start()].rstrip()
    return None


def beyond(words: str, known: str) -> str:
    """What `words` say after the `known` ones they begin with; all of them when they begin otherwise."""
    spoken = list(_WORD.finditer(words))
    before = _words(known)
    if before and [one[0].casefold() for one in spoken[: len(before)]] == before:
        return words[spoken[len(before)].start() :] if len(spoken) > len(before) else ""
    return words


def same(one: str, other: str) -> bool:
    """Whether two wordings are the same but for case, punctuation and spaces."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
