"""Settings: when texts go out, and the words of those that go out by themselves."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage.context import Context
from tools import automation, own_texts
from tools.problems import Problem, not_found
from tools.rules import sms

PAGE = f"{ROOT}/messages"
UNITS = (("d", 1440), ("h", 60), ("m", 1))


@router.get("/settings/messages")
async def see_messages(request: Request, caller: Office) -> Response:
    """Quiet hours, reminders and the like, and every text with how it reads."""
    return await _page(request, caller)


@router.post("/settings/messages")
async def save_times(request: Request, caller: Office) -> Response:
    """Change when texts go out; reminders that are queued keep their time."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        automation.change(
            ctx,
            {
                "quiet_from": form.text("quiet_from"),
                "quiet_until": form.text("quiet_until"),
                "reminder_offsets": [_minutes(one) for one in form.listed("reminders")],
                "textback_cooldown_minutes": form.number("textback_cooldown_minutes", "Text-backs to one number"),
                "collect_seconds": form.number("collect_seconds", "Wait for more texts"),
            },
        )

    refused = await refused_by(caller, form.unless_newer(_times, act))
    if refused is not None:
        return await _page(request, caller, form, refused)
    return pages.back_to(request, PAGE, "Saved.")


@router.get("/settings/messages/{kind_id}")
async def see_text(request: Request, kind_id: str, caller: Office) -> Response:
    """One text, to be reworded."""
    return await _text(request, caller, kind_id)


@router.post("/settings/messages/{kind_id}")
async def save_text(request: Request, kind_id: str, caller: Office) -> Response:
    """Use another wording from now on."""
    form = await sent(request)
    wording = "" if form.ticked("usual") else form.text("wording", 2000)
    kind = own_texts.BY_ID.get(kind_id) or not_found("text")

    def act(ctx: Context) -> None:
        own_texts.save(ctx, kind_id, wording)

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _wording(ctx, kind), act))
    if refused is not None:
        return await _text(request, caller, kind_id, form, refused)
    return pages.back_to(request, PAGE, "The text is saved.")


async def _page(
    request: Request, caller: StaffCaller, form: Sent | None = None, refused: Problem | None = None
) -> Response:
    def ask(ctx: Context) -> dict[str, Any]:
        texts = [(kind, own_texts.sample(ctx, kind), kind.id in ctx.org.texts) for kind in own_texts.KINDS]
        return {"v": _times(ctx), "texts": texts}

    facts = await caller.read(ask)
    if form is not None:
        facts["v"] = form.over(facts["v"])
    return show(request, "settings_messages.html.j2", "/messages", refused=refused, **facts)


async def _text(
    request: Request,
    caller: StaffCaller,
    kind_id: str,
    form: Sent | None = None,
    refused: Problem | None = None,
) -> Response:
    kind = own_texts.BY_ID.get(kind_id) or not_found("text")

    def ask(ctx: Context) -> dict[str, Any]:
        now = own_texts.sample(ctx, kind)
        own = ctx.org.texts.get(kind.id)
        usual = own_texts.usual(kind)
        return {"own": own, "usual": usual, "v": _wording(ctx, kind), "sample": now, "segments": sms.segments(now)}

    facts = await caller.read(ask)
    if form is not None:
        facts["v"] = form.over(facts["v"])
    return show(request, "settings_text.html.j2", "/messages", kind=kind, refused=refused, **facts)


def _times(ctx: Context) -> dict[str, Any]:
    names = ("quiet_from", "quiet_until", "textback_cooldown_minutes", "collect_seconds")
    v = {name: getattr(ctx.org, name) for name in names}
    return {**v, "reminders": ", ".join(_written(one) for one in ctx.org.reminder_offsets)}


def _wording(ctx: Context, kind: own_texts.Kind) -> dict[str, Any]:
    return {"wording": ctx.org.texts.get(kind.id) or own_texts.usual(kind)}


def _minutes(text: str) -> int:
    """Minutes before a visit from "2 h", "1 day" or "90". Raises VALIDATION_ERROR."""
    digits, unit = text.rstrip("abcdefghijklmnopqrstuvwxyz. ").strip(), text.lstrip("0123456789 ").strip().lower()
    size = next((size for letter, size in UNITS if unit.startswith(letter)), None) if unit else 1
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6) or size is None:
        raise Problem("VALIDATION_ERROR", "A reminder is a time before the visit.", fix="Write them like 1 day, 2 h.")
    return int(digits) * size


def _written(minutes: int) -> str:
    for unit, size in (("day", 1440), ("h", 60)):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{minutes} min"
