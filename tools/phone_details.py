"""Two of the texter's tools, by phone: what a caller tells about themselves and the job, and whether we come there."""

from storage.context import Context
from tools import booking as bookings
from tools import conversations, leads, services, visits, wording
from tools.by_phone import Asked
from tools.phone_changes import claimed_number
from tools.tool import Said
from tools.toolbox import CheckServiceArea

DETAILS = ("name", "email", "address", "postal_code")


def note_details(ctx: Context, asked: Asked) -> Said:
    """Keep what the caller said on their lead, and on a visit of theirs that still lacks it. It books nothing.

    Raises MISSING_FIELDS, INVALID_PHONE, INVALID_EMAIL, IDENTITY_NEEDED, NOT_FOUND for a service.
    """
    phone = claimed_number(ctx, asked)
    told = {field: asked.text(field) for field in DETAILS}
    bookings.check_emails(told["email"])
    named = asked.text("service")
    service = services.find_service(ctx, named) if named else None
    customer = leads.customer_for(ctx, phone)
    lead = conversations.lead_for(ctx, customer, "VOICE")
    leads.tell(ctx, customer, **told)
    leads.describe(ctx, lead.id, issue=asked.text("issue"), service_id=service.id if service else None)
    place = {"address": told["address"], "postal_code": told["postal_code"]}
    visits.fill_gaps(ctx, visits.upcoming(ctx, phone), customer_name=told["name"], **place)
    return Said(True, wording.DETAILS_NOTED)


def in_area(ctx: Context, asked: Asked) -> Said:
    """Whether the business comes to a postal code, in the words a texter gets. Raises MISSING_FIELDS."""
    asked.need("postal_code")
    return CheckServiceArea(postal_code=asked.text("postal_code") or "").run(ctx)
