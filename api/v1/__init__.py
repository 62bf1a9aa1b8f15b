"""The public v1 door: one file per noun, collected here."""

from fastapi import APIRouter

from api.v1 import (
    approvals,
    automation,
    booking_pages,
    bookings,
    calcom,
    calls,
    conversations,
    credentials,
    digest,
    entry_points,
    events,
    holds,
    hours,
    integrations,
    invites,
    leads,
    llms,
    messages,
    recordings,
    roles,
    schedule_templates,
    scheduling,
    scheduling_slots,
    services,
    staff,
    stats,
    teams,
    technicians,
    tool_calls,
    turns,
    webhooks,
)

router = APIRouter()
for noun in (
    *(
        bookings,
        approvals,
        automation,
        holds,
        scheduling_slots,
        scheduling,
        leads,
        conversations,
        turns,
        messages,
        calls,
        recordings,
        tool_calls,
    ),
    *(services, hours, schedule_templates, technicians, teams, stats, digest, credentials, webhooks, llms),
    *(staff, roles, invites, booking_pages, entry_points, events, calcom, integrations),
):
    router.include_router(noun.router)
