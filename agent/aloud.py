"""A reply for the ear: what the tools and the script write for a text message, as a voice should say it."""

import re

TAG = re.compile(r"\s*\[(?:slot|booking|code):[^\]]*\]")
LINK = re.compile(r"\s*(?:https?://|www\.)\S+")
# What only makes sense on a screen, and what a voice says instead, in each language.
SPOKEN = {
    "en": (
        (re.compile(r"\bReply with a number: "), "Press or say a number: "),
        (re.compile(r"(?:(?<=\s)|^)([1-9])\. (?=[A-Z])"), r"Number \1: "),
        (re.compile(r"\bText us any ?time\b"), "Call us any time"),
        (re.compile(r"\bJust text me\b"), "Just tell me"),
        (re.compile(r"\bjust text me\b"), "just tell me"),
        (re.compile(r"\bReply YES\b"), "Say yes"),
        (re.compile(r"(?<=\d) min\b\.?"), " minutes"),
        (re.compile(r"\bZIP\b"), "zip code"),
        (re.compile(r"\bzip code code\b"), "zip code"),
    ),
    "es": (
        (re.compile(r"\bResponda con un número: "), "Oprima o diga un número: "),
        (re.compile(r"(?:(?<=\s)|^)([1-9])\. (?=[A-Z])"), r"Número \1: "),
        (re.compile(r"\bEscríbanos\b"), "Llámenos"),
        (re.compile(r"\bEscríbame\b"), "Dígame"),
        (re.compile(r"\bresponda sí\b"), "diga sí"),
        (re.compile(r"(?<=\d) min\b\.?"), " minutos"),
        (re.compile(r"(?<=\d) AM\b"), " de la mañana"),
        (re.compile(r"(?<!\d)((?:[89]|1[01]):\d\d) PM\b"), r"\1 de la noche"),
        (re.compile(r"(?<=\d) PM\b"), " de la tarde"),
    ),
}
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
# A full stop after one of these ends no sentence.
SHORTENED = re.compile(r"(?:\b(?:a\.m|p\.m|approx|Mr|Mrs|Ms|Dr|St|Ave|Blvd|Apt|No|vs|etc)|\b[A-Z]|\b\d)\.[\"')\]]*$")


def aloud(text: str, language: str) -> str:
    """The same words, in `language` ("en" or "es"), without tags, links and the language of the keypad; spaces at both
    ends stay."""
    text = LINK.sub("", TAG.sub("", text))
    for pattern, words in SPOKEN[language]:
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
