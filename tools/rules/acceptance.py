"""Did the customer accept one particular slot? (contract 2.7, confirm then write.)

A false yes writes a booking nobody wanted, a missed yes costs one more question: whatever is not plainly an
acceptance is not one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.rules.assent import Sentence, plain, sentences
from tools.rules.offers import Pointed, names_a_time, pointed, with_pointers

# Several at once, or a wish for any of them, names no single slot.
_OPEN_CHOICE = re.compile(
    r"\beither\b|\bany(?:time| time| of| day| one)?\b|\bwhichever\b|\bwhatever\b|\bboth\b|\ball of\b"
    r"|\bdoesn'?t matter\b"
    r"|\bdon'?t care\b|\bup to you\b|\byou (?:choose|pick|decide)\b|\bor\b"
)
_POLITE_REQUEST = re.compile(
    r"^[\s,]*(?:(?:ok(?:ay)?|great|yes|perfect|sure|please),? )*(?:can|could|may|would) "
    r"(?:(?:i|we)(?: please)? (?:(?:take|have|grab|get|book|reserve) the\b"
    r"|(?:schedule|book|reserve) (?:(?:it|that|this|one) )?(?:for|on|at)\b)"
    r"|you (?:please |just )*(?:book|put|schedule|reserve|sign|pencil) (?:me|us|it|that)\b)"
)
_POLITE_NO = re.compile(
    r"^[\s,]*(?:(?:oh|ok|okay),? )?(?:that'?s|that is) (?:ok|okay|alright|all right)\b|\bi'?m (?:good"
    r"|ok|okay|fine)\b|\ball set\b"
)
_ABOUT_BOOKING = re.compile(
    r"\b(?:book|schedul|work|confirm|reserv|appointment|visit|hold|put you|slots?\b|times?\b|come\b"
    r"|good\b|okay|ok\b|suit|right\b"
    r"|correct|take (?:it|that)|lock|set (?:it|that|you))|\b(?:want|like) (?:it|that|me)\b"
)


@dataclass(frozen=True, slots=True)
class Acceptance:
    slot: datetime | None
    reason: str  # "named" | "only_one" | "ordinal" | "none" | "ambiguous" | "declined" | "unclear"


def accepted(text: str, offered: Sequence[datetime], now: datetime, *, context: str | None = None) -> Acceptance:
    """Did this message, the customer's last, accept exactly one slot?

    `offered`: aware local starts in the business's last messages, in the order said. `now`: aware and local.
    `context`: the business's last words. The slot is one of `offered`, or one named in full (day and time) and chosen
    in plain words, which the schedule still has to judge. "yes" answers one offer and is "ambiguous" after several. A
    question, a condition, a limit ("after 9") or a refusal anywhere gives no slot. Never raises. Source: contract 2.7.
    """
    read = sentences(with_pointers(plain(text), offered, context))
    told = [s for s in read if not s.asks or _POLITE_REQUEST.match(s.text)]
    asked = [s for s in read if s not in told]
    if any(s.refuses for s in read):
        return Acceptance(None, "declined")
    if any(s.doubts or names_a_time(s.text, now) for s in asked):
        return Acceptance(None, "none")
    chosen = [p for s in told if (p := pointed(s, offered, now)) is not None]
    wide = any(_OPEN_CHOICE.search(s.text) for s in told)
    if wide and (chosen or len(set(offered)) > 1):
        return Acceptance(None, "ambiguous")
    if any(s.doubts or (s.negates and (s.agrees or names_a_time(s.text, now))) for s in told):
        return Acceptance(None, "unclear")
    if chosen:
        return _one_of(chosen)
    return _plain_yes(told, offered, now, context)


def _one_of(chosen: Sequence[Pointed]) -> Acceptance:
    slots = {p.slot for p in chosen}
    if None in slots:
        return Acceptance(None, next(p.reason for p in chosen if p.slot is None))
    if len(slots) > 1:
        return Acceptance(None, "ambiguous")
    return Acceptance(chosen[0].slot, chosen[0].reason)


def _plain_yes(told: Sequence[Sentence], offered: Sequence[datetime], now: datetime, context: str | None) -> Acceptance:
    yes = [s for s in told if s.agrees]
    if not yes or not offered:
        return Acceptance(None, "none")
    if len(set(offered)) > 1:
        return Acceptance(None, "ambiguous")
    if any(names_a_time(s.text, now) for s in yes) or any(_POLITE_NO.search(s.text) for s in told):
        return Acceptance(None, "unclear")
    if not _asked_about_a_slot(context, now):
        return Acceptance(None, "unclear")
    return Acceptance(offered[0], "only_one")


def _asked_about_a_slot(context: str | None, now: datetime) -> bool:
    """A yes to "Do you have a dog?" is not a yes to the time offered before it."""
    questions = [s.text for s in sentences(context or "") if "?" in s.text]
    return not questions or bool(_ABOUT_BOOKING.search(questions[-1])) or names_a_time(questions[-1], now)
