"""What a sentence takes for granted, be it a question, an offer or a denial: a visit of theirs, how many they have, a
text they were sent."""

import re
from collections.abc import Iterator

from agent.claims import Spoken
from agent.evidence import Known, at, of_visit, said
from agent.spoken_times import Moment

VISIT = r"(?:visit|appointment|appt|booking|reservation|install\w*|slot|spot)"
YOURS_AT = re.compile(
    rf"\byour (?:\w+ ){{0,3}}?{VISIT}(?:'s| is| was)?(?: on| for| at| with \w+)*,?\s*$|"
    r"\b(?:su|tu) (?:cita|visita|reserva)(?: es| era)?(?: del?| para| el| en)*\s*$",
    re.I,
)
YOUR = re.compile(r"\byour\s*$", re.I)
OWN = re.compile(rf"(?:'s)?\s*(?:\w+ )?{VISIT}\b", re.I)
MANY = re.compile(
    r"\b(?:have|got|has|see|had|tiene|tienes) (\d+)(?: \w+){0,2}? (?:visits|appointments|bookings|reservations|citas|"
    r"visitas)\b"
)
SENT = re.compile(r"\b(?:text|sms|message|confirmation|reminder|mensaje|confirmacion|recordatorio)\b", re.I)
SENT_BEFORE = re.compile(
    r"\b(?:confirmation|text|message|e-?mail|link|reminder|quote|invoice|details|note|mensaje|correo|confirmacion|"
    r"enlace)"
    r" (?:(?:that|which|que) )?(?:(?:i|we)(?:'ve| have)?|le|te)(?: just| already)? "
    r"(?:sent|texted|e-?mailed|forwarded|left|mailed|envi\w+|mand\w+)\b"
)


def unbacked_presumption(part: Spoken, known: Known) -> Iterator[str]:
    """A sentence of plain words in; the reasons out for what it presumes and nobody gave: a visit of theirs at a time,
    more visits than they have, a text no tool sent."""
    if any(theirs(moment) and not given(moment, part, known) for moment in part.moments):
        yield "claims_booking_without_act"
    days = [moment.day.dates for moment in part.stated if moment.day]
    for many in MANY.finditer(part.mood.sentence):
        standing = [visit for visit in known.firm + known.held if len(days) != 1 or visit.start.date() in days[0]]
        if int(many[1]) > len(standing) and part.mood.asserted(*many.span()):
            yield "claims_booking_without_act"
    if SENT_BEFORE.search(part.words) and not SENT.search(known.tool_words):
        yield "promises_deed"


def theirs(moment: Moment) -> bool:
    """True for "your visit on Monday" and "your Monday visit"."""
    return YOURS_AT.search(moment.left) is not None or (
        YOUR.search(moment.left) is not None and OWN.match(moment.right) is not None
    )


def given(moment: Moment, part: Spoken, known: Known) -> bool:
    """True when a visit, an open time or a tool gave that moment, or the customer did and we ask about it."""
    return (
        any(of_visit(moment, visit, loose=True) for visit in known.visits)
        or any(at(moment, start, loose=True) for start in known.evidence.offered)
        or said(moment, known.tool)
        or ("?" in part.words and said(moment, known.customer, apart=True))
    )
