"""A reply for the ear: what the tools and the script write for a text message, as a voice should say it."""

import re

TAG = re.compile(r"\s*\[(?:slot|booking|code):[^\]]*\]")
LINK = re.compile(r"\s*(?:https?://|www\.)\S+")
NUMBERED = re.compile(r"(?:(?<=\s)|^)([1-9])\. (?=[A-Z])")
MENU = re.compile(r"Reply with a number: ")
# What only makes sense on a screen, and what a voice says instead.
SPOKEN = (
    (re.compile(r"\bText us any ?time\b"), "Call us any time"),
    (re.compile(r"\bJust text me\b"), "Just tell me"),
    (re.compile(r"\bjust text me\b"), "just tell me"),
    (re.compile(r"\bReply YES\b"), "Say yes"),
    (re.compile(r"(?<=\d) min\b\.?"), " minutes"),
    (re.compile(r"\bZIP\b"), "zip code"),
    (re.compile(r"\bzip code code\b"), "zip code"),
)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
# A full stop after one of these ends no sentence.
SHORTENED = re.compile(r"(?:\b(?:a\.m|p\.m|approx|Mr|Mrs|Ms|Dr|St|Ave|Blvd|Apt|No|vs|etc)|\b[A-Z]|\b\d)\.[\"')\]]*$")


def aloud(text: str) -> str:
    """The same words without tags, links and the language of the keypad; spaces at both ends stay."""
    text = LINK.sub("", TAG.sub("", text))
    text = MENU.sub("Press or say a number: ", text)
    text = NUMBERED.sub(r"Number \1: ", text)
    for pattern, words in SPOKEN:
        text = pattern.sub(words, text)
    return text


def sentences(text: str) -> list[str]:
    """`text` cut after every sentence that is surely over; the last piece, perhaps empty, may still go on."""
    pieces: list[str] = []
    start = 0
    for end in SENTENCE_END.finditer(text):
        if not SHORTENED.search(text[start : end.start()]):
            pieces.append(text[start : end.end()])
            start = end.end()
    return [*pieces, text[start:]]
