"""The staff console: pages for the people of the office, over the same acts as every other door."""

from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import RedirectResponse

from api.console import (
    approvals,
    assets,
    booking,
    calendar,
    calls,
    conversation,
    inbox,
    leads,
    live,
    new_booking,
    results,
    search,
    sign_in,
    thread_acts,
)
from api.console.door import StaffCaller, router, signed_in
from tools.problems import not_found

__all__ = [
    "approvals",
    "assets",
    "booking",
    "calendar",
    "calls",
    "conversation",
    "inbox",
    "leads",
    "live",
    "new_booking",
    "results",
    "router",
    "search",
    "sign_in",
    "thread_acts",
]


@router.get("/{rest:path}")
async def nothing(rest: str, caller: Annotated[StaffCaller, Depends(signed_in)]) -> Response:
    """Every other address; it stands last, so that every page comes before it."""
    return RedirectResponse("/console", 303) if not rest else not_found("page")
