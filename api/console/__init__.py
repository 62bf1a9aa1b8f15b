"""The staff console: pages for the people of the office, over the same acts as every other door."""

from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import RedirectResponse

from api.console import (
    account,
    approvals,
    assets,
    booking,
    calendar,
    calls,
    conversation,
    inbox,
    invite,
    leads,
    live,
    new_booking,
    phone,
    results,
    search,
    set_up,
    settings,
    settings_area,
    settings_booking_pages,
    settings_business,
    settings_hours,
    settings_keys,
    settings_messages,
    settings_numbers,
    settings_people,
    settings_records,
    settings_services,
    settings_staff,
    settings_webhooks,
    sign_in,
    thread_acts,
    web_chats,
)
from api.console.door import StaffCaller, router, signed_in
from tools.problems import not_found

__all__ = [
    "account",
    "approvals",
    "assets",
    "booking",
    "calendar",
    "calls",
    "conversation",
    "inbox",
    "invite",
    "leads",
    "live",
    "new_booking",
    "phone",
    "results",
    "router",
    "search",
    "set_up",
    "settings",
    "settings_area",
    "settings_booking_pages",
    "settings_business",
    "settings_hours",
    "settings_keys",
    "settings_messages",
    "settings_numbers",
    "settings_people",
    "settings_records",
    "settings_services",
    "settings_staff",
    "settings_webhooks",
    "sign_in",
    "thread_acts",
    "web_chats",
]


@router.get("/{rest:path}")
async def nothing(rest: str, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Every other address; it stands last, so that every page comes before it."""
    return RedirectResponse("/console", 303) if not rest else not_found("page")
