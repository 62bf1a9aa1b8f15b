"""Calls: which came in, who took them, whether a text went back or why not, what was said, which tools were used."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import wire
from api.console import pages
from api.console.door import StaffCaller, router, signed_in, staff_with
from api.csv_export import csv_response
from api.v1.calls import COLUMNS, line
from api.v1.recordings import link_to
from storage.context import Context
from tools import call_list, calls, seen
from tools.call_list import Asked, Line

Caller = Annotated[StaffCaller, Depends(signed_in)]
HERE = "/console/calls"
TABS = (
    ("all", "All"),
    ("missed", "Missed"),
    ("answered", "Answered"),
    ("assistant", "Assistant"),
    ("voicemail", "Voicemail"),
)
OUTCOMES = {
    "booked": ("booked", "good"),
    "person": ("answered", ""),
    "voicemail": ("voicemail", "warn"),
    "missed": ("missed", "bad"),
    "assistant": ("assistant", "accent"),
    "open": ("not over", ""),
}
# Why a missed call got no text, for people; a word that is not here is shown as it is stored.
WHY_NOT = {
    "opted_out": "they asked for no texts",
    "landline": "their number is a landline",
    "outbound_disabled": "sending is switched off",
    "lead_blocked": "they are blocked",
    "blocked": "they are blocked",
    "spoke_since": "somebody talked to them since",
    "thread_active": "a text conversation was already going on",
    "cooldown": "they had a text shortly before",
    "anonymous": "the caller withheld their number",
    "own_number": "it was one of the business's own numbers",
    "protected": "they are family, a supplier or staff",
    "short_code": "it was no number one can text",
    "invalid": "it was no number one can text",
    "no_number": "the business has no number to text from",
    "no_phone": "there is no number to text",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """A list and the local days it is narrowed to, as they stand in the address; both days count."""

    tab: str = "all"
    since: str | None = None
    until: str | None = None

    def asked(self, ctx: Context) -> Asked:
        """The same as instants. Raises INVALID_TIME."""
        zone = ctx.org.zone
        end = wire.bound(self.until or None, zone, last=True)
        return Asked(self.tab, wire.bound(self.since or None, zone), end)

    def address(self, path: str = HERE, **more: str) -> str:
        """The path of this list, or of one like it."""
        told = {"tab": self.tab, "since": self.since, "until": self.until, **more}
        return f"{path}?" + urlencode({name: value for name, value in told.items() if value})


@router.get("/calls")
async def listed(
    request: Request, caller: Caller, filters: Annotated[Filters, Depends()], after: str | None = None
) -> Response:
    """One page of calls, newest first."""

    def ask(ctx: Context) -> dict[str, Any]:
        lines, older = call_list.listed(ctx, caller.staff, filters.asked(ctx), after)
        return {
            "lines": [(one, *OUTCOMES[one.outcome], went_back(one)) for one in lines],
            "filters": filters,
            "tabs": [(name, filters.address(tab=key), key == filters.tab, None) for key, name in TABS],
            "newest": filters.address() if after else None,
            "older": filters.address(after=older) if older else None,
            "sheet": filters.address(f"{HERE}/sheet"),
        }

    return pages.page(request, "calls.html.j2", active=HERE, **await caller.read(ask))


@router.get("/calls/sheet")
async def sheet(caller: Caller, filters: Annotated[Filters, Depends()]) -> Response:
    """Every call of the list as CSV, in the columns of the API."""

    def ask(ctx: Context) -> list[list[Any]]:
        lines, _older = call_list.listed(ctx, caller.staff, filters.asked(ctx), size=None)
        return [line(one.call, one.outcome) for one in lines]

    return csv_response("calls", COLUMNS, await caller.read(ask))


@router.get("/calls/{call_id}")
async def see(request: Request, call_id: str, caller: Caller) -> Response:
    """One call with its transcript and the tools called during it."""

    def ask(ctx: Context) -> dict[str, Any]:
        one, tools = call_list.one(ctx, caller.staff, call_id)
        word, tone = OUTCOMES[one.outcome]
        return {
            "line": one,
            "call": one.call,
            "outcome": word,
            "shade": tone,
            "tools": tools,
            "back": went_back(one),
            "length": length(one.call.seconds),
            "recording": calls.recording(ctx, one.call),
            "may_delete": caller.may("owner", "admin"),
        }

    return pages.page(request, "call.html.j2", active=HERE, **await caller.read(ask))


@router.get("/calls/{call_id}/recording")
async def hear(call_id: str, caller: Caller) -> Response:
    """To the recording, by a link that lives a few minutes. Raises NOT_FOUND, LINK_EXPIRED."""
    path, _until = await caller.read(lambda ctx: link_to(ctx, caller.house, seen.call(ctx, caller.staff, call_id)))
    return RedirectResponse(path, 303)


@router.post("/calls/{call_id}/recording/delete")
async def delete_recording(
    request: Request, call_id: str, caller: Annotated[StaffCaller, Depends(staff_with("owner", "admin"))]
) -> Response:
    """Forget the recording for good; the audit keeps who did it."""
    await caller.write(lambda ctx: calls.delete_recording(ctx, seen.call(ctx, caller.staff, call_id)))
    return pages.back_to(request, f"{HERE}/{call_id}", "The recording is deleted. The audit keeps who did it.")


def went_back(one: Line) -> tuple[str, str]:
    """What became of the text-back of a call, and its tone; empty for a call that needed none."""
    if one.call.textback is None:
        return "", ""
    reason = one.call.skip_reason or (one.text.reason if one.text is not None else None)
    if one.call.textback == "skipped" or (one.text is not None and one.text.state == "skipped"):
        return f"No text: {WHY_NOT.get(reason or '', pages.in_words(reason) or 'unknown')}", "warn"
    if one.text is not None and one.text.state in ("failed", "uncertain"):
        return f"Text {one.text.state}", "bad"
    return f"Text {one.text.state}" if one.text is not None else "Text queued", "good"


def length(seconds: int | None) -> str:
    """Seconds as "2:05"; empty when nobody told."""
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02}"
