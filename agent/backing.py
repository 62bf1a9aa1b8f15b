"""Sentence by sentence: is there a visit, an open time, a tool or the customer behind what our reply says?"""

import re
from collections.abc import Iterator
from dataclasses import replace

from agent.acting import unbacked_acts
from agent.asides import WORDS_COME
from agent.claims import OF_A_VISIT, Spoken
from agent.evidence import Known, Visit, at, of_visit, said
from agent.hearsay import unbacked_hearsay
from agent.mood import near
from agent.openings import ABOUT_THEM, AGREED, CHANGING, HOURS, IF_OPEN, OFFER, OPEN, SHUT, WEEK, WHOLE_DAY
from agent.presumed import unbacked_presumption
from agent.promises import WISHED, unbacked_promise
from agent.spoken_facts import unbacked_facts, unbacked_names
from agent.spoken_times import Moment

# "Tuesday 2 PM is now under your name": what a time is, if not open, gone or good, is a claim of its own.
IS_SO = re.compile(
    r"\s*(?:is|'s|are|has been|was|got)(?: now| all| officially| already)* (?!(?:still|open|free|possible|available|"
    r"gone|taken|fine|ok|okay|"
    r"good|great|a|an|the|when|what|not|too|also|n't|best|better|popular|early|late|outside|closed|booked|full|our|as|"
    r"one|that|in the|at|pending|waiting|requested|unavailable|no|only|both|right|correct|next|on the list|listed|"
    r"doable|your (?:\w+ )?(?:choice|preference|pick|wish|favorite))\b)\w",
    re.I,
)
OLD = re.compile(
    r"\b(?:from|instead of|out with|in place of|replac\w+(?: the one)?|swap(?:ped)?|traded?|exchanged?|replaced?|"
    r"rather than|"
    r"was|were|previous\w*|old|original\w*|earlier|en vez de|en lugar de|"
    r"del?|antes|anterior)(?: (?:the|time|your|visit|appointment|slot|at|on|for|,|el|la))*\s*,?\s*$",
    re.I,
)
LET_GO = re.compile(
    r"\s*(?:visit|appointment|slot|spot|time|one)?(?: is|'s| was| has)(?: now| been| also)* "
    r"(?:let go|released|freed|given (?:up|back)|gone|free|open)\b",
    re.I,
)
EN_ROUTE = re.compile(
    r"\bon (?:the|his|her|their) way\b|\ben route\b|\bhead(?:ed|ing) (?:out|over|your way|there)\b|\balmost there\b",
)
SOMEBODY_WILL = re.compile(
    r"\b(?:we|he|she|they|(?:[Tt]he|[Oo]ur|[Yy]our|[Aa]) (?:\w+ )?(?:tech\w*|crew|team|plumber|electrician|guy|man|"
    r"person)|(?-i:[A-Z])[a-z]+)"
    r"(?:'ll| will| is going to|'s going to) (?!need|have to|check|look at|see if|know|not\b|ask)\w+[^?;]*$"
)
OTHER_WORK = re.compile(
    r"\b(?:install(?:ation)?|tune-?up|maintenance|replacement|cleaning|inspection|instalacion|mantenimiento|limpieza)\b"
)
ENDS = re.compile(
    r"\b(?:ends?|done|finish\w*|until|till|to|over|termina\w*|hasta)\b(?: (?:at|by|around|about|a|las))*\s*$|-\s*$",
    re.I,
)
WAS = re.compile(r"\b(?:was|were|had|last|estaba|tenia)\b")
BUSY = re.compile(
    r"\b(?:let me|check|look|need|needs|please|confirm|can't|cannot|unable|not|n't|if|would|could|reply|"
    r"text|tell|sorry|unfortunately|taken|gone|like|want\w*|prefer|ask\w*|said|or|y|o|"
    r"necesit\w+|si|ver|pued[eo]n?|podria|quiere|prefiere|siento|lamento|todavia|aun|falta|ya no|ocupad[oa])\b|n't\b",
)
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|will|do|does|did|would|get|got|need|open|close[sd]?|offer|fee|"
    r"cost|hours|es|esta|hay|son)\b|'(?:ll|re|ve|s|m)\b",
)
NO_ACT = {"move": "claims_move_without_act", "cancel": "claims_cancel_without_act"}
NO_BOOKING = "claims_booking_without_act"
BOOKED_TOO = re.compile(r"\b(?:booked|see you|reserved|scheduled|set for|all set|still)\b")
FIRMLY = re.compile(r"\ball set\b|\bconfirmed\b|\bgood to go\b|\byou(?:'re| are) set\b|\btodo listo\b")
CALLED_OFF = re.compile(r"\b(?:cancel\w*|anul\w+|elimin\w+|borr\w+|called off)\b")
REQUEST = re.compile(r"\b(?:request|solicitud)\b")
YOU_GOT_IT = re.compile(r"\byou(?:'ve)? got it\b")
AGAIN = re.compile(r"\b(?:again|back|de nuevo|otra vez)\b")


