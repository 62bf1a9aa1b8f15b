"""One homeowner message understood without a model: what they want, when, and what they told about themselves."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from agent import details
from agent.asked import asked
from agent.intent import Facts, intent
from agent.names import name_in
from agent.spelling import mended
from tools.rules import consent, when
from tools.rules.assent import plain
from tools.rules.offers import numbered, position, times_listed
from tools.rules.when import When

LONGEST = 2000  # characters read; the rest of a longer text is left out
_ISSUE = 200

_PRICE = re.compile(
    r"\bhow much\b(?! (?:time|longer|notice))|\b(?:what|whats|what's|any(?=[^.!]*\?)|is there|do you"
    r"|are there)\b.{0,30}\b(?:cost|costs|price|prices|pricing|charge|charges|fees?|rates?|run me)\b"
    r"|\b(?:price|pricing|cost|ballpark|quote|estimate|fee)\b.{0,40}\?|\b(?:a|your|free"
    r"|rough) (?:ballpark|quote|price)\b|\bexpensive\b.{0,12}\?|\bcu[aá]nto cuesta\b"
)
_BOT = re.compile(
    r"\b(?:are|r) (?:you|u) (?:really |actually |even |just |not |some |kind of |like )*(?:an? "
    r"|the )?(?:actual |real |live |real life |living |automated |chat)*(?:bot|robot|human|person|ai"
    r"|a\.i\.|machine|computer|automated|alive|being|program|chatbot|real)\b(?! estate)"
    r"|\b(?:is this|is it|is that|am i (?:talking|speaking|chatting|texting)(?: to"
    r"| with)?)\b.{0,24}\b(?:bot|robot|human|a person|real person|ai|machine|computer|automated)\b"
    r"|\byou(?:'re| are) (?:really |just |probably |not )*(?:an? )?(?:bot|robot|human|ai|machine"
    r"|computer|real person|chatbot)\b|\bif you(?:'re| are) (?:an? )?(?:real |actual )?(?:bot|robot"
    r"|human|person|ai|machine|computer)\b"
)
_THANKS = re.compile(
    r"\b(?:thanks+|thank (?:you|u)|thx|tysm|ty|tks|much appreciated|appreciate (?:it|that|you|your)"
    r"|gracias|cheers)\b"
)
_GREETING = re.compile(
    r"^\W*(?:hi+|h[aeu]llo+|hey+|howdy|hiya|yo|greetings|good (?:morning|afternoon|evening|day)|hola"
    r"|buen[oa]s)\b"
)
_TROUBLES = frozenset(
    ["working", "heating", "cooling", "furnace", "heater", "leaking", "broken", "boiler", "thermostat", "clogged"]
)
_PLEASANT = re.compile(
    r"\b(?:hav(?:e|ing)|enjoy(?:ing)?|hope)\b[^.?!;,]{0,24}\b(?:good|great|nice|lovely|wonderful|happy)"
    r" (?:weekend|day|morning|afternoon|evening|thanksgiving)\b"
    r"|\b(?:that|this|it)(?:'s| is| will be|'ll be| was)? (?:all|it|everything)(?: i need(?:ed)?)?"
    r" for (?:today|now|tonight)\b",
    re.IGNORECASE,
)  # a kind word about a day is no wish for it
_NUMBER = re.compile(r"\d+")
_ISSUE_LEAD = re.compile(
    r"^(?:\W|\b(?:hi|hello|hey|there|yes|yeah|well|so|um|uh|ok|okay|sure|please|good (?:morning"
    r"|afternoon|evening)|i think|it's that|the (?:problem|issue) is(?: that)?)\b)+",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"\b(?:leak\w*|br[eo]ke\w*|clog\w*|not (?:working|heating|cooling|turning|draining|starting"
    r"|blowing|coming)|(?:won'?t|doesn'?t|isn'?t|does not|will not|is not) (?:turn|start|drain|flush"
    r"|heat|cool|stop|light|ignite|shut|work|blow|come)\w*|stopped|no (?:heat|hot water|power|ac|a/c"
    r"|air|water|cold air)|burst|overflow\w*|backed up|flood\w*|dripp\w*|smell\w*|nois[ey]\w*|rattl\w*"
    r"|tripp\w*|spark\w*|fr[eo]+z\w*|went out|died|is (?:out|down|dead)|gurgl\w*|squeal\w*|stuck"
    r"|crack\w*|rust\w*|error code|pilot|replac\w*|install\w*|repair\w*|fix\w*|tune-?up|maintenance"
    r"|inspect\w*|service (?:my|the|our)|water heater|heater|furnace|boiler|a/c|air condition\w*"
    r"|heat pump|thermostat|toilet|faucet|drain|sewer|pipe|outlet|breaker|disposal|no funciona)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as understood; every field is empty or False where nothing was said."""

    intent: str
    """book, reschedule, cancel, availability, confirm, deny, give_name, give_address, give_issue, give_datetime,
    lookup, stop, human or other."""
    when: When
    """Days and times in the job's wall time."""
    name: str | None
    address: str | None
    postal_code: str | None
    email: str | None
    phone: str | None
    """E.164."""
    issue: str | None
    """The trouble in their words, at most 200 characters."""
    choice: int | None
    """Place in the list they were offered, counted from 1."""
    price_question: bool
    asks_if_human: bool
    thanks: bool
    greeting: bool


