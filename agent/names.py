"""Who is speaking: a person's name in one message, taken as they gave it."""

import re

from agent.not_names import ANSWERS, FIRM, NOT_NAMES, SHORT_NAMES

# Words that are never a name on their own, whatever case they are written in.
_RELATION = (
    r"(?:mom|mum|mother|dad|father|wife|husband|son|daughter|brother|sister|grandma|grandmother"
    r"|grandpa|grandfather|aunt|uncle|neighbou?r|tenant|friend|boss|partner|roommate|fianc[eé]e?"
    r"|in-?laws?|mother-in-law|father-in-law|client|landlord)"
)
_PIECE = r"(?:[^\W\d_](?:[\w]|['\u2019-](?=[^\W\d_]))*\.?)"
_NAME = rf"({_PIECE}(?: {_PIECE}){{0,3}})"
_INTRODUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:it's|it is|its|this is|calling|appointment|visit|book(?:ing|ed)?(?: it| this)?|asking"
        rf"|inquiring|here) (?:for|on behalf of) (?:my |our |a )?{_RELATION}(?:'s name is|,| named"
        rf"| is named|:| called)? {_NAME}",
        rf"\bfor (?:my|our) {_RELATION}(?:,| named| called)? {_NAME}",
        rf"\b(?:my|his|her|their|the|customer|full|first|the customer's|{_RELATION}'s) (?:full |first "
        rf"|last )?n[ame]{{2,4}}(?: is|'s|\u2019s| would be| will be|:| =|,)? {_NAME}",
        rf"\b(?:name's|name\u2019s|name is|name:|names) {_NAME}",
        rf"\bunder (?:the )?(?:full |last |first )?(?:name (?:of |is )?)?{_NAME}",
        rf"\b(?:on|in|by|with|for|has) (?:the |a )?name (?:of )?{_NAME}",
        rf"\b(?:listed|booked|put it|put (?:me|us|that) down|registered|reserved) (?:as|under"
        rf"|for) (?:the name )?(?:of )?{_NAME}",
        rf"\b(?:call me|they call me|people call me|known as|i go by|i'?m called|goes by|you can call me) {_NAME}",
        rf"^\W*{_NAME} is (?:what you can call me|what they call me|my (?:full )?name|the name)\b",
        rf"(?:^|[.,!;]\s*|\bhi |\bhello |\bhey ){_NAME} (?:here|speaking)\b",
        rf"(?:^|[.,!;]\s*){_NAME},? (?:by the way|btw)\b",
        rf"\b(?:this is|this's|i am|i'm|i\u2019m|im) {_NAME}",
        rf"\bit'?s {_NAME} (?:here|again|from|calling)\b",
        rf"(?:^|\s)[-\u2013\u2014~] ?{_NAME}\W*$",
        r"^\W*((?-i:[A-Z])[a-z'-]+ (?-i:[A-Z])[a-z'-]+)(?=,\s*\d{1,6} [A-Za-z])",
    )
)
_FOR_SOMEBODY = re.compile(r"\b(?:[Ff]or|FOR|[Ii]t's|[Ii]ts) ((?:[A-Z][\w'\u2019-]+ ){1,2}[A-Z][\w'\u2019-]+)")
_BARE_FOR = re.compile(rf"^\W*for {_NAME}\W*$", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:\W|\b(?:yes|yeah|yep|sure|ok|okay|hi|hello|hey|oh|sorry|it's|it is|its|that's|that would be"
    r"|of course|certainly|absolutely|um+|uh+|well|good (?:morning|afternoon|evening)|the name is|mr"
    r"|mrs|ms|miss)\b)+",
    re.IGNORECASE,
)
_SOMEBODY_ELSES = re.compile(r"\b(?:his|her|their) name(?: is|'s|s)\b", re.IGNORECASE)
_OWN = re.compile(
    r"\b(?:my name is|my name's|i'?m|i am|this is) (?-i:[A-Z])[a-z]+(?!.*\b(?:his|her|their) name)", re.IGNORECASE
)
_TITLE = frozenset({"mr", "mrs", "ms", "miss", "mister", "missus"})
_OTHER_PEOPLE = re.compile(r"\b(?:dr|doctor)\b", re.IGNORECASE)


def name_in(text: str, *, wanted: bool) -> str | None:
    """The name a person gives as theirs, or for whom they call, as they wrote it; mere lower or upper case is mended.

    `wanted` says the business has just asked for a name: only then does a bare "Sarah Jones" count. A question, an
    ordinary word ("How's ?") or the name of someone merely mentioned is None.
    """
    short = " ".join(text[:600].replace("\u2019", "'").split())
    if _SOMEBODY_ELSES.search(short) and (own := _OWN.search(short)):
        if name := name_in(short[own.start() :], wanted=wanted):
            return name
    for pattern in _INTRODUCTIONS:
        for match in pattern.finditer(short):
            strict = "i'?m" in pattern.pattern or "this is" in pattern.pattern or "here" in pattern.pattern
            if name := _cut(match.group(match.lastindex or 1), strict=strict and not wanted, whole=short):
                return name
    for match in _FOR_SOMEBODY.finditer(short):
        if (name := _cut(match.group(1), strict=True, whole=short)) and " " in name and not short.isupper():
            return name
    if bare := _BARE_FOR.match(short):
        name = _cut(bare.group(1), strict=False, whole=short)
        if name and len(name.split()) == len(bare.group(1).split()) and (" " in name or wanted):
            return name
    return _bare(short) if wanted else None


def _bare(text: str) -> str | None:
    rest = _LEAD.sub("", text)
    first = re.split(r"[.,!?;:\n(]|\.\.+| - | and (?:i|my|the)\b", rest, maxsplit=1)[0].strip()
    words = first.split()
    asks = rest[len(first) :].lstrip()[:1] == "?"
    if not words or len(words) > 4 or asks or not re.fullmatch(rf"{_NAME}", first):
        return None
    name = _cut(first, strict=False, whole=text)
    return name if name and len(name.split()) == len(words) else None


def _cut(found: str, *, strict: bool, whole: str) -> str | None:
    """The leading words of `found` that can be a name; strict wants capitals wherever the message uses them at all."""
    words: list[str] = []
    for word in found.split():
        plain = word.rstrip(".").lower()
        if plain in _TITLE and not words:
            continue
        if plain in FIRM and words:
            return None
        if plain in NOT_NAMES or plain.endswith("n't") or _OTHER_PEOPLE.fullmatch(plain):
            break
        if (
            words
            and words[0][:1].isupper()
            and not word[:1].isupper()
            and plain not in ("de", "la", "van", "von", "der", "del", "da", "di", "bin")
        ):
            break
        words.append(word)
        if len(plain) > 2 and word.endswith("."):
            break
    if not words or (len(words) == 1 and _answers(words[0], whole)):
        return None
    if strict and not words[0][:1].isupper() and not _lower_writer(whole):
        return None
    if strict and words[0].islower() and words[0].endswith(("ing", "ed", "ly", "ous", "ful", "able", "ible", "less")):
        return None
    name = " ".join(words).strip(" .'-")
    name = re.sub(r"'s$", "", name)
    if not any(letter.isalpha() for letter in name) or len(name) > 60:
        return None
    return name.title().replace("'S", "'s") if name.islower() or (name.isupper() and len(name) > 3) else name


def _lower_writer(text: str) -> bool:
    return not any(letter.isupper() for letter in text[1:])


def _answers(word: str, whole: str) -> bool:
    """A lone word one slip away from a small answer ("yse", "waht") is that answer, not somebody called Yse."""
    plain = word.lower().strip(".")
    if len(plain) < 2:
        return True
    return (
        plain not in SHORT_NAMES
        and any(_slip(plain, answer) for answer in ANSWERS)
        and not (word[:1].isupper() and len(plain) > 4 and word != whole.strip())
    )


def _slip(word: str, answer: str) -> bool:
    if word == answer:
        return True
    if abs(len(word) - len(answer)) > 1 or len(answer) < 3:
        return False
    if len(word) == len(answer):
        differ = [i for i in range(len(word)) if word[i] != answer[i]]
        swapped = (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and word[differ[0]] == answer[differ[1]]
            and word[differ[1]] == answer[differ[0]]
        )
        return len(differ) == 1 or swapped
    longer, shorter = (word, answer) if len(word) > len(answer) else (answer, word)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
