"""A slip in "half past" must never turn 2:30 into two o'clock: it is put right before hours are read."""

import re

_HOUR = r"(?=\d{1,2}\b|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)"
_TWO_WORDS = re.compile(rf"\b([a-z]{{2,8}})\s+([a-z]{{1,6}})\s+{_HOUR}")
_JOINED = re.compile(rf"\bhalf-?past\s+{_HOUR}")


def mended(text: str) -> str:
    """Lower-case text in; the same with "hlf fast 2" and "quarter ot five" spelled right out."""

    def mend(found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        for part, links in (("half", ("past",)), ("quarter", ("past", "to"))):
            for link in links:
                if (
                    slipped(first, part)
                    and slipped(second, link)
                    and (first == part or second == link or len(second) > 2)
                ):
                    return f"{part} {link} "
        return found[0]

    return _TWO_WORDS.sub(mend, _JOINED.sub("half past ", text))


def slipped(word: str, meant: str) -> bool:
    """Whether `word` is `meant` or one edit from it: a letter lost, added or wrong, or two swapped."""
    if word == meant:
        return True
    if len(meant) <= 2:
        return sorted(word) == sorted(meant)
    if abs(len(word) - len(meant)) > 1:
        return False
    if len(word) == len(meant):
        differ = [at for at in range(len(word)) if word[at] != meant[at]]
        pair = len(differ) == 2 and differ[1] == differ[0] + 1
        return len(differ) == 1 or (
            pair and word[differ[0]] == meant[differ[1]] and word[differ[1]] == meant[differ[0]]
        )
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
