"""Before a reply leaves: does it say something that no row, tool, profile or customer supports?

Contract 2.7, "Claim guard"; scorecard I1, I2, I7, I8."""

import re
from dataclasses import dataclass

from agent import leaks
from agent.acting import spoke_of_deeds
from agent.backing import unbacked
from agent.claims import spoken
from agent.evidence import Deed, Evidence, Known, Visit
from agent.plain_numbers import plain
from agent.spoken_places import unbacked_places
from agent.spoken_times import moments

__all__ = ["Deed", "Evidence", "Verdict", "Visit", "check"]

MOST_WORDS = 110  # in one reply; 480 characters of plain talk are about 85
MOST_MOMENTS = 12  # days and times in one reply; a text of ours offers at most eight
MOST_FIGURES = 40
FIGURE = re.compile(r"\d+")
ADVICE = {
    "claims_booking_without_act": "No visit is booked at that time: do not say or imply that one is. "
    "Offer listed times or ask which one to book.",
    "claims_move_without_act": "Nothing was moved in this turn: do not say it was.",
    "claims_cancel_without_act": "Nothing was cancelled in this turn: do not say it was.",
    "pending_called_confirmed": "The visit waits for the office's approval: say requested, not confirmed or booked.",
    "unknown_date": "You named a day that no tool, visit or customer gave. Use only days you were given.",
    "unknown_time": "You named a time that no tool, visit or customer gave. Use only times you were given.",
    "wrong_weekday": "A weekday and its date do not agree. Copy the date as the tool wrote it.",
    "offers_unlisted_time": "You offered a time that no tool listed as open. Offer only listed times.",
    "unknown_price": "You named a price or discount that is not in the business facts.",
    "unknown_name": "You named a technician who is not on that visit. Leave the name out.",
    "unknown_address": "You named a street address nobody gave. Use the customer's own, or leave it out.",
    "unknown_number": "You named a figure nobody gave. Leave it out.",
    "unknown_contact": "You gave a number or link that is not in the business facts.",
    "promises_deed": "You promised or reported something nobody did in this turn. Use a tool first, or leave it out.",
    "claims_lookup": "You reported a look-up no tool made in this turn. Use a tool first, or leave it out.",
    "leaks_markup": "Write plain sentences to the customer only: no code, tags, markdown, or instructions.",
    "unreadable": "Write in English or Spanish letters only.",
    "tool_name": "Never mention tools or their results by name.",
    "claims_human": "You are the automated assistant. Never say or hint that you are a person.",
    "too_long": "Write a shorter reply, at most {limit} characters.",
    "empty": "Write a reply to the customer.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are keys of ADVICE; `explain` is one short instruction for the model's single retry, none of the
    customer's words."""

    ok: bool
    reasons: tuple[str, ...]
    explain: str


def check(text: str, evidence: Evidence, *, limit: int = 480) -> Verdict:
    """A reply as the model wrote it and what it may rest on in; may it leave? `limit` in characters. Never raises."""
    if not text.strip():
        return verdict(["empty"], limit)
    reasons = ["too_long"] if len(text) > limit else []
    text = text[:limit]
    known = Known(evidence)
    words = plain(text)
    reasons += leaks.leaked(text, words, evidence)
    if len(words.split()) > MOST_WORDS or len(FIGURE.findall(words)) > MOST_FIGURES:
        return verdict([*reasons, "too_long"], limit)
    named = moments(words, known.today)
    if sum(len(ones) for _sentence, ones in named) > MOST_MOMENTS:
        return verdict([*reasons, "too_long"], limit)  # no customer reads so many times, and reading them is not cheap
    reasons += unbacked([spoken(*sentence) for sentence in named], known)
    reasons += unbacked_places(words, known)
    if spoke_of_deeds(text, known):
        reasons.append("promises_deed")
    return verdict(reasons, limit)


def verdict(reasons: list[str], limit: int) -> Verdict:
    """Reasons, perhaps repeated, in; the verdict with one line of advice on the first three out."""
    once = tuple(dict.fromkeys(reasons))
    return Verdict(not once, once, " ".join(ADVICE[reason].format(limit=limit) for reason in once[:3]))
