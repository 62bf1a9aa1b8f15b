"""What a text costs and what it must not say: GSM 03.38 septets, segments, carrier words."""

import re
import unicodedata

# 3GPP TS 23.038, 6.2.1: one septet each; the extension table needs an escape and counts two.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-")
    | dict.fromkeys("\u2028\u2029", "\n")
    | {"\u2026": "...", "\t": " "}
)
_CHEAPER = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")
# Invisible marks that make a text UCS-2; the joiners inside emoji (U+200C, U+200D) stay.
_INVISIBLE = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_CARRIER_WORD = r"(?:cancel|end|quit|revoke|opt[ -]?out|unsubscribe|stop[ -]?all)"
_ASK = (
    r"\b(?:reply|replying|text|texting|txt|send|sending|respond|responding|answer|answering|type|typing|responda|responde"
    r"|conteste|env[ií]e|escriba|mande)\b"
)
_TRAP = re.compile(
    rf"(?i:{_ASK}(?:\s+(?:back|with|us|the|word|just|con|la|palabra))*)[\s:]+"
    # "Reply STOP, HELP or CANCEL": the words before it in the list are in capitals, quoted or digits.
    r"(?:[\"'*]?[A-Z0-9]+[\"'*]?\s*(?:,\s*(?:or\s+)?|/|\s(?:or|o)\s+))*"
    rf"[\"'*]?(?P<word>(?i:{_CARRIER_WORD}))\b"
    # "Reply 1 to confirm, CANCEL to cancel": in capitals it is a word to send wherever it stands.
    rf"|(?i:{_ASK})[^.!?\n]*?\b(?P<capital>{_CARRIER_WORD.upper()})\b"
)


def plain(text: str) -> str:
    """The same words in characters a text message carries cheaply: straight quotes, hyphens, ordinary spaces, no
    control characters or lone surrogates. Accents and emoji stay: they are what somebody wrote."""
    kept: list[str] = []
    for mark in text.replace("\r\n", "\n").translate(_TYPOGRAPHY):
        kind = unicodedata.category(mark)
        if kind == "Zs":
            kept.append(" ")
        elif mark == "\n" or (kind not in ("Cc", "Cs") and mark not in _INVISIBLE):
            kept.append(mark)
    return "".join(kept)


def thrifty(text: str) -> str:
    """The same text without á, í, ó and ú, which are in no carrier's alphabet and double its price; with them where
    something else in it costs as much. É, ñ, ¿ and ¡ cost nothing."""
    cheaper = text.translate(_CHEAPER)
    return cheaper if all(mark in GSM_BASIC or mark in GSM_EXTENSION for mark in cheaper) else text


def segments(text: str) -> int:
    """How many segments the carrier bills for exactly this text: 160 septets, or 153 each when split; as soon as one
    character is outside GSM 03.38, 70 or 67 UTF-16 units. An escape or surrogate pair is never split."""
    if all(mark in GSM_BASIC or mark in GSM_EXTENSION for mark in text):
        return _parts([2 if mark in GSM_EXTENSION else 1 for mark in text], alone=160, split=153)
    return _parts([2 if ord(mark) > 0xFFFF else 1 for mark in text], alone=70, split=67)


def fits(text: str, limit: int = 2) -> bool:
    """Whether the text stays within `limit` segments."""
    return segments(text) <= limit


def trap(text: str) -> str | None:
    """The opt-out word a text invites people to send ("reply CANCEL", "text END"), in capitals; None when it is safe.

    The carrier blocks the sender on such a word before we see it, so the customer who wanted to cancel a visit could no
    longer be texted (contract 2.8). STOP is the one such word a text may teach.
    """
    found = _TRAP.search(text)
    return (found["word"] or found["capital"]).upper() if found else None


def _parts(widths: list[int], *, alone: int, split: int) -> int:
    if sum(widths) <= alone:
        return 1 if widths else 0
    parts, filled = 1, 0
    for width in widths:
        if filled + width > split:
            parts, filled = parts + 1, 0
        filled += width
    return parts
