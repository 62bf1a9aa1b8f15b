"""Settings: the tracked numbers people call and text, and what a call to each gets."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage import listings
from storage.context import Context
from storage.tables import EntryPoint
from tools import ways_in
from tools.problems import Problem
from tools.rules import phones

PAGE = f"{ROOT}/numbers"
MANY = 200
ANSWERS = [("forward", "Rings the shop first"), ("voicemail", "Takes a message at once")]
NEW: dict[str, Any] = {
    **{
        "name": "",
        "phone": "",
        "answers": "forward",
        "forward_to": "",
        "source": "",
        "template_id": "",
        "timezone": "",
    },
    "active": True,
}


@router.get("/settings/numbers")
async def see_numbers(request: Request, caller: Office) -> Response:
    """Every tracked number."""
    rows, _total = await caller.read(lambda ctx: ways_in.listed(ctx, offset=0, size=MANY, kind="number"))
    return show(request, "settings_numbers.html.j2", "/numbers", numbers=rows, answers=dict(ANSWERS))


@router.get("/settings/numbers/new")
async def new_number(request: Request, caller: Office) -> Response:
    """A form for one more."""
    return await _form(request, caller, None, NEW)


@router.post("/settings/numbers/new")
async def add_number(request: Request, caller: Office) -> Response:
    """Track it."""
    form = await sent(request)
    refused = await refused_by(caller, lambda ctx: ways_in.add(ctx, {"kind": "number", **_fields(form)}))
    if refused is not None:
        return await _form(request, caller, None, form.over(NEW), refused)
    return pages.back_to(request, PAGE, "The number is tracked. Paste the addresses of the set-up page at Twilio.")


@router.get("/settings/numbers/{number_id}")
async def see_number(request: Request, number_id: str, caller: Office) -> Response:
    """One number."""
    row = await caller.read(lambda ctx: ways_in.get(ctx, number_id))
    return await _form(request, caller, row, _shown(row))


@router.post("/settings/numbers/{number_id}")
async def save_number(request: Request, number_id: str, caller: Office) -> Response:
    """Change it."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        ways_in.change(ctx, number_id, _fields(form))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _shown(ways_in.get(ctx, number_id)), act))
    if refused is not None:
        row = await caller.read(lambda ctx: ways_in.get(ctx, number_id))
        return await _form(request, caller, row, form.over(_shown(row)), refused)
    return pages.back_to(request, PAGE, "The number is saved.")


async def _form(
    request: Request, caller: StaffCaller, row: EntryPoint | None, v: dict[str, Any], refused: Problem | None = None
) -> Response:
    kept, _total = await caller.read(lambda ctx: listings.templates(ctx, offset=0, size=MANY))
    hours = [("", "The business's hours"), *((one.id, one.name) for one in kept)]
    return show(
        request, "settings_number.html.j2", "/numbers", number=row, v=v, answers=ANSWERS, hours=hours, refused=refused
    )


def _shown(row: EntryPoint) -> dict[str, Any]:
    numbers = {"phone": row.phone, "forward_to": row.forward_to}
    return {
        **{name: getattr(row, name) for name in ("name", "answers", "source", "active")},
        **{name: getattr(row, name) or "" for name in ("template_id", "timezone")},
        **{name: phones.shown(number) if number else "" for name, number in numbers.items()},
    }


def _fields(form: Sent) -> dict[str, Any]:
    name = form.text("name", 80)
    if not name:
        raise Problem("MISSING_FIELDS", "A name is needed.", fix="Write one, such as Main line.")
    return {
        "name": name,
        "phone": form.text("phone") or None,
        "answers": form.text("answers"),
        **{name: form.text(name) or None for name in ("forward_to", "template_id", "timezone")},
        "source": form.text("source", 80),
        "active": form.ticked("active"),
    }