def unbacked(parts: list[Spoken], known: Known) -> Iterator[str]:
    """The sentences of a whole reply in; the reasons of everything in it that nothing backs out."""
    boasts = [claim.kind for part in parts for claim in part.claims if claim.kind in OF_A_VISIT]
    named = [moment for part in parts for moment in part.moments]
    agreed = False
    for part in parts:
        yield from unbacked_visit(part, known)
        yield from unbacked_promise(part, known)
        yield from unbacked_acts(part, known)
        yield from unbacked_hearsay(part, known)
        yield from unbacked_presumption(part, known)
        yield from unbacked_moments(part, known, boasts, agreed=agreed)
        yield from unbacked_names(part, known, boasts, offering=OFFER.search(part.words) is not None)
        yield from unbacked_facts(part.words, known)
        agreed = not part.moments and any(
            part.mood.asserted(*one.span()) for one in AGREED.finditer(part.mood.sentence)
        )
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
    if EN_ROUTE.search(WORDS_COME.sub("", part.words)):
        return [visit for visit in known.firm if visit.start.date() == known.today]
    return known.firm + (known.past if WAS.search(part.words) else [])


def visit_kinds(part: Spoken, known: Known) -> set[str]:
    """What a sentence claims about visits, without what its other claims explain: "released" after a move cancels
    nothing."""
    kinds = {claim.kind for claim in part.claims if claim.kind in OF_A_VISIT}
    if "moved" in known.deeds and not CALLED_OFF.search(part.words):
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
    dated = [moment for moment in part.stated if not old(moment)]
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
    other = OTHER_WORK.search(part.words)
    labels = " ".join([known.tool_words, *(visit.service for visit in behind)]).lower()
    if other and kinds & {"booking", "request"} and other[0][:6] not in labels:
        yield NO_BOOKING
    for moment in dated:
        if not any(of_visit(moment, visit) for visit in behind):
            held = any(of_visit(moment, visit) for visit in known.held)
            yield "pending_called_confirmed" if held else NO_ACT.get(min(kinds), NO_BOOKING)


