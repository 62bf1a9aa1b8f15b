"""Is what we promise or report backed: a call, a text, a note, a look-up?"""

import re
from collections.abc import Iterator

from agent.claims import OF_A_VISIT, Spoken
from agent.evidence import Known, of_visit, said

SENDING = re.compile(
    r"\b(?:confirmation|reminder|link|receipt|invoice|recordatorio|enlace|confirmacion|recibo)\b|\b(?:i|we|"
    r"i've|we've|i'll|we'll|just|have|will)\b.{0,16}\b(?:sen[dt]|text(?:ed)?|e-?mail(?:ed)?)\b (?:it |that |"
    r"this )?(?:to )?you\b|\b(?:get\w*|receiv\w+|send\w*|expect|check your \w+ for) (?:an?|the|"
    r"another) (?:\w+ )?(?:text|message|sms)\b|\b(?:text|e-?mail|message) (?:is|was|has been|should be|will be|'s)\b",
)
SENT = re.compile(
    r"\b(?:text|sms|e-?mail|message|confirmation|reminder|link|mensaje|confirmacion|recordatorio|correo)\b", re.I
)
TALKING = re.compile(
    r"\b(?:call\w*|contact\w*|reach\w*|follow\w*|get back|in touch|let you know|told|passed|message|office|"
    r"someone|transfer\w*|connect\w*|notified|notify|llam\w+|avis\w+|oficina|comunic\w+)\b",
    re.I,
)
APPROVAL = re.compile(r"\b(?:confirm|let you know|approve|review|get back|tell you|update|avis|confirmar)\w*\b")
# What is sent is named by what it is: a text on its way is no e-mail, link or invoice.
THINGS = (
    re.compile(r"\b(?:e-?mail\w*|correo|inbox)\b", re.I),
    re.compile(r"\b(?:link|portal|enlace)\b", re.I),
    re.compile(r"\b(?:reminder|phone|courtesy|confirmation|follow-?up|heads-?up|arrival) call\b", re.I),
    re.compile(r"\b(?:invoice|receipt|bill|factura|recibo)\b", re.I),
    re.compile(r"\b(?:quote|estimate|presupuesto|cotizacion)\b", re.I),
    re.compile(r"\b(?:photo|picture|foto|brochure|contract|form)s?\b", re.I),
)
WISHED = re.compile(r"\b(?:like|asked|prefer\w*|want\w*|request\w*|hop\w+|said|ask\w*|wish\w*|pidio|quiere|prefiere)\b")
SPAN = re.compile(
    r"\b(?:within|in|next|under|less than|en|dentro de)\s+(?:the |about |around |a few |next |las? |"
    r"los? )*(\d+|an?|una?)?\s*(?:business |working )?(minute|min|hour|hr|day|minuto|hora|dia)s?\b",
)
IN_A_DAY = re.compile(r"min|h")  # longer stretches are read as days
ABOUT = re.compile(r"\b(?:about|regarding|on|for|sobre|de) (?:your|the|su|la|el) \w+", re.I)
BUSY_DAY = re.compile(r"\bbooked\b|\bno \w+|\bnothing\b")
VISITING = re.compile(r"\bon (?:the|his|her|their) way\b|\bwill be (?:there|out|by)\b|\bcome\b")


def unbacked_promise(part: Spoken, known: Known) -> Iterator[str]:
    """Somebody will call, was told, got sent something: true only after a hand-off, a message, or
    a tool that said so."""
    kinds = {claim.kind for claim in part.claims}
    if "lookup" in kinds and not (
        known.tool_words or known.evidence.offered or (known.visits and not BUSY_DAY.search(part.words))
    ):
        yield "claims_lookup"
    if "intent" in kinds and not known.deeds & {"booked", "requested", "moved", "cancelled"}:
        yield "promises_deed"
    if "noted" in kinds and not known.deeds:
        yield "promises_deed"
    if any(not backed(span, known) for span in SPAN.finditer(part.words) if IN_A_DAY.match(span[2])):
        yield "promises_deed"
    if "promise" not in kinds:
        return
    told = known.deeds & {"handed_off", "message_taken"}
    if SENDING.search(part.words):
        kept = SENT.search(known.tool_words) is not None and not re.search(r"\bnot sent\b", known.tool_words, re.I)
        kept = kept and all(
            thing.search(known.tool_words) for thing in THINGS if thing.search(ABOUT.sub("", part.words))
        )
        kept = kept or bool(SENT.search(known.profile_words) and re.search(r"\bremind|\brecorda", part.words, re.I))
    else:
        kept = bool(told) or TALKING.search(known.tool_words) is not None
        kept = kept or bool(known.held and APPROVAL.search(part.words))
        kept = kept or (
            any(claim.kind in OF_A_VISIT for claim in part.claims) and VISITING.search(part.words) is not None
        )
    if not kept:
        yield "promises_deed"
    heard = known.tool + known.profile
    for moment in part.stated:
        if not (
            said(moment, heard) or any(of_visit(moment, visit) for visit in known.visits) or WISHED.search(part.words)
        ):
            yield "promises_deed"


def backed(span: re.Match[str], known: Known) -> bool:
    """A stretch of time we name, as SPAN found it, in; True when a tool or the profile names it, too."""
    stretch = rf"\b{re.escape(span[1] or 'an')}\s*(?:business |working )?{span[2]}"
    return re.search(stretch, f"{known.tool_words} {known.profile_words}", re.I) is not None
