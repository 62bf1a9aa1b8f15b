"""Leads as the office works through them: by status, newest first, and one with everything that hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_

from storage.context import Context
from storage.tables import Booking, Call, Conversation, Customer, Lead, LeadEvent, Staff
from storage.tables.leads import STATUSES
from tools import seen, sight
from tools.problems import Problem

PAGE = 40
MOST = 100  # rows of one kind on a lead's page


@dataclass(frozen=True, slots=True)
class LeadPage:
    """One page of leads with their customers; `older` is the id the next page starts after, None on the last."""

    rows: Sequence[tuple[Lead, Customer]]
    older: str | None


@dataclass(frozen=True, slots=True)
class Whole:
    """One lead and what hangs on it: visits by start, threads and calls the newest first, its timeline the oldest."""

    lead: Lead
    customer: Customer
    visits: Sequence[Booking]
    threads: Sequence[Conversation]
    calls: Sequence[Call]
    timeline: Sequence[LeadEvent]


def counts(ctx: Context, staff: Staff) -> dict[str, int]:
    """How many leads this person sees in each status."""
    mine = (Lead.org_id == ctx.org.id, sight.leads(ctx, staff))
    rows = ctx.session.execute(select(Lead.status, func.count()).where(*mine).group_by(Lead.status))
    return {**dict.fromkeys(STATUSES, 0), **{status: number for status, number in rows}}


def listed(ctx: Context, staff: Staff, statuses: Sequence[str] = (), after: str | None = None) -> LeadPage:
    """A page of leads, newest first; no statuses means all. Raises VALIDATION_ERROR for a status there is not."""
    if unknown := set(statuses) - set(STATUSES):
        fix = f"Use one of: {', '.join(STATUSES)}."
        raise Problem("VALIDATION_ERROR", "There is no such list.", fix=fix, fields=sorted(unknown))
    rows = select(Lead, Customer).join(Customer, Customer.id == Lead.customer_id)
    rows = rows.where(Lead.org_id == ctx.org.id, sight.leads(ctx, staff))
    if len(statuses) == 1:
        rows = rows.where(Lead.status == statuses[0])
    elif statuses:
        # What is left out is named, so that the planner reads the newest first and not whole statuses.
        rows = rows.where(Lead.status.not_in([one for one in STATUSES if one not in statuses]))
    if after is not None:
        last = seen.lead(ctx, staff, after)
        rows = rows.where(tuple_(Lead.created_at, Lead.id) < (last.created_at, last.id))
    newest = rows.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(PAGE + 1)
    found = [(lead, customer) for lead, customer in ctx.session.execute(newest)]
    return LeadPage(found[:PAGE], found[PAGE - 1][0].id if len(found) > PAGE else None)


def whole(ctx: Context, staff: Staff, lead_id: str) -> Whole:
    """One lead with what this person may see of the rest. Raises NOT_FOUND."""
    lead = seen.lead(ctx, staff, lead_id)
    visits = select(Booking).where(Booking.org_id == ctx.org.id, Booking.lead_id == lead.id)
    threads = select(Conversation).where(Conversation.org_id == ctx.org.id, Conversation.lead_id == lead.id)
    calls = select(Call).where(Call.org_id == ctx.org.id, Call.lead_id == lead.id)
    lines = select(LeadEvent).where(LeadEvent.org_id == ctx.org.id, LeadEvent.lead_id == lead.id)
    last = Conversation.last_message_at.desc()
    return Whole(
        lead,
        ctx.session.get_one(Customer, lead.customer_id),
        list(ctx.session.scalars(visits.order_by(Booking.start_at, Booking.id).limit(MOST))),
        list(ctx.session.scalars(threads.where(sight.threads(ctx, staff)).order_by(last).limit(MOST))),
        list(ctx.session.scalars(calls.order_by(Call.started_at.desc(), Call.id).limit(MOST))),
        list(ctx.session.scalars(lines.order_by(LeadEvent.at, LeadEvent.event != "created", LeadEvent.id).limit(MOST))),
    )
