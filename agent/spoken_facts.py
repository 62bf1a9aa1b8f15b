"""Prices, ways to reach us and technicians' names in our outgoing words, and whether the evidence holds them."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.claims import Spoken
from agent.evidence import Known, of_visit, stands
from agent.mood import DENIED
from agent.plain_numbers import plain
from agent.spoken_times import CONTACT

AGREED = re.compile(
    r"\b(?:yes|sure|deal|ok|okay|fee|cost|price|charge|only|just|total|can do|works|is fine|claro|cuesta)\b"
)
AMOUNT = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d\d))?"
PRICE = re.compile(
    rf"\$\s?{AMOUNT}|\b{AMOUNT}(?:\s*(?:-|to|or|and|a|y|o)\s*\$?{AMOUNT})?[\s-]*(?:dollars?|dolares|bucks|"
    rf"usd|pesos)\b|\busd\s?{AMOUNT}|"
    r"\b(?:fees?|costs?|price|charges?|total|rate|tarifa|cuesta|precio|costo|runs?|quote|"
    r"estimate)\b(?:\s+(?:is|are|of|will be|would be|be|you|es|de|about|around|only|just|at|comes to|from|"
    rf"like))*\s+{AMOUNT}\b(?!\s*(?:%|percent|min|hour|hr|day|visit|[ap]m\b|:))",
)
YOURS_TO_COME = re.compile(
    r"\byour (?:tech\w*|plumber|electrician|installer|repair\w*|service ?man|guy|man)\b|\b(?:su|tu) tecnic[oa]\b|"
    r"\bassigned\b|\basignad[oa]\b|\b(?:gave|told|asked|passed|sent|spoke|talked|called|texted|informed|notified)\b"
)
BOTH = re.compile(r"\b(?:both|all|each)(?: \w+){0,2} (?:visits|appointments|are with|are by)\b")
A_LENGTH = (
    r"(?P<count>\d{1,3}|an?|una?)[ -](?P<unit>min(?:utes?|utos?)?|hours?|hrs?|horas?)\b"
    r"(?P<half> (?:and a half|y media))?"
)
STRETCH = re.compile(rf"\b{A_LENGTH}")
# "It takes a minute" is no length of a visit.
LASTING = re.compile(
    rf"\b(?:takes?|taking|lasts?|last|runs?|dura|tarda|lleva)(?: (?:about|around|roughly|only|just|up to|unas?|"
    rf"como))*+ "
    rf"(?!an? min){A_LENGTH}"
)
DIGIT = re.compile(r"\d")
SHARE = re.compile(r"\b(\d{1,3})\s*(?:%|percent|por (?:ciento|100))")
FREE = re.compile(
    r"\b(?:free of charge|(?:no|without) (?:extra |additional )?(?:charge|cost|fee)(?! (?:for|to) (?:ask|call|text))|"
    r"at no (?:charge|cost)|"
    r"on the house|on us\b|my treat|our treat|complimentary|for free|(?:visit|diagnos\w+|estimate|quote|inspection|"
    r"repair|service|everything|today)(?: is|'s) free|"
    r"free (?:visit|estimate|diagnostic|quote|inspection|service|of)|gratis|sin (?:costo|cargo)|"
    r"won't (?:cost|be charged)|(?:won't|don't|doesn't|not) (?:have to )?(?:pay|owe)(?: you| us)? (?:an?|any|anything)|"
    r"(?:is|are|comes?|esta|estan) (?:all )?inclu(?:ded|id[oa]s?)|waived?)\b",
)
CHEAPER = re.compile(
    r"\b(?:half (?:off|price)|pay(?:s|ing)? half|discount|coupon|promo\w*|special (?:offer|price|rate)|descuento|"
    r"rebaja|"
    r"oferta especial|mitad de precio|on sale|price match\w*|match any|beat (?:any|their|the)|(?:lowest|"
    r"best) prices?|(?:senior|member|military|veteran|loyalty) (?:rate|price))\b",
)
OFF = re.compile(r"\bcall(?:ed|ing)? (?:it |that )?off\b|\b(?:hours|day) (?:ahead|before|notice|in advance)\b")
THING = re.compile(
    r"\b(visit|estimate|diagnos|inspect|quote|cancel|repair|install|call|reschedul|mov|visita|presupuesto|cita)"
)
IF = re.compile(r"\b(?:if|when|once|with (?:the|a|your) repair|go ahead|toward|si|cuando)\b")
OFTEN_WORDS = frozenset(
    "will mark may art bill rob grace rose hope faith joy dawn summer april june august drew chance jack "
    "rich frank pat chase grant guy miles sky sunny "
    "angel love christian max dean major".split()
)
NOT_A_NAME = frozenset(
    "i we you they it he she that this there someone somebody everyone nobody nothing everything what who "
    "which how when where the a an our your my "
    "technician tech office team dispatcher dispatch manager service appointment visit booking job time "
    "slot price fee cost payment monday tuesday wednesday thursday friday "
    "saturday sunday tomorrow today tonight morning afternoon evening january february march april june "
    "july august september october november december "
    "one both all each either neither nobody no yes ok okay great perfect thanks thank sure same another "
    "any anyone us me him her them central time "
    "these those other details confirmation text reminder message diagnostic water heater install furnace "
    "plumbing heating cooling air address hours help "
    "lunes martes miercoles jueves viernes sabado domingo usted nosotros gusto mucho el la los las su un "
    "una nuestro alguien le les lo la los las se nos me te usted ustedes su ya hoy manana oficina tecnico equipo "
    "ac hvac so and but or then since because if once when while since also yep yeah well now".split()
)
COMING = re.compile(
    r"\b(?:with|by|technicians?|tech|plumber|electrician|con|named|tecnico|installer)(?:,| is| will be|"
    r":)? ((?-i:[A-Z])[a-z]+)\b|"
    r"\b((?-i:[A-Z])[a-z]+)(?:'s| is|, (?:our|your|the)) (?:\w+ ){0,3}?(?:guy|tech\w*|man|woman|lady|manager|owner|"
    r"expert|plumber|electrician|installer|specialist|dispatcher)\b|"
    r"\b((?-i:[A-Z])[a-z]+)(?<!ing)(?: ((?-i:[A-Z])[a-z]+))?(?: is|'s)(?: already| now| just)? \w+ing\b|"
    r"\b((?-i:[A-Z])[a-z]+)(?: ((?-i:[A-Z])[a-z]+))?\b ?(?:will|'ll|is (?:com|on|head|assign|going|your)\w*|"
    r"can (?:come|be|call|do|fix)|arrives|llegara|lo atendera|le llamara|ira|estara)\b",
    re.I,
)


def minutes(found: re.Match[str]) -> float:
    """A length of time as STRETCH found it in, minutes out: "an hour and a half" is 90."""
    count = float(found["count"]) if found["count"].isdigit() else 1.0
    return (count + (0.5 if found["half"] else 0)) * (60 if found["unit"].startswith("h") else 1)


@lru_cache(maxsize=64)
def cents(text: str) -> frozenset[int]:
    """Plain text in; every price it names out, in cents. Remembered: the evidence is asked for every sentence."""
    if not DIGIT.search(text):
        return frozenset()
    return frozenset(
        int(whole.replace(",", "")) * 100 + int(part or 0)
        for found in PRICE.finditer(text.lower())
        for whole, part in zip(found.groups()[::2], found.groups()[1::2], strict=True)
        if whole and len(whole) < 12
    )


def free_beyond(words: str, facts: str, *, about: str) -> bool:
    """Plain text in lower case and the plain business facts in; True when the text gives something away that no
    line of the facts gives: the same thing (`about`, where none is named), waived where they waive it, and on a
    condition where theirs has one."""
    given = FREE.search(words)
    if given is None:
        return False
    things = set(THING.findall(OFF.sub("cancel", words))) or {about}
    waived = given[0].startswith("waive")
    for line in re.split(r"[.\n]\s", facts.lower()):
        same = FREE.search(line) is not None and ("waive" in line) == waived and things & {*THING.findall(line)}
        if same and (not waived or IF.search(words) or not IF.search(line)):
            return False
    return True


@lru_cache(maxsize=64)
def shares(text: str) -> frozenset[str]:
    """Plain text in; the percentages it names out, remembered likewise."""
    return frozenset(SHARE.findall(text.lower()))


def contacts(text: str) -> list[str]:
    """Plain text in; telephone numbers (digits only), links and mail addresses in it out."""
    found = [
        one[0].rstrip(".,!?)")
        for one in CONTACT.finditer(text.lower())
        if not re.match(r"\d{4}-\d\d-\d\d|ending", one[0])
    ]
    found = [one if re.search(r"[a-z]", one) else re.sub(r"\D", "", one) for one in found]
    return [one for one in found if len(one) != 5]


def staff_named(text: str, staff: tuple[str, ...]) -> set[str]:
    """Plain text and the full staff names (also plain) in; the full names spoken out, whole or by
    first or last name."""
    found, low = set(), text.lower()
    for name in staff:
        for part in {name, *name.split()}:
            if part.lower() not in low:
                continue
            for match in re.finditer(rf"\b{re.escape(part)}\b", text, re.I):
                ordinary = part.lower() in OFTEN_WORDS and (
                    match[0] != part or re.search(r"(?:^|[.!?\n]\s*)$", text[: match.start()])
                )
                if not ordinary:
                    found.add(name)
    return found


def strangers(text: str) -> set[str]:
    """Plain text in; capitalised names out that are said to come, call or do the job, in lower case."""
    named = {word.lower() for found in COMING.finditer(text) for word in found.groups() if word}
    return named - NOT_A_NAME


def unbacked_names(part: Spoken, known: Known, boasts: list[str], *, offering: bool) -> Iterator[str]:
    """A technician is spoken of only as a visit, a tool or the profile has it; who comes or calls, never from the
    profile alone."""
    acting = (
        bool(part.claims)
        or BOTH.search(part.words) is not None
        or YOURS_TO_COME.search(part.words) is not None
        or bool(boasts and part.stated)
        or (bool(part.moments) and offering)
        or any(moment.clock and not moment.clock.vague for moment in part.stated)
    )
    on_it = [visit for visit in known.visits if all(of_visit(moment, visit) for moment in part.stated)]
    acting = acting or bool(part.stated and on_it)
    for name in staff_named(part.written, known.staff):
        is_theirs = [plain(visit.technician or "") == name for visit in on_it or known.visits]
        if all(is_theirs) if BOTH.search(part.words) and is_theirs else any(is_theirs):
            continue
        heard = known.tool_words if acting else "\n".join((known.tool_words, known.profile_words, known.customer_words))
        if not staff_named(heard, (name,)):
            yield "unknown_name"
    unheard = strangers(part.written) - {word for name in known.staff for word in name.lower().split()}
    if unheard:
        heard = "\n".join((known.tool_words, known.profile_words, known.customer_words)).lower()
        if not all(stands(name, heard) for name in unheard):
            yield "unknown_name"


def unbacked_facts(words: str, known: Known) -> Iterator[str]:
    """Prices, discounts, numbers and links of ours must stand in the profile or a tool's words; the customer's may be
    repeated, not agreed to."""
    lengths = {minutes(found) for found in LASTING.finditer(words)}
    if lengths and (
        lengths
        - {minutes(found) for found in STRETCH.finditer(f"{known.profile_words} {known.tool_words}".lower())}
        - {(visit.end - visit.start).total_seconds() / 60 for visit in known.visits}
    ):
        yield "unknown_number"
    prices, links = cents(words), contacts(words)
    cheaper = CHEAPER.search(words)
    if cheaper and cheaper[0] not in known.everything and "?" not in words and not DENIED.search(words):
        yield "unknown_price"
    if not (prices or links or SHARE.search(words) or FREE.search(words)):
        return
    ours, theirs = f"{known.profile_words}\n{known.tool_words}", known.customer_words
    missing = prices - cents(ours) if prices else prices
    if missing - cents(theirs) or (missing and AGREED.search(words) and not DENIED.search(words) and "?" not in words):
        yield "unknown_price"
    about = "cancel" if "cancelled" in known.deeds or "cancel" in theirs.lower() else "visit"
    # "At no cost" denies nothing.
    if shares(words) - shares(ours) or (
        not DENIED.search(FREE.sub(" ", words)) and free_beyond(words, ours, about=about)
    ):
        yield "unknown_price"
    for contact in links:
        if contact not in re.sub(r"\D", "", f"{ours} {theirs}") and contact not in f"{ours}\n{theirs}".lower():
            yield "unknown_contact"
