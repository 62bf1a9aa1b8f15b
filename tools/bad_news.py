"""Failures as a voice agent hears them: what did not happen, why, what to do next, and the code last (contract 2.6).

No text here holds a success word with its exclamation mark or says that the new state is so.
"""

from collections.abc import Sequence
from datetime import datetime

from tools.problems import Problem
from tools.rules import speech
from tools.wording import (
    BOOKING_FAILED,
    CANCELLATION_FAILED,
    LONGEST,
    RESCHEDULE_FAILED,
    VisitWords,
    clip,
    listed,
    lower_first,
    times_of,
)

LONGEST_CLAUSE = 300
AGAIN = "then call this tool again"
TAKE_MESSAGE = "offer to take a message so the office can call back."
OFFER = f"offer these times, {AGAIN} with the one the caller picks."
WHICH_ONE = f"ask which one, {AGAIN} with booking_selector set to the number, the booking code, or the service name."

NEXT = {
    "SLOT_UNAVAILABLE": OFFER,
    "OUTSIDE_BOOKING_WINDOW": OFFER,
    "OUT_OF_SERVICE_AREA": "ask for the postal code once more; if it is the same, offer to take a message.",
    "INVALID_EMAIL": "spell the e-mail back once and call this tool again, or book without it.",
    "INVALID_ATTENDEE_EMAIL": "spell that e-mail back once and call this tool again, or book without it.",
    "INVALID_PHONE": f"ask for the number again, area code first, {AGAIN}.",
    "INVALID_TIME": f"ask for another time, {AGAIN}.",
    "INVALID_BODY": "apologise and call this tool once more; if it fails again, offer to take a message.",
    "VALIDATION_ERROR": f"ask the caller again, {AGAIN}.",
    "NOT_FOUND": f"ask the caller what is needed, {AGAIN}.",
    "SERVICE_NOT_BOOKABLE": TAKE_MESSAGE,
    "INVALID_TRANSITION": TAKE_MESSAGE,
    "CUTOFF_PASSED": "tell the caller that the office has been asked to call about it.",
    "SAME_TIME": "tell the caller it is that time already, or ask which other time they want.",
    "UNAUTHORIZED": "apologise; the agent's builder must check the credential and the signing key.",
    "INSUFFICIENT_SCOPE": "apologise; the agent's builder must give the credential that scope.",
    "IP_NOT_ALLOWED": "apologise; the agent's builder must check where this credential may be used from.",
    "BODY_TOO_LARGE": "apologise; the agent's builder should send the arguments only.",
    "RATE_LIMITED": "wait a moment, then try once more.",
    "INTERNAL_ERROR": f"apologise, and {TAKE_MESSAGE}",
    "UPSTREAM_UNAVAILABLE": f"call this tool once more with the same arguments; if it fails again, {TAKE_MESSAGE}",
    "OPTED_OUT": "take the details on the call instead.",
}


def lookup_failed(problem: Problem, prefix: str) -> str:
    """A question could not be answered, or a small favour not be done; `prefix` says which."""
    return with_code(f"{prefix} {why(problem)}. {_sentence(next_step(problem))}", problem.code)


def booking_failed(problem: Problem) -> str:
    """Nothing was booked, and why, and what to say next."""
    lines = [f"{BOOKING_FAILED} the visit is NOT booked. Do not tell the caller it is.**", f"Why: {why(problem)}."]
    if alternatives := problem.extras.get("alternatives"):
        lines.append(f"Nearest open times: {times_of(alternatives)}.")
    lines.append(f"Next: {next_step(problem)}")
    return with_code("\n".join(lines), problem.code)


def cancellation_failed(problem: Problem, visits: Sequence[VisitWords] = ()) -> str:
    """Nothing was cancelled."""
    return _change_failed(f"{CANCELLATION_FAILED} {why(problem)}. Nothing was cancelled.", problem, visits)


def reschedule_failed(problem: Problem, visits: Sequence[VisitWords] = (), *, old: VisitWords | None = None) -> str:
    """Nothing was moved, and the truth about the old visit."""
    stands = f"The visit on {old.when} still stands." if old else "Nothing was moved."
    return _change_failed(f"{RESCHEDULE_FAILED} {_naming_time(problem)}. {stands}", problem, visits)


def why(problem: Problem) -> str:
    """The reason as one plain clause; what can be chosen from stands in it."""
    clause = lower_first(problem.detail)
    named = [str(one["name"]) for one in problem.extras.get("candidates", ())][:9]
    if named and problem.code == "NOT_FOUND":
        those = "the ones it offers are" if len(named) > 1 else "the only one it offers is"
        clause = f"this business has no service by that name; {those} {speech.listing(named, 'and')}"
    elif named:
        clause = f"several services match, {speech.listing(named)}"
    return clip(clause, LONGEST_CLAUSE)


def next_step(problem: Problem) -> str:
    """What to say or do next, beginning small and ending in a full stop."""
    if problem.code in ("SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW") and not problem.extras.get("alternatives"):
        return TAKE_MESSAGE
    if "ask" in problem.extras:
        return str(problem.extras["ask"])
    if problem.code == "INVALID_TIME" and problem.extras.get("alternatives"):
        return OFFER
    if problem.code == "NOT_FOUND" and problem.extras.get("candidates"):
        return f"ask which of these the caller needs, {AGAIN} with its name as service."
    if problem.code == "MISSING_FIELDS":
        fields = speech.listing([str(one) for one in problem.extras.get("fields", ())], "and") or "it"
        return f"ask the caller for it, {AGAIN} with {fields}."
    if problem.code == "AMBIGUOUS_EVENT_TYPE":
        return f"ask which one the caller means, {AGAIN} with its name as service."
    if problem.code in ("IDENTITY_NEEDED", "UNSUBSTITUTED_VARIABLE"):
        return f"{problem.fix[:1].lower()}{problem.fix[1:]}"
    return NEXT.get(problem.code, NEXT["INTERNAL_ERROR"])


def with_code(text: str, code: str) -> str:
    """A failure's text with its code last, cut so that the code survives the limit of 2,000 characters."""
    tail = f"[code: {code}]"
    return f"{text[: LONGEST - len(tail) - 1]}{chr(10) if chr(10) in text else ' '}{tail}"


def _change_failed(text: str, problem: Problem, visits: Sequence[VisitWords]) -> str:
    if alternatives := problem.extras.get("alternatives"):
        text += f" Nearest open times: {times_of(alternatives)}."
    if visits:
        text += f" The upcoming visits are: {' '.join(listed(visits))}."
    return with_code(f"{text} {_sentence(WHICH_ONE if visits else next_step(problem))}", problem.code)


def _naming_time(problem: Problem) -> str:
    """The reason with the time it is about: there are two in a move, and "that time" could be either."""
    requested = problem.extras.get("requested")
    if requested is None or not problem.detail.startswith("That time "):
        return why(problem)
    start = datetime.fromisoformat(requested["slot"][:16])
    return f"{speech.clock(start)} on {speech.day(start)} {problem.detail.removeprefix('That time ').rstrip('.')}"


def _sentence(step: str) -> str:
    return f"{step[:1].upper()}{step[1:]}"
