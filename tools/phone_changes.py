"""Changing a visit on the phone: cancel, move, and what have I booked, once the caller may know (contract 2.6, X23)."""

from collections.abc import Sequence
from typing import Any

from storage.context import Context
from storage.tables import Booking
from tools import bad_news, messages, selector, slots, wording
from tools import booking as bookings
from tools.by_phone import Asked, number_needed, prove, start_of
from tools.problems import Problem
from tools.refusals import utc
from tools.rules import phones
from tools.telling import all_words, words
from tools.tool import Said

PREFIXES = {
    "slots": wording.LOOKUP_FAILED,
    "my_bookings": wording.VISIT_LOOKUP_FAILED,
    "context": wording.VISIT_LOOKUP_FAILED,
    "message": wording.MESSAGE_FAILED,
    "send_link": wording.LINK_FAILED,
    "details": wording.DETAILS_FAILED,
    "area": wording.AREA_FAILED,
}
NOT_YET = {"cancel": "cancelled", "reschedule": "moved"}


def cancel(ctx: Context, asked: Asked) -> Said:
    """Cancel the caller's visit, or ask which one. Raises INSUFFICIENT_SCOPE for an agent that needs approval."""
    _check_authority(asked)
    visit = _pick(ctx, asked, _visits(ctx, asked))
    gone = bookings.cancel(ctx, visit, reason=asked.text("reason"), by_customer=True)
    return Said(True, wording.cancelled(words(ctx, gone)), booking_id=gone.id)


def reschedule(ctx: Context, asked: Asked) -> Said:
    """Move the caller's visit to a new slot, or ask which one; a failure says that the old visit stands.

    Raises INSUFFICIENT_SCOPE for an agent that needs approval.
    """
    _check_authority(asked)
    asked.need("new_slot")
    visit = _pick(ctx, asked, _visits(ctx, asked))
    old_start, old = visit.local_start, words(ctx, visit)
    try:
        moved = bookings.move(ctx, visit, start_of(ctx, asked, "new_slot", visit))
    except Problem as problem:
        problem.extras["old"] = old
        raise
    text = wording.rescheduled(words(ctx, moved), old_start, requested=moved.status == "pending")
    return Said(True, text, data={"start": utc(moved.start_at)}, booking_id=moved.id)


def my_visits(ctx: Context, asked: Asked) -> Said:
    """What the caller has booked, remembered so that a number means this list."""
    claimed = claimed_number(ctx, asked)
    visits = _open_to(ctx, asked, claimed)
    slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    text = wording.your_visits(all_words(ctx, visits), phones.last_four(claimed))
    return Said(bool(visits), text, None if visits else "NOT_FOUND")


def claimed_number(ctx: Context, asked: Asked) -> str:
    """The number whose visits this is about, once the caller may know of them (X23).

    Raises MISSING_FIELDS, INVALID_PHONE, IDENTITY_NEEDED.
    """
    claimed = number_needed(ctx, asked)
    proofs = {name: asked.text(name) for name in ("name", "visit_day", "confirm_code")}
    prove(ctx, claimed, asked, booking_code=asked.text("booking_selector"), **proofs)
    return claimed


def refused(ctx: Context, tool: str, problem: Problem) -> Said:
    """A Problem as the sentence the agent must hear; it leaves behind the list that was read, a task, or a code."""
    visits: list[Booking] = problem.extras.get("visits") or []
    if visits:
        slots.remember(ctx, "visits", [one.id for one in visits], None, ctx.org.timezone)
    if problem.code == "CUTOFF_PASSED":
        _leave_task(ctx, tool, problem)
    selector.after_refusal(ctx, problem)
    return told(tool, problem, all_words(ctx, visits))


def told(tool: str, problem: Problem, visits: Sequence[wording.VisitWords] = ()) -> Said:
    """A Problem in the words of its tool; nothing is written."""
    if problem.code == "CHOICE_NEEDED" and visits:
        return Said(False, wording.choice_needed(visits, NOT_YET.get(tool, "changed")), problem.code)
    if tool == "book":
        text = bad_news.booking_failed(problem)
    elif tool == "cancel":
        text = bad_news.cancellation_failed(problem, visits)
    elif tool == "reschedule":
        text = bad_news.reschedule_failed(problem, visits, old=problem.extras.get("old"))
    else:
        text = bad_news.lookup_failed(problem, PREFIXES[tool])
    return Said(False, text, problem.code)


def _check_authority(asked: Asked) -> None:
    """A credential whose writes wait for a person changes no visit that stands (TP-A10)."""
    if asked.needs_approval:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "Changes to a visit go through the office here.",
            fix="Have the office make the change, or use a credential without requires_approval.",
            ask="take a message with the change that is wanted, so the office can make it and call back.",
        )


def _open_to(ctx: Context, asked: Asked, claimed: str) -> list[Booking]:
    """The upcoming visits this caller may hear of: all of their own number's, or those whose day or code they know."""
    visits = bookings.upcoming(ctx, claimed)
    if asked.caller == claimed:
        return visits
    known = {name: asked.text(name) for name in ("name", "visit_day")}
    return selector.vouched_for(ctx, visits, booking_code=asked.text("booking_selector"), **known) or visits


def _visits(ctx: Context, asked: Asked) -> list[Booking]:
    claimed = claimed_number(ctx, asked)
    visits = _open_to(ctx, asked, claimed)
    if not visits:
        raise Problem(
            "NOT_FOUND",
            f"There is no upcoming visit under the number ending {phones.last_four(claimed)}.",
            ask="ask for the number it was booked with.",
        )
    return visits


def _pick(ctx: Context, asked: Asked, visits: Sequence[Booking]) -> Booking:
    """The visit meant. With `voice_confirm_changes` even a single visit is read back before it is touched."""
    chosen = asked.text("booking_selector")
    if chosen is None and ctx.org.voice_confirm_changes:
        raise Problem("CHOICE_NEEDED", "Which visit is meant?", fix="Pass booking_selector.", visits=list(visits))
    return selector.pick(ctx, list(visits), chosen)


def _leave_task(ctx: Context, tool: str, problem: Problem) -> None:
    visit = bookings.get(ctx, problem.extras["booking_id"])
    wish = "cancel a visit" if tool == "cancel" else "move a visit"
    about: dict[str, Any] = {"customer_id": visit.customer_id, "booking_id": visit.id}
    text = f"A caller asked to {wish} inside the cutoff. Call them."
    messages.open_task(ctx, kind="cutoff", urgency="urgent", text=text, **about)