def unbacked_moments(part: Spoken, known: Known, boasts: list[str], *, agreed: bool) -> Iterator[str]:
    """Every day and time must be known; what is offered as open must have been listed; what stands beside a claim
    belongs to it."""
    claimed = bool(visit_kinds(part, known))
    hours = HOURS.search(part.words) is not None or bool(WEEK.search(part.words) and not OPEN.search(part.words))
    offers = not hours and not ABOUT_THEM.search(part.words)
    offers = offers and any(not part.mood.denied(one.start()) for one in OFFER.finditer(part.words))
    offers = offers or (agreed and not VERB.search(part.words))
    if offers and part.stated and WHOLE_DAY.search(part.words) and "?" not in part.words:
        yield "offers_unlisted_time"
    for moment in part.moments:
        if moment.day and moment.day.broken:
            yield "wrong_weekday"
        elif (
            moment in part.stated
            and claims_itself(moment, part)
            and not any(of_visit(moment, one) for one in known.firm + known.cancelled)
            and not (REQUEST.search(part.words) and any(of_visit(moment, one) for one in known.held))
        ):
            yield NO_BOOKING
        elif moment in part.stated and claimed:
            if old(moment) and not mentioned(moment, known):
                yield unknown(moment, known)
        elif no_day(moment, part):
            continue
        elif hours:
            if not (in_hours(moment, known) or mentioned(moment, known)):
                yield unknown(moment, known)
        elif offers and moment not in part.denied and not IF_OPEN.search(near(moment.left.lower())):
            if not any(at(moment, start, loose=True) for start in known.evidence.offered):
                own = any(of_visit(moment, visit) for visit in known.visits)
                let_go = (
                    bool(known.deeds & {"moved", "cancelled"})
                    and said(moment, known.tool)
                    and (old(moment) or AGAIN.search(part.words) is not None)
                )
                if not (let_go or (own and (claimed or CHANGING.search(part.words) or not OPEN.search(part.words)))):
                    yield "offers_unlisted_time"
        elif boasts and moment in part.stated and "?" not in part.words:
            backed = any(of_visit(moment, visit) for kind in boasts for visit in backers(kind, part, known))
            spoken_of = said(moment, known.tool) or (
                mentioned(moment, known) and (WISHED.search(part.words) or old(moment))
            )
            if not (backed or spoken_of):
                yield NO_ACT.get(boasts[0], NO_BOOKING)
        elif not (
            mentioned(moment, known)
            or ((moment.day is None or moment.carried) and said(moment, known.profile, apart=True))
        ):
            yield unknown(moment, known)


def no_day(moment: Moment, part: Spoken) -> bool:
    """True for "this week or next?" and "not today": no day is given away."""
    kind = moment.day.kind if moment.day and moment.clock is None else ""
    return (kind == "week" and moment not in part.stated) or (kind == "relative" and moment in part.denied)


def old(moment: Moment) -> bool:
    """True when the sentence speaks of that moment as the time before a move."""
    return OLD.search(moment.left) is not None or LET_GO.match(moment.right) is not None


def claims_itself(moment: Moment, part: Spoken) -> bool:
    """True when somebody "will" do something at that time, or the time is said to be more than open."""
    if part.claims or "?" in part.words or moment.clock is None or moment.clock.vague or HOURS.search(part.words):
        return False
    return IS_SO.match(moment.right) is not None or SOMEBODY_WILL.search(moment.left) is not None


def mentioned(moment: Moment, known: Known) -> bool:
    """True when a visit, an open time, a tool or the customer gave that moment; the customer may have given day and
    time apart."""
    return (
        any(of_visit(moment, visit, loose=True) for visit in known.visits)
        or any(at(moment, start, loose=True) for start in known.evidence.offered)
        or said(moment, known.tool)
        or (ENDS.search(moment.left) is not None and any(at(moment, end) for end in known.ends))
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
    if (
        moment.day
        and moment.clock is None
        and moment.day.weekday in known.closed
        and not SHUT.search(moment.left.lower())
    ):
        return False
    return said(moment, known.profile, apart=True) and not (
        moment.day and moment.day.kind not in ("weekday", "relative", "both")
    )


def unknown(moment: Moment, known: Known) -> str:
    """Which half of a moment nobody gave."""
    whole_day = replace(moment, clock=None)
    return "unknown_time" if moment.clock and (moment.day is None or mentioned(whole_day, known)) else "unknown_date"


def implied(parts: list[Spoken]) -> bool:
    """True for a reply that states one exact time and asks, offers and explains nothing: "Perfect, Monday at 9." """
    text = YOU_GOT_IT.sub("", " ".join(part.words for part in parts))
    stated = [moment for part in parts for moment in part.moments if moment.clock and not moment.clock.vague]
    return (
        len(stated) == 1
        and not any(part.claims for part in parts)
        and "?" not in text
        and not (BUSY.search(text) or OFFER.search(text) or HOURS.search(text) or VERB.search(text))
    )
