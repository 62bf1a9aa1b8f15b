"""The public v1 door: one file per noun, collected here."""

from fastapi import APIRouter

from api.v1 import (
    approvals,
    bookings,
    calls,
    conversations,
    credentials,
    holds,
    hours,
    leads,
    llms,
    messages,
    schedule_templates,
    scheduling,
    scheduling_slots,
    services,
    stats,
    teams,
    technicians,
    webhooks,
)

router = APIRouter()
for noun in (
    *(bookings, approvals, holds, scheduling_slots, scheduling, leads, conversations, messages, calls),
    *(services, hours, schedule_templates, technicians, teams, stats, credentials, webhooks, llms),
):
    router.include_router(noun.router)
