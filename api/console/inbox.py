"""The inbox: every thread that is open, the most pressing first."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from storage import marks
from storage.context import Context
from tools import calendar_days, triage

TITLES = (
    ("open", "Open"),
    ("needs", "Needs a person"),
    ("unread", "Unread"),
    ("mine", "Mine"),
    ("closed", "Closed"),
)
NOTHING = {
    "open": ("Nothing is open", "Threads appear here with the next missed call or text."),
    "needs": ("Nobody is waiting for a person", "The assistant hands a thread over when it should not go on alone."),
    "unread": ("Everything is read", "A thread counts as unread until somebody marks it read."),
    "mine": ("Nothing is assigned to you", "Take a thread over, or have one assigned."),
    "closed": ("No closed threads", "A thread closes when its work is done."),
}


@router.get("")
async def inbox(
    request: Request,
    caller: Annotated[StaffCaller, Depends(signed_in)],
    tab: str = "open",
    after: str | None = None,
) -> Response:
    """One page of the inbox; htmx is given the list alone."""
    facts = await caller.read(lambda ctx: shown(ctx, caller, tab, after))
    if request.headers.get("hx-target") == "inbox":
        return pages.fragment(request, "inbox_list.html.j2", **facts)
    return pages.page(request, "inbox.html.j2", active="/console", **facts)


def shown(ctx: Context, caller: StaffCaller, tab: str, after: str | None) -> dict[str, Any]:
    """What the list shows: its lines, the tabs with their numbers, and where it goes on."""
    mark = marks.inbox_mark(ctx.session, ctx.org.id)
    found = triage.listed(ctx, caller.staff, tab, after)
    numbers = triage.counts(ctx, caller.staff)
    return {
        "lines": found.lines,
        "tab": tab,
        "here": address(tab, after),
        "tabs": [(name, address(key), key == tab, counted(numbers.get(key, 0))) for key, name in TITLES],
        "unread": numbers["unread"],
        "newest": "" if after is None else address(tab),
        "older": address(tab, found.older) if found.older else None,
        "nothing": NOTHING[tab],
        "to_approve": calendar_days.waiting_until(ctx, caller.staff) if tab == "open" else (0, None),
        "simulator": tab == "open" and caller.house.settings.sandbox and caller.staff.role in ("owner", "admin"),
        "mark": mark,
    }


def address(tab: str, after: str | None = None) -> str:
    """The path of one page of a tab."""
    asked = [f"tab={tab}"] if tab != "open" else []
    asked += [f"after={after}"] if after else []
    return "/console" + ("?" + "&".join(asked) if asked else "")


def counted(number: int) -> str:
    """A tab's number; empty for none."""
    return f"{triage.COUNTED_TO - 1}+" if number >= triage.COUNTED_TO else str(number or "")