def hear(text: str, now: datetime, *, context: str | None = None, awaiting: str | None = None) -> Heard:
    """Understand one message. Pure, and never raises whatever the text.

    `now` is aware and in the job's zone; `context` is what the business said just before; `awaiting` is what our own
    script asked for last: "name", "address", "slot", "visit", "issue" or None. A yes is read
    only from words spelled as one.
    """
    text, context = text[:LONGEST], (context or "").strip()[:LONGEST] or None
    low = plain(text)
    wants = asked(context, awaiting)
    choice = _choice(low, context)
    name = name_in(text, wanted="name" in wants)
    address = details.address_in(text, wanted="address" in wants)
    # The "5th" of a street corner is no date.
    told = when.read(_PLEASANT.sub(" ", text.replace(address, " ; ") if address else text), now, context=context)
    timed = bool(told.day or told.start or told.end or told.days or told.times or told.not_days or not told.sure)
    numbers = set(_NUMBER.findall(low))
    facts = Facts(
        asked=wants,
        named=name is not None,
        addressed=address is not None,
        timed=timed,
        new_time=timed and bool(numbers) and not numbers & set(_NUMBER.findall(context or "")),
        chosen=choice is not None,
        stop=_stop(text, context),
    )
    kind = intent(text, facts)
    if name and "name" in wants and "issue" in wants and kind == "give_issue" and name.lower() == low.strip(" .!"):
        kind = "give_name"
    return Heard(
        intent=kind,
        when=told,
        name=name,
        address=address,
        postal_code=details.postal_code_in(text),
        email=details.email_in(text),
        phone=details.phone_in(text),
        issue=_issue(text, kind, address),
        choice=choice,
        price_question=bool(_PRICE.search(low)),
        asks_if_human=bool(_BOT.search(low)),
        thanks=bool(_THANKS.search(low)),
        greeting=bool(_GREETING.search(low)),
    )


def understood(text: str, context: str | None, now: datetime) -> dict[str, str | None]:
    """The row of `ringback understand`: intent, name, address, date and date_end (YYYY-MM-DD), times (HH:MM).

    None where nothing was said. `now` is aware, in the job's zone."""
    heard = hear(text, now, context=context)
    told = heard.when if heard.when.sure else When()
    return {
        "intent": heard.intent,
        "date": _day(told.day),
        "time": _clock(told.start),
        "time_end": _clock(told.end),
        "date_end": _day(told.last_day),
        "name": heard.name,
        "address": heard.address,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _clock(at: time | None) -> str | None:
    return at.strftime("%H:%M") if at else None


def _stop(text: str, context: str | None) -> bool:
    """Our opt-out reading; a lone CANCEL or END is the carrier's, unless it answers a question of ours."""
    read = consent.read(text, opted_out=False)
    return read.kind == "stop" and not (read.word in ("CANCEL", "END") and context is not None)


def _choice(low: str, context: str | None) -> int | None:
    listed = numbered(context)
    count = times_listed(context)
    if not listed and count < 2:
        return None
    place = position(low, count, listed=listed)
    return place + 1 if place is not None and place >= 0 else None


def _issue(text: str, kind: str, address: str | None) -> str | None:
    """The sentences that name a trouble or a job, else the message when it answers our question; never the address."""
    if kind in ("stop", "confirm", "deny", "cancel", "reschedule", "human", "lookup"):
        return None
    parts = [" ".join(part.split()) for part in re.split(r"(?<=[.!?])\s+|\n+", text)]
    telling = [part for part in parts if _TROUBLE.search(part) or _TROUBLE.search(mended(part.lower(), _TROUBLES))]
    if not telling and kind != "give_issue":
        return None
    found = " ".join(telling or parts)
    if address:
        found = re.sub(
            rf"(?:\W*\b(?:at|we'?re at|i'?m at|address is))?\W*{re.escape(address)}(?:\W+\d{{5}}\b)?", "", found
        )
    return _ISSUE_LEAD.sub("", found)[:_ISSUE].strip(" ,;") or None
