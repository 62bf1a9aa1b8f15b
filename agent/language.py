"""Which language a customer is answered in: theirs, kept on their row until they write or ask for the other."""

import re
from datetime import datetime

from agent.hearing import hear
from storage.context import Context
from storage.tables import Conversation
from tools import chat

ASKS_ENGLISH = re.compile(r"\benglish\b|\ben ingl[eé]s\b|\bingl[eé]s por favor\b", re.I)
ASKS_SPANISH = re.compile(r"\bspanish\b|\bespa[nñ]ol\b", re.I)
SPANISH = re.compile(
    r"\b(?:el|la|los|las|una?|mi|para|con|est[aá]|tengo|gracias|agua|casa|que|qu[eé]|de|en|se|no|por|hay|cu[aá]nto|"
    r"cu[aá]ndo|quiero|necesito|hola|s[ií]|ma[nñ]ana|tarde|primera|cita|favor|persona|llamo|calle|cuesta|puede)\b",
    re.I,
)
ENGLISH = re.compile(
    r"\b(?:the|is|are|my|and|to|for|with|you|can|please|need|have|what|when|it|not|i|i'm|we|this|that|thanks|yes|do|"
    r"at|on|works)\b",
    re.I,
)


def meant(known: str, text: str, now: datetime) -> str:
    """ "en" or "es" for these words of a customer whose language was `known`; a word or a number alone changes it
    not."""
    if ASKS_ENGLISH.search(text) or ASKS_SPANISH.search(text):
        return "en" if ASKS_ENGLISH.search(text) else "es"
    spanish, english = len(SPANISH.findall(text)), len(ENGLISH.findall(text))
    if hear(text, now).spanish and spanish >= english:
        return "es"
    if known == "es":
        return "en" if english >= 3 and english > 2 * spanish else "es"
    return "es" if spanish >= 3 and spanish > 2 * english else known


def settle(ctx: Context, thread: Conversation, text: str) -> None:
    """Keep the language these words of the thread's customer are in."""
    if thread.customer_id is None:
        return
    customer = chat.customer_of(ctx)
    language = meant(customer.language, text, ctx.local_now)
    if language != customer.language:
        customer.language = language
