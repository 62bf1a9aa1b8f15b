"""Settings: weekly hours and the dates that differ from them; and which visits now lie outside."""

from datetime import date
from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import StaffCaller, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage import listings
from storage.context import Context
from storage.tables import Hours, ScheduleTemplate
from tools import blackouts, business, outside_hours, telling, templates
from tools.problems import Problem
from tools.rules import opening_hours, speech
from tools.rules.company_lines import UnreadableAnswer
from tools.rules.working_hours import Span

PAGE = f"{ROOT}/hours"
DAYS = opening_hours.DAYS
MANY = 100
COMING = 200  # dates that differ are listed that far


@router.get("/settings/hours")
async def see_hours(request: Request, caller: Office) -> Response:
    """The business's week, other named weeks, the dates that differ, and visits outside all of them."""
    return await _page(request, caller)


@router.post("/settings/hours/dates")
async def add_date(request: Request, caller: Office) -> Response:
    """Close a date, or open it at other hours."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        blackouts.add(
            ctx,
            _day(form.text("day")),
            spans=[(opens, closes) for opens, closes in _spans("Mon", form.text("spans"))],
            reason=form.text("reason", 80) or None,
            technician_id=form.text("technician_id") or None,
        )

    refused = await refused_by(caller, act)
    if refused is not None:
        return await _page(request, caller, refused=refused, date_form=form)
    return pages.back_to(request, f"{PAGE}#dates", "The date is set.")


@router.post("/settings/hours/dates/{override_id}/remove")
async def remove_date(request: Request, override_id: str, caller: Office) -> Response:
    """Let a date be like its weekday again."""
    await caller.write(lambda ctx: blackouts.remove(ctx, override_id))
    return pages.back_to(request, f"{PAGE}#dates", "The date is like its weekday again.")


@router.get("/settings/hours/new")
async def new_hours(request: Request, caller: Office) -> Response:
    """A form for another named week."""
    return show(request, "settings_hours_one.html.j2", "/hours", kept=None, v=_week(None, []), users=[], days=DAYS)


@router.post("/settings/hours/new")
async def add_hours(request: Request, caller: Office) -> Response:
    """Make it."""
    form = await sent(request)
    refused = await refused_by(caller, lambda ctx: templates.add(ctx, _name(form), _opens(form)))
    if refused is not None:
        v = form.over(_week(None, []))
        return show(
            request, "settings_hours_one.html.j2", "/hours", kept=None, v=v, users=[], days=DAYS, refused=refused
        )
    return pages.back_to(request, PAGE, "The hours are made. Give them to a technician or a service.")


@router.get("/settings/hours/{template_id}")
async def see_one(request: Request, template_id: str, caller: Office) -> Response:
    """One named week."""
    return await _one(request, caller, template_id)


@router.post("/settings/hours/{template_id}")
async def save_one(request: Request, template_id: str, caller: Office) -> Response:
    """Change it; visits stay where they are, and the page lists those outside."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        templates.replace(ctx, template_id, _name(form), _opens(form))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _kept(ctx, template_id)[1], act))
    if refused is not None and template_id != caller.org.template_id:
        return await _one(request, caller, template_id, form, refused)
    if refused is not None:
        return await _page(request, caller, refused=refused, week_form=form)
    out = len(await caller.read(outside_hours.visits))
    if not out:
        return pages.back_to(request, PAGE, "The hours are saved.")
    booked = "1 booked visit now lies" if out == 1 else f"{out} booked visits now lie"
    return pages.back_to(request, PAGE, f"The hours are saved. {booked} outside them and stays booked; see below.")


@router.post("/settings/hours/{template_id}/remove")
async def remove_hours(request: Request, template_id: str, caller: Office) -> Response:
    """Take a named week away."""
    await caller.write(lambda ctx: templates.remove(ctx, template_id))
    return pages.back_to(request, PAGE, "The hours are removed.")


@router.post("/settings/hours/{template_id}/use")
async def use_hours(request: Request, template_id: str, caller: Office) -> Response:
    """Make a named week the business's own."""
    await caller.write(lambda ctx: business.change(ctx, {"template_id": template_id}))
    return pages.back_to(request, PAGE, "These are the business's hours now.")


async def _page(
    request: Request,
    caller: StaffCaller,
    *,
    refused: Problem | None = None,
    week_form: Sent | None = None,
    date_form: Sent | None = None,
) -> Response:
    facts = await caller.read(_all)
    if week_form is not None:
        facts["v"] = week_form.over(facts["v"])
    d: dict[str, Any] = {"day": "", "spans": "", "reason": "", "technician_id": ""}
    d = date_form.over(d) if date_form is not None else d
    return show(request, "settings_hours.html.j2", "/hours", d=d, days=DAYS, refused=refused, **facts)


