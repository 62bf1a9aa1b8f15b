"""The word tables: the stored word and what each door calls it (contract 2.1). What comes in is read by the acts."""

from collections.abc import Mapping
from typing import TypeVar

from tools import leads
from tools.problems import Problem

T = TypeVar("T")

# Booking status, per door; a word that is not listed is shown as it is stored.
PRIVATE_BOOKING = {
    "pending": "PENDING",
    "confirmed": "CONFIRMED",
    "rescheduled": "RESCHEDULED",
    "late": "LATE",
    "completed": "COMPLETED",
    "no_show": "NO_SHOW",
    "cancelled": "CANCELED",
}
SCHEDULING_BOOKING = {"completed": "attended"}

# Whether the visit stands in the calendar: the private door's second word beside the status (CS-06).
SCHEDULING_STATE = {
    "pending": "AWAITING_APPROVAL",
    "confirmed": "SCHEDULED",
    "rescheduled": "SCHEDULED",
    "late": "SCHEDULED",
    "completed": "DONE",
    "no_show": "MISSED",
    "cancelled": "CANCELED",
}

# Lead status in the v1 door's words, which are Empfio's (X14).
V1_LEAD = {"new": "new", "active": "contacted", "booked": "booked", "won": "completed", "lost": "lost"}

ESCALATED = ("needs_human", "human")


def stored_lead_status(word: str) -> str:
    """Any dialect's word for a lead's status as the stored one. Raises VALIDATION_ERROR."""
    return _stored(word, leads.WORDS)


def v1_conversation(state: str, *, booked: bool) -> str:
    """A conversation's state in Empfio's words: active, escalated, completed or abandoned."""
    if state == "closed":
        return "completed" if booked else "abandoned"
    return "escalated" if state in ESCALATED else "active"


def stored_conversation_states(word: str) -> list[str]:
    """The stored states a filter means, in our words or Empfio's. Raises VALIDATION_ERROR."""
    ours = {one: [one] for one in ("bot", "waiting_customer", "needs_human", "human", "closed")}
    theirs = {
        "active": ["bot", "waiting_customer"],
        "escalated": list(ESCALATED),
        "completed": ["closed"],
        "abandoned": ["closed"],
    }
    return _stored(word, {**ours, **theirs})


def _stored(word: str, words: Mapping[str, T]) -> T:
    found = words.get(word.strip().lower().replace("-", "_").replace(" ", "_"))
    if found is None:
        raise Problem("VALIDATION_ERROR", "There is no such status.", fix=f"Use one of: {', '.join(sorted(words))}.")
    return found
