"""Sentence by sentence: is there a row, a tool, the profile or the customer behind what our reply says?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent import spoken_facts
from agent.claims import DENIED, Claim, asserted, claims, near, without_idioms
from agent.evidence import Known, Visit, at, of_visit, said
from agent.spoken_times import Moment

OF_A_VISIT = ("booking", "move", "cancel", "request", "done")
HOURS = re.compile(
    r"\bhours\b|\bwe(?:'re| are) (?:open|closed|here)\b|\bopen (?:from|until|till|mon|on (?:mon|week)|at|\d|weekdays)|\bclos(?:e|es|ed)\b|\boffice (?:is|opens)\b|\bhorario\b|\babr(?:imos|e)\b|"
    r"\babiert[oa]s?\b|\bcerrad[oa]s?\b|\bcerramos\b|\batendemos\b|\bweekdays\b|\bevery (?:week)?day\b|\bwork(?:s|ing)? (?:mon|from)",
    re.I,
)
OFFER = re.compile(
    r"\b(?:open(?:ing|ings)?|availab(?:le|ility)|free|slots?|times|spots?|options?|earliest|soonest|next (?:one|time|available)|how about|what about|we (?:have|can|could|'ve got|got|do)|i (?:have|can|could|'ve got|got)|"
    r"(?:'ve|have|has) (?:got )?(?:\w+ )?(?=\d|monday|tuesday|wednesday|thursday|friday|tomorrow)|can (?:come|do|be|get|fit|make|offer|see)|could (?:come|do|be|get|fit|make)|works? (?:for us|on our|great|fine|well|perfectly|too|as well)|works\b(?! (?:best|better|for you))|"
    r"disponibles?|libres?|tenemos|hay|puedo (?:ofrecer|hacer)|podemos|le ofrezco|tengo|espacio)\b",
    re.I,
)
ABOUT_THEM = re.compile(
    r"\b(?:are|be|were) you (?:\w+ )?(?:free|available|open|home)\b|\byou(?:'re| are) (?:free|available|home)\b|\b(?:let me|i'll|i can|i will|can i|me) (?:check|see|look)\b|\bfor you to\b",
    re.I,
)
OLD = re.compile(
    r"\b(?:from|instead of|rather than|was|were|previous\w*|old|original\w*|earlier|en vez de|en lugar de|del?|antes|anterior)(?: (?:the|time|your|visit|appointment|slot|at|on|for|,|el|la))*\s*,?\s*$",
    re.I,
)
TODAY_AS_DAY = re.compile(
    r"\b(?:for|you|there|(?:come|comes|be|coming|head\w*|stop\w*|swing\w*) (?:out|by|over)|be|com\w+|arriv\w+|visits?|is|open|available|slots?|earlier|later|on|scheduled|booked|confirmed|para|es)\s*$",
    re.I,
)
EN_ROUTE = re.compile(
    r"\bon (?:the|his|her|their) way\b|\ben route\b|\bhead(?:ed|ing) (?:out|over|your way|there)\b|\balmost there\b",
    re.I,
)
WAS = re.compile(r"\b(?:was|were|had|last|estaba|tenia)\b", re.I)
BUSY = re.compile(
    r"\b(?:let me|check|look|need|needs|please|confirm|can't|cannot|unable|not|n't|if|would|could|reply|text|tell|sorry|unfortunately|taken|gone|like|want\w*|prefer|ask\w*|said|or|y|o)\b|n't\b",
    re.I,
)
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|will|do|does|did|would|get|got|need|open|close[sd]?|offer|fee|cost|hours|es|esta|hay|son)\b|'(?:ll|re|ve|s|m)\b",
    re.I,
)
SENDING = re.compile(
    r"\b(?:confirmation|reminder|link|receipt|invoice|recordatorio|enlace|confirmacion|recibo)\b|\b(?:i|we|i've|we've|i'll|we'll|just|have|will)\b.{0,16}\b(?:sen[dt]|text(?:ed)?|e-?mail(?:ed)?)\b (?:it |that |this )?(?:to )?you\b|\b(?:text|e-?mail|message) (?:is|was|has been|should be|will be|'s)\b",
    re.I,
)
SENT = re.compile(
    r"\b(?:text|sms|e-?mail|message|confirmation|reminder|link|mensaje|confirmacion|recordatorio|correo)\b", re.I
)
TALKING = re.compile(
    r"\b(?:call\w*|contact\w*|reach\w*|follow\w*|get back|in touch|let you know|told|passed|message|office|someone|transfer\w*|connect\w*|notified|notify|llam\w+|avis\w+|oficina|comunic\w+)\b",
    re.I,
)
APPROVAL = re.compile(r"\b(?:confirm|let you know|approve|review|get back|tell you|update|avis|confirmar)\w*\b", re.I)
WISHED = re.compile(
    r"\b(?:like|asked|prefer\w*|want\w*|request\w*|hop\w+|said|ask\w*|wish\w*|pidio|quiere|prefiere)\b", re.I
)
SPAN = re.compile(
    r"\b(?:within|in|next|under|less than|en|dentro de)\s+(?:the |about |around |a few |next |las? |los? )*(\d+|an?|una?)?\s*(?:business |working )?(minute|min|hour|hr|day|minuto|hora|dia)s?\b",
    re.I,
)
NO_ACT = {"move": "claims_move_without_act", "cancel": "claims_cancel_without_act"}
NO_BOOKING = "claims_booking_without_act"
BOOKED_TOO = re.compile(r"\b(?:booked|see you|reserved|scheduled|set for|all set|still)\b", re.I)
FIRMLY = re.compile(r"\ball set\b|\bconfirmed\b|\bgood to go\b|\byou(?:'re| are) set\b|\btodo listo\b", re.I)
FREED = re.compile(r"\b(?:released|freed|no longer)\b", re.I)
BUSY_DAY = re.compile(r"\bbooked\b|\bno \w+|\bnothing\b", re.I)
VISITING = re.compile(r"\bon (?:the|his|her|their) way\b|\bwill be (?:there|out|by)\b|\bcome\b", re.I)
IF_OPEN = re.compile(r"\b(?:if|whether|check|see|look|checking|si)\b", re.I)
REFUSED = re.compile(
    r"[^.!?,;]{0,25}?\b(?:not|no longer|isn't|wasn't|aren't|(?:already|just) (?:got |been )?(?:taken|booked|reserved)|taken|gone|full|unavailable|closed|doesn't|won't|can't|couldn't|ocupad[oa]|ya no|no esta|lleno)\b(?! (?:a problem|you|for|with|care))",
    re.I,
)
AGREED = re.compile(
    r"\b(?:yes|sure|deal|ok|okay|fee|cost|price|charge|only|just|total|can do|works|is fine|claro|cuesta)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence of the reply: its plain words, its claims, and the moments it states, those it asks or offers, those it denies."""

    words: str
    claims: tuple[Claim, ...]
    stated: tuple[Moment, ...]
    floated: tuple[Moment, ...]
    denied: tuple[Moment, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.stated + self.floated + self.denied


def spoken(words: str, named: list[Moment]) -> Spoken:
    """A sentence of plain text and the moments in it, sorted by how it speaks of them."""
    softened = without_idioms(words)
    stated, floated, denied = [], [], []
    for moment in named:
        start, end = len(moment.left), len(words) - len(moment.right)
        if (
            moment.clock is None
            and words[start:end].lower() in ("today", "tonight", "hoy")
            and not TODAY_AS_DAY.search(moment.left)
        ):
            continue
        if REFUSED.match(moment.right) or DENIED.search(near(softened[:start])):
            denied.append(moment)
        elif asserted(softened, start, end):
            stated.append(moment)
        else:
            floated.append(moment)
    return Spoken(words, tuple(claims(words)), tuple(stated), tuple(floated), tuple(denied))


def unbacked(parts: list[Spoken], known: Known) -> Iterator[str]:
    """The sentences of a whole reply in; the reasons of everything in it that nothing backs out."""
    boasts = [claim.kind for part in parts for claim in part.claims if claim.kind in OF_A_VISIT]
    named = [moment for part in parts for moment in part.moments]
    for part in parts:
        yield from unbacked_visit(part, known)
        yield from unbacked_promise(part, known)
        yield from unbacked_moments(part, known, boasts)
        yield from unbacked_names(part, known, boasts)
        yield from unbacked_facts(part.words, known)
    if (
        not boasts
        and implied(parts)
        and not any(of_visit(one, visit) for one in named for visit in known.firm + known.held)
    ):
        yield "claims_booking_without_act"


def backers(kind: str, part: Spoken, known: Known) -> list[Visit]:
    """The visits that could stand behind a claim of that kind."""
    if kind == "cancel":
        return known.cancelled
    if kind == "move":
        return known.moved
    if kind == "request":
        return known.firm + known.held
    if EN_ROUTE.search(part.words):
        return [visit for visit in known.firm if visit.start.date() == known.today]
    return known.firm + (known.past if WAS.search(part.words) else [])


def visit_kinds(part: Spoken, known: Known) -> set[str]:
    """What a sentence claims about visits, without what its other claims explain: "released" after a move cancels nothing."""
    kinds = {claim.kind for claim in part.claims if claim.kind in OF_A_VISIT}
    if "moved" in known.deeds and FREED.search(part.words):
        kinds.discard("cancel")
    if kinds & {"cancel", "move"}:
        kinds.discard("done")
    if "cancel" in kinds and not BOOKED_TOO.search(part.words):
        kinds.discard("booking")
    if "request" in kinds and known.held and not known.firm and not FIRMLY.search(part.words):
        kinds.discard("done")
    return kinds


def unbacked_visit(part: Spoken, known: Known) -> Iterator[str]:
    """A claim that a visit stands, moved, waits or is gone needs such a visit, at every moment the sentence states."""
    kinds = visit_kinds(part, known)
    if not kinds:
        return
    behind = [visit for kind in sorted(kinds) for visit in backers(kind, part, known)]
    dated = [moment for moment in part.stated if not OLD.search(moment.left)]
    for kind in sorted(kinds):
        if (
            kind == "done"
            and known.deeds
            and not dated
            and not (known.deeds == {"requested"} and FIRMLY.search(part.words))
        ):
            continue
        if not backers(kind, part, known):
            yield (
                "pending_called_confirmed"
                if kind in ("booking", "done") and known.held
                else NO_ACT.get(kind, NO_BOOKING)
            )
    for moment in dated:
        if not any(of_visit(moment, visit) for visit in behind):
            held = any(of_visit(moment, visit) for visit in known.held)
            yield "pending_called_confirmed" if held else NO_ACT.get(min(kinds), NO_BOOKING)


def unbacked_promise(part: Spoken, known: Known) -> Iterator[str]:
    """Somebody will call, was told, got sent something: true only after a hand-off, a message, or a tool that said so."""
    kinds = {claim.kind for claim in part.claims}
    if "lookup" in kinds and not (
        known.tool_words or known.evidence.offered or (known.visits and not BUSY_DAY.search(part.words))
    ):
        yield "claims_lookup"
    if "intent" in kinds and not known.deeds & {"booked", "requested", "moved", "cancelled"}:
        yield "promises_deed"
    if "noted" in kinds and not known.deeds:
        yield "promises_deed"
    if "promise" not in kinds:
        return
    told = known.deeds & {"handed_off", "message_taken"}
    if SENDING.search(part.words):
        kept = SENT.search(known.tool_words) is not None and not re.search(r"\bnot sent\b", known.tool_words, re.I)
        kept = kept or bool(SENT.search(known.profile_words) and re.search(r"\bremind|\brecorda", part.words, re.I))
    else:
        kept = bool(told) or TALKING.search(known.tool_words) is not None
        kept = kept or bool(known.held and APPROVAL.search(part.words))
        kept = (
            kept or any(claim.kind in OF_A_VISIT for claim in part.claims) and VISITING.search(part.words) is not None
        )
    if not kept:
        yield "promises_deed"
    heard = known.tool + known.profile
    for moment in part.stated:
        if not (
            said(moment, heard) or any(of_visit(moment, visit) for visit in known.visits) or WISHED.search(part.words)
        ):
            yield "promises_deed"
    for span in SPAN.finditer(part.words):
        if not re.search(
            rf"\b{re.escape(span[1] or 'an')}\s*(?:business |working )?{span[2]}",
            f"{known.tool_words} {known.profile_words}",
            re.I,
        ):
            yield "promises_deed"


def unbacked_moments(part: Spoken, known: Known, boasts: list[str]) -> Iterator[str]:
    """Every day and time must be known; what is offered as open must have been listed; what stands beside a claim belongs to it."""
    claimed = bool(visit_kinds(part, known))
    hours = HOURS.search(part.words) is not None
    offers = not hours and OFFER.search(part.words) is not None and not ABOUT_THEM.search(part.words)
    for moment in part.moments:
        if moment.day and moment.day.broken:
            yield "wrong_weekday"
        elif moment in part.stated and claimed:
            if OLD.search(moment.left) and not mentioned(moment, known):
                yield unknown(moment, known)
        elif hours:
            if not (in_hours(moment, known) or mentioned(moment, known)):
                yield unknown(moment, known)
        elif offers and moment not in part.denied and not IF_OPEN.search(moment.left):
            if not any(at(moment, start, loose=True) for start in known.evidence.offered):
                if not (claimed and any(of_visit(moment, visit) for visit in known.visits)):
                    yield "offers_unlisted_time"
        elif boasts and moment in part.stated and "?" not in part.words:
            backed = any(of_visit(moment, visit) for kind in boasts for visit in backers(kind, part, known))
            spoken_of = said(moment, known.tool) or (
                mentioned(moment, known) and (WISHED.search(part.words) or OLD.search(moment.left))
            )
            if not (backed or spoken_of):
                yield NO_ACT.get(boasts[0], NO_BOOKING)
        elif not (
            mentioned(moment, known)
            or (moment.day is None or moment.carried)
            and said(moment, known.profile, apart=True)
        ):
            yield unknown(moment, known)


def mentioned(moment: Moment, known: Known) -> bool:
    """True when a visit, an open time, a tool or the customer gave that moment; the customer may have given day and time apart."""
    return (
        any(of_visit(moment, visit, loose=True) for visit in known.visits)
        or any(at(moment, start, loose=True) for start in known.evidence.offered)
        or said(moment, known.tool)
        or said(moment, known.customer, apart=True)
        or (
            moment.day is not None
            and moment.day.kind != "weekday"
            and said(moment, [one for one in known.profile if one.day and one.day.kind != "weekday"])
        )
        or (
            moment.carried
            and any(
                at(replace(moment, day=None), one)
                for one in [*known.evidence.offered, *(visit.start for visit in known.visits)]
            )
        )
    )


def in_hours(moment: Moment, known: Known) -> bool:
    """True when the profile names that weekday and that time, wherever it puts them."""
    return said(moment, known.profile, apart=True) and not (
        moment.day and moment.day.kind not in ("weekday", "relative", "both")
    )


def unknown(moment: Moment, known: Known) -> str:
    """Which half of a moment nobody gave."""
    whole_day = replace(moment, clock=None)
    return "unknown_time" if moment.clock and (moment.day is None or mentioned(whole_day, known)) else "unknown_date"


def unbacked_names(part: Spoken, known: Known, boasts: list[str]) -> Iterator[str]:
    """A technician is spoken of only as a visit, a tool or the profile has it; who comes or calls, never from the profile alone."""
    told = spoken_facts.staff_named(known.tool_words, known.staff)
    ours = {visit.technician for visit in known.visits if visit.technician}
    acting = (
        bool(part.claims)
        or bool(boasts and part.stated)
        or (bool(part.moments) and OFFER.search(part.words) is not None)
    )
    for name in spoken_facts.staff_named(part.words, known.staff):
        if name in told or name in {visit_name for visit_name in ours if name == visit_name}:
            continue
        if acting or not (
            spoken_facts.staff_named(known.profile_words, (name,))
            or spoken_facts.staff_named(known.customer_words, (name,))
        ):
            yield "unknown_name"
    known_words = set(
        re.findall(
            r"[a-z]+", f"{known.tool_words} {known.profile_words} {known.customer_words} {' '.join(ours)}".lower()
        )
    )
    if (
        spoken_facts.strangers(part.words)
        - known_words
        - {part_of for name in known.staff for part_of in name.lower().split()}
    ):
        yield "unknown_name"


def unbacked_facts(words: str, known: Known) -> Iterator[str]:
    """Prices, discounts, numbers and links of ours must stand in the profile or a tool's words; the customer's may be repeated, not agreed to."""
    ours, theirs = f"{known.profile_words}\n{known.tool_words}", known.customer_words
    prices = set(spoken_facts.cents(words))
    missing = prices - set(spoken_facts.cents(ours)) if prices else prices
    if missing - set(spoken_facts.cents(theirs)) or (
        missing and AGREED.search(words) and not DENIED.search(words) and "?" not in words
    ):
        yield "unknown_price"
    if spoken_facts.shares(words) - spoken_facts.shares(ours) or (
        not DENIED.search(words) and spoken_facts.free_beyond(words, ours)
    ):
        yield "unknown_price"
    for contact in spoken_facts.contacts(words):
        if contact not in re.sub(r"\D", "", f"{ours} {theirs}") and contact not in f"{ours}\n{theirs}".lower():
            yield "unknown_contact"


def implied(parts: list[Spoken]) -> bool:
    """True for a reply that states one exact time and asks, offers and explains nothing: "Perfect, Monday at 9." """
    text = " ".join(part.words for part in parts)
    stated = [moment for part in parts for moment in part.moments if moment.clock and not moment.clock.vague]
    return (
        len(stated) == 1
        and "?" not in text
        and not (BUSY.search(text) or OFFER.search(text) or HOURS.search(text) or VERB.search(text))
    )
