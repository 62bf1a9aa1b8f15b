"""The business's own wordings of the texts that go out by themselves; where it has none, the house's are used.

A variable stands in braces, {date}. What a carrier would punish, or nobody could fill in, is refused when it is saved
(contract 2.8 and 2.12).
"""

import re
from dataclasses import dataclass

import prompts
from storage.context import Context
from storage.tables import Customer, Org
from tools import audit
from tools.problems import Problem
from tools.rules import sms

MOST_SEGMENTS = 2
LONGEST = 600  # characters
GIST = "gist"
# Filled in where a sample is needed; about as long as they get in practice.
SAMPLES = {
    "business_name": "Bluebird Heating",
    "customer_name": "Sarah Jones",
    "service": "Diagnostic visit",
    "date": "Monday, November 23",
    "time": "9:00 AM",
    "window": "between 9:00 AM and 11:00 AM",
    "address": "12 Oak St",
    "technician": "Dana Ruiz",
    "duration": "90 minutes",
    "management_url": "https://b.example/book/bluebird/manage/1c9f",
    "rebook_link": "https://b.example/book/bluebird",
    "fee": "$89",
    GIST: "a leaking water heater",
}
_VARIABLE = re.compile(r"\{\s*([A-Za-z0-9_ .-]*?)\s*\}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A text that can be reworded: its file in prompts/sms, its name for people, and the variables it may use."""

    id: str
    name: str
    when: str
    variables: frozenset[str] = prompts.MESSAGE_VARIABLES

    @property
    def is_first(self) -> bool:
        """Whether it is the first text somebody gets: it must say who writes, and how to make it stop."""
        return self.id.startswith("text_back")


FIRST = frozenset({"business_name"})
KINDS = (
    Kind("text_back_open", "Text-back, open hours", "A call is missed while you are open", FIRST),
    Kind("text_back_closed", "Text-back, after hours", "A call is missed while you are closed", FIRST),
    Kind("text_back_voicemail", "Text-back, voicemail", "The caller left a message", FIRST | {GIST}),
    Kind("confirmed", "Confirmation", "A visit is booked"),
    Kind("requested", "Request received", "A visit waits for your approval"),
    Kind("approved", "Approval", "You approve a requested visit"),
    Kind("reminder", "Reminder", "Before a visit, at the times you chose"),
    Kind("moved", "Visit moved", "A visit has a new time"),
    Kind("cancelled", "Visit cancelled", "You cancel a visit"),
    Kind("running_late", "Running late", "The technician is late"),
    Kind("no_show", "No-show", "Nobody was there"),
)
BY_ID = {kind.id: kind for kind in KINDS}


def language(ctx: Context, name: str, customer: Customer | None) -> str:
    """The language the text called `name` goes out in, "en" or "es": the customer's, as long as the wording is the
    house's. The business's own stays as it was written, and so do the dates in it."""
    return "en" if customer is None or name in ctx.org.texts else customer.language


def words(ctx: Context, name: str, language: str, **facts: str | None) -> str:
    """The text called `name` ("confirmed") with the facts filled in; a fact nobody knows leaves no trace."""
    facts |= {"assistant": ctx.org.assistant_name}
    own = ctx.org.texts.get(name)
    if own is not None:
        return _filled(own, facts)
    return prompts.render(prompts.in_language(f"sms/{name}", language), **facts)


def usual(kind: Kind) -> str:
    """The house's wording, written with variables in braces."""
    facts = {name: f"{{{name}}}" for name in prompts.MESSAGE_VARIABLES}
    return prompts.render(f"sms/{kind.id}", **facts, assistant=None, **{GIST: None})


def sample(ctx: Context, kind: Kind) -> str:
    """How the text reads today, with the business's name and made-up facts."""
    return words(ctx, kind.id, "en", **{**SAMPLES, "business_name": ctx.org.name})


def save(ctx: Context, kind_id: str, text: str) -> None:
    """Use this wording from now on; an empty one, or the house's own, goes back to the house's.

    Raises NOT_FOUND for no such text, VALIDATION_ERROR for a wording that may not go out.
    """
    kind = BY_ID.get(kind_id)
    if kind is None:
        raise Problem("NOT_FOUND", "There is no such text.", fix="Choose one of the list.")
    wording = " ".join(sms.plain(text).split())
    org = ctx.session.get_one(Org, ctx.org.id)
    kept = {name: own for name, own in org.texts.items() if name != kind.id}
    if wording and wording != usual(kind):
        check(kind, wording, org.name)
        kept[kind.id] = wording
    org.texts = kept
    ctx.session.flush()
    audit.note(ctx, "text.changed", "org", org.id, text=kind.id)


def check(kind: Kind, wording: str, business: str) -> None:
    """Raise VALIDATION_ERROR for a wording with an unknown variable, a carrier's keyword to send, or too many letters;
    for a first text also when it does not say who writes or how to make it stop."""
    allowed = ", ".join(f"{{{name}}}" for name in sorted(kind.variables))
    named = set(_VARIABLE.findall(wording))
    if named - kind.variables:
        raise _refused("There is no such variable in this text.", f"Use: {allowed}.")
    if "{" in _VARIABLE.sub("", wording) or "}" in _VARIABLE.sub("", wording):
        raise _refused("A brace is open or closed alone.", f"Variables are written like {allowed}.")
    word = sms.trap(wording)
    if word is not None:
        raise _refused(
            f"It asks people to send {word}, and on that word the carrier blocks all our texts to them.",
            "Point to {management_url}, or ask for another word.",
        )
    sent = _filled(wording, {**SAMPLES, "business_name": business})
    if len(wording) > LONGEST or not sms.fits(sent, MOST_SEGMENTS if kind.is_first else MOST_SEGMENTS + 1):
        raise _refused("It is too long for a text.", "Make it shorter, and leave out emoji and rare letters.")
    if kind.is_first and not ("business_name" in named or business.casefold() in wording.casefold()):
        raise _refused("It does not say who writes.", "Add {business_name}.")
    if kind.is_first and "stop" not in wording.casefold():
        raise _refused("It does not say how to make the texts stop.", "End it with: Reply STOP to opt out.")


def _filled(wording: str, facts: dict[str, str | None]) -> str:
    filled = _VARIABLE.sub(lambda found: " ".join((facts.get(found[1]) or "").split()), wording)
    return " ".join(filled.split())


def _refused(detail: str, fix: str) -> Problem:
    return Problem("VALIDATION_ERROR", detail, fix=fix)
