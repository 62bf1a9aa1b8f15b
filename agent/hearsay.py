"""What others are said to do, know or have, where a customer stands in line, and what the house is said to take, cover
or give: none of it is ours to say unless a tool or the profile told us."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.claims import Spoken
from agent.evidence import Known
from agent.mood import DENIED
from agent.spoken_facts import FREE

OTHERS = (
    r"(?:the|our|my|your|an?|one of our) (?:\w+ ){0,2}?(?:office|manager|boss|owner|team|dispatcher|dispatch|"
    r"supervisor|"
    r"technicians?|techs?|crews?|plumber|electrician|installer|guys?|colleagues?|coworker|staff|specialists?|"
    r"experts?|driver|"
    r"folks|truck|van|representative|rep)|"
    r"someone|somebody|they|he|she|dispatch"
)
OTROS = (
    r"la oficina|el equipo|(?:el|la|un|una|mi|nuestr[oa]|su) (?:gerente|duen[oa]|jef[ea]|encargad[oa]|tecnic[oa]|"
    r"supervisor\w*|companer[oa]|plomero|electricista)|alguien"
)
# "Is going to" is a promise of agent.claims, and coming a visit; looking forward costs nobody anything.
DOING = (
    r"(?: is| are|'s|'re)(?: \w+ly| still| now| just| already| also)* "
    r"(?!(?:going|coming|arriving|closing|opening|missing|having|meaning|looking forward)\b)(\w{2,}ing)\b(?! day)"
)
KNOWING = (
    r"(?: already| also| now| still)*"
    r" (?:(know|say|think|believe|suspect|bring|carrie|recommend|expect|promise|keep|want|stock)s|(?:has|have) (?:it|"
    r"the|your|an?|one|all|what|everything|seen|got) (?:\w+ ){0,2}?(part|tool|van|truck|gear|kit|replacement|motors?|"
    r"parts|tools|loaded|covered|before|number|details|case|file))\b|(?:'ll| will)(?: also)? (bring|carry|order|supply|"
    r"replace|repair)\b"
)
THEY_KNOW = r"\bthey(?: already| also| now| still)* (know|say|think|believe|expect|want)\b"
WILL = (
    r"(?:'ll| will| is going to| are going to) (?!(?:need|have to|want|ask|be able|tell|explain|quote|look|"
    r"take a look|check|"
    r"see|know|show|give you (?:a|the) (?:price|quote)|go over|decide|find|let you|not|never)\b)(\w+)"
)
THEY = (
    r"\b(?:they|he|she)(?: usually| always| already| also)* (?!(?:can|could|would|might|may|need|want|will|don|doesn|"
    r"are|"
    r"is|open|close|find|re|s|ll|ve|d|have|has|had|should|decide|ask|do|does|look|see|tell|say|usually|always|"
    r"already|also|"
    r"were|was|work|cover|only|both|all|or|and|who|that|if|when|in|on|at|to|aren|isn|won|haven|hasn|didn|wouldn|"
    r"couldn)\b)(\w+)"
)
SABE = r"(?: ya| tambien| le| les)* (sab|llev|tra|dic|dij|cre|piens|conoc|recomiend|promet|est[ae]n? \w+ndo)\w*\b"
APPROVING = re.compile(r"^(?:review|look|check|decid|consider|approv)")
CALLING = re.compile(r"^(?:call|contact|reach|follow|ring|phon|review|look|handl|work|know|number|details|case|file)")
IN_LINE = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)?|next|first|second|ahead|spot|place) in (?:line|the (?:queue|line))\b|"
    r"\b(?:next|first) (?:up|on (?:the|our) (?:list|route))\b|\bwait(?:ing)? ?list(?:ed)?\b|\b(?:cancellation|"
    r"standby) list\b|"
    r"\bin (?:the|our) queue\b|\b(?:top|head|front) of (?:the|our) (?:list|line|queue)\b|\blista de espera\b|"
    r"\bprimer[oa]? en la (?:lista|fila)\b"
)
# What a house takes, covers and gives is the profile's to say.
TERMS = re.compile(
    r"\b(?:warrant\w+|guarantees?|financ\w+|payment plans?|instal+ments?|insurance|(?:credit |debit |major )?cards?|"
    r"visa|"
    r"mastercard|amex|venmo|zelle|paypal|apple pay|members|membership|deposits?|rebates?|same[- ]day|"
    r"after[- ]hours|overnight|years of experience|garantia|tarjetas?|financiamiento|seguro|deposito|"
    r"(?:repair|parts?|labor|work|reparacion)(?:'s| is| are| esta)(?: all| fully)? (?:covered|cubiert\w+)|"
    r"in stock|on the truck|loaner|voucher|eligible|qualify|entitled)\b"
)
THEIRS = re.compile(
    r"\b(?:you (?:asked|said|mentioned|wanted)|ask|tell|sure|pregunt\w+|check|if|whether|would|could|might|may|si)\b"
)


@lru_cache(maxsize=64)
def patterns(staff: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Staff names in; what they and the other people of the house are said to do, to know or to have out, without and
    with what they will do and usually do."""
    names = "|".join(re.escape(name.lower().split(" ")[0]) for name in staff if name.strip())
    others = rf"\b(?:{OTHERS}{'|' + names if names else ''})"
    otros = rf"\b(?:{OTROS}{'|' + names if names else ''})"
    always = f"{otros}{SABE}|{THEY_KNOW}|{others}(?:{DOING}|{KNOWING}"
    return re.compile(f"{always})"), re.compile(f"{always}|{WILL})|{THEY}")


def unbacked_hearsay(part: Spoken, known: Known) -> Iterator[str]:
    """A sentence of plain words in; the reasons for what it says of others, of a queue and of the house's terms that
    nobody told us."""
    mood = part.mood
    told = known.tool_words.lower()
    waiting = known.deeds & {"handed_off", "message_taken"}
    idle = not (known.deeds or known.firm or known.held)
    for found in patterns(known.staff)[idle].finditer(mood.sentence):
        verb = next(filter(None, found.groups()))
        backed = (
            (len(verb) > 5 and re.sub(r"(?:ing|s)$", "", verb)[:6] in told)
            or (known.held and APPROVING.match(verb))
            or (waiting and CALLING.match(verb))
        )
        if not backed and mood.asserted(*found.span()):
            yield "promises_deed"
    if any(mood.asserted(*found.span()) and found[0] not in told for found in IN_LINE.finditer(mood.sentence)):
        yield "claims_booking_without_act"
    yield from unbacked_terms(part.words, known)


def unbacked_terms(words: str, known: Known) -> Iterator[str]:
    """What the house is said to take, cover or give, in words the profile and the tools do not use."""
    terms = [] if "?" in words else TERMS.findall(words)
    if not terms or DENIED.search(FREE.sub(" ", words)) or THEIRS.search(words):
        return
    ours = f"{known.profile_words}\n{known.tool_words}".lower()
    if any(term not in ours for term in terms):
        yield "promises_deed"