async def _one(
    request: Request,
    caller: StaffCaller,
    template_id: str,
    form: Sent | None = None,
    refused: Problem | None = None,
) -> Response:
    def ask(ctx: Context) -> dict[str, Any]:
        row, v = _kept(ctx, template_id)
        return {"kept": row, "v": v, "users": _users(ctx)[row.id]}

    facts = await caller.read(ask)
    if form is not None:
        facts["v"] = form.over(facts["v"])
    return show(request, "settings_hours_one.html.j2", "/hours", days=DAYS, refused=refused, **facts)


def _kept(ctx: Context, template_id: str) -> tuple[ScheduleTemplate, dict[str, Any]]:
    row = templates.get(ctx, template_id)
    return row, _week(row, templates.hours_of(ctx, [row.id])[row.id])


def _all(ctx: Context) -> dict[str, Any]:
    rows, _total = listings.templates(ctx, offset=0, size=MANY)
    hours = templates.hours_of(ctx, [row.id for row in rows])
    own = next((row for row in rows if row.id == ctx.org.template_id), None)
    users = _users(ctx)
    people, _total = listings.technicians(ctx, offset=0, size=MANY)
    coming, _total = listings.overrides(ctx, offset=0, size=COMING, since=ctx.local_now.date())
    names = {one.id: one.name for one in people}
    return {
        "own": own,
        "v": _week(own, hours[own.id] if own else []),
        "others": [(row, _in_words(hours[row.id]), users[row.id]) for row in rows if row is not own],
        "dates": [
            (one, _in_one_day(one.spans), names.get(one.technician_id) if one.technician_id else None) for one in coming
        ],
        "technicians": [("", "Everybody"), *((one.id, one.name) for one in people if one.active)],
        "outside": [
            {"id": one.id, "said": telling.words(ctx, one), "when": speech.moment(one.local_start)}
            for one in outside_hours.visits(ctx)
        ],
    }


def _users(ctx: Context) -> dict[str, list[str]]:
    """Who keeps each of the named weeks."""
    rows, _total = listings.templates(ctx, offset=0, size=MANY)
    people, _total = listings.technicians(ctx, offset=0, size=MANY)
    services, _total = listings.services(ctx, offset=0, size=MANY)
    keepers = [*((one.name, one.template_id) for one in people), *((one.name, one.template_id) for one in services)]
    return {
        row.id: [name for name, template_id in keepers if template_id == row.id]
        + (["the business"] if ctx.org.template_id == row.id else [])
        for row in rows
    }


def _week(row: ScheduleTemplate | None, hours: list[Hours]) -> dict[str, Any]:
    """The form's values: the name, and per weekday its spans as they are typed."""
    days = {
        f"day{weekday}": _in_one_day([[one.opens, one.closes] for one in hours if one.weekday == weekday])
        for weekday in range(7)
    }
    return {"name": row.name if row else "", **days}


def _in_one_day(spans: list[list[int]]) -> str:
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in spans)


def _clock(minute: int) -> str:
    minute = minute if minute <= 1440 else minute - 1440
    return f"{minute // 60:02}:{minute % 60:02}"


def _in_words(hours: list[Hours]) -> str:
    week = tuple(tuple(Span(one.opens, one.closes) for one in hours if one.weekday == day) for day in range(7))
    return opening_hours.written(week) or "closed all week"


def _name(form: Sent) -> str:
    name = form.text("name", 80)
    if not name:
        raise Problem("MISSING_FIELDS", "The hours need a name.", fix="Write one, such as Winter hours.")
    return name


def _opens(form: Sent) -> list[templates.Opens]:
    return [
        (weekday, opens, closes)
        for weekday, day in enumerate(DAYS)
        for opens, closes in _spans(day, form.text(f"day{weekday}"))
    ]


def _spans(day: str, text: str) -> list[tuple[int, int]]:
    """The spans of one day as typed; none when it is closed. Raises VALIDATION_ERROR."""
    if text.lower() in ("", "closed", "-"):
        return []
    try:
        week = opening_hours.read(f"{day} {text}")
    except UnreadableAnswer as error:
        raise Problem("VALIDATION_ERROR", f"{day}: {error}", fix="Write hours like 8:00-12:00, 13:00-17:00.") from error
    if any(week[other] for other in range(7) if DAYS[other] != day):
        raise Problem("VALIDATION_ERROR", f"{day}: only its own hours belong there.", fix="Leave out other days.")
    return [(one.opens, one.closes) for one in week[DAYS.index(day)]]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("VALIDATION_ERROR", "The date is missing.", fix="Choose one.") from None
