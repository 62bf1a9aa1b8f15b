"""What the forms about visits share: the start they ask for, the rules they set aside, and what came of it in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from api.console.door import StaffCaller
from api.pages import form_text
from api.wire import instant, wall_instant
from storage.context import Context
from storage.tables import Booking, Customer
from tools import messages
from tools.problems import Problem
from tools.rules import speech

OVERRIDING = ("owner", "admin")
REASON = 200


def heard(ctx: Context, visit: Booking) -> str:
    """Whether the customer gets a text about what was just done with their visit, in words for the office."""
    customer = ctx.session.get_one(Customer, visit.customer_id)
    why = messages.why_not(ctx, customer, customer.phone)
    if why is None:
        return " The customer gets a text."
    return f" The customer gets no text ({why.replace('_', ' ')}): call them."


def refusal(caller: StaffCaller, problem: Problem) -> str:
    """A refusal in words, with the open times near it where there are some."""
    near = [datetime.fromisoformat(one["start"]) for one in problem.extras.get("alternatives", ())]
    told = speech.listing([speech.moment(one.astimezone(caller.org.zone)) for one in near])
    return f"{problem.detail} Open near it: {told}." if told else problem.detail


def override_reason(caller: StaffCaller, form: FormData) -> str | None:
    """Why the schedule's rules are set aside; None when they are not. Raises INSUFFICIENT_SCOPE for whoever may not,
    MISSING_FIELDS without a reason."""
    if form_text(form, "override") is None:
        return None
    if not caller.may(*OVERRIDING):
        raise Problem("INSUFFICIENT_SCOPE", "Only owners and admins set the hours aside.", fix="Ask one of them.")
    reason = form_text(form, "override_reason", REASON)
    if reason is None:
        raise Problem("MISSING_FIELDS", "Setting the hours aside needs a reason.", fix="Write one; it is kept.")
    return reason


def chosen_start(form: FormData, zone: ZoneInfo) -> datetime:
    """The start a form asks for: a date and a time of day where those are asked for, else a listed time.

    Raises MISSING_FIELDS, INVALID_TIME.
    """
    slot = form_text(form, "slot", 40)
    if slot is not None and form_text(form, "override") is None:
        return instant(slot, zone)
    day, at = form_text(form, "date", 10), form_text(form, "time", 8)
    if day is None or at is None:
        raise Problem("MISSING_FIELDS", "Please choose a time first.", fix="Choose one of the open times.")
    return wall_instant(day, at[:5], zone)
