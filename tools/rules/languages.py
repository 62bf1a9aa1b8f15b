"""Which language somebody writes, told from a few words of theirs, or reads, told by their browser: "en" or "es"."""

import re

from tools.rules.assent import plain

ASKS_ENGLISH = re.compile(r"\benglish\b|\ben ingl[eé]s\b|\bingl[eé]s por favor\b", re.I)
ASKS_SPANISH = re.compile(r"\bspanish\b|\bespa[nñ]ol\b", re.I)
SPANISH = re.compile(
    r"\b(?:el|la|los|las|una?|mi|para|con|est[aá]|tengo|gracias|agua|casa|que|qu[eé]|de|en|se|no|por|hay|cu[aá]nto|"
    r"cu[aá]ndo|quiero|necesito|hola|s[ií]|ma[nñ]ana|tarde|primera|cita|favor|persona|llamo|calle|cuesta|puede|"
    r"huele|humo|fuga|fuego|incendio|chispas)\b",
    re.I,
)
ENGLISH = re.compile(
    r"\b(?:the|is|are|my|and|to|for|with|you|can|please|need|have|what|when|it|not|i|i'm|we|this|that|thanks|yes|do|"
    r"at|on|works)\b",
    re.I,
)
_ASKED = re.compile(r"[ \t]*(en|es)(?:-[a-z0-9-]+)?[ \t]*(?:;[ \t]*q=([01](?:\.\d{0,3})?)[ \t]*)?", re.I)
_SURE = re.compile(
    r"\b(?:espa[nñ]ol|necesito|quiero|quisiera|buenos d[ií]as|buenas (?:tardes|noches)|por favor"
    r"|ma[nñ]ana por|no funciona|calefacci[oó]n|ayuda|cita|hola|puede[ns]?|hablan?|huele a|fuga de)\b|[¿¡]"
)
_HINT = re.compile(
    r"\b(?:el|la|los|las|una?|mi|para|con|est[aá]|tengo|gracias|agua|casa|s[ií]|que|de|en|se|me|no"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|hoy)\b"
)


def is_spanish(text: str) -> bool:
    """Whether these words are surely Spanish: a sure one among them, and another or hardly any others."""
    low = plain(text)
    return bool(_SURE.search(low)) and (_HINT.search(low) is not None or len(low.split()) <= 3)


def meant(known: str, text: str) -> str:
    """The language of these words of a customer whose language was `known`; a word or a number alone changes it
    not."""
    if ASKS_ENGLISH.search(text) or ASKS_SPANISH.search(text):
        return "en" if ASKS_ENGLISH.search(text) else "es"
    spanish, english = (len(set(words.findall(text.lower()))) for words in (SPANISH, ENGLISH))
    if is_spanish(text) and spanish >= english:
        return "es"
    if known == "es":
        return "en" if english >= 3 and english > 2 * spanish else "es"
    return "es" if spanish >= 3 and spanish > 2 * english else known


def preferred(accept_language: str) -> str:
    """The one of ours that a browser's Accept-Language asks for first: the greatest q, then the order (RFC 9110,
    12.5.4); "en" where it asks for neither."""
    best, greatest = "en", 0.0
    for asked in map(_ASKED.fullmatch, accept_language.split(",")):
        weight = float(asked[2] or 1) if asked else 0.0
        if asked and weight > greatest:
            best, greatest = asked[1].lower(), weight
    return best
