"""Settings: technicians with what they can do and when they are rung, and the teams they form."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.door import router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from storage import listings
from storage.context import Context
from storage.tables import Technician
from tools import offerings, teams
from tools.problems import Problem
from tools.rules import phones

PAGE = f"{ROOT}/people"
MANY = 200
NEW: dict[str, Any] = {
    **{"name": "", "phone": "", "template_id": "", "travel_minutes": 0, "on_call": "", "position": 0, "active": True},
    "service_ids": [],
}
NEW_TEAM: dict[str, Any] = {"name": "", "description": "", "handoff_phone": "", "template_id": "", "members": []}


@router.get("/settings/people")
async def see_people(request: Request, caller: Office) -> Response:
    """Technicians in their order, and the teams."""

    def ask(ctx: Context) -> dict[str, Any]:
        people, _total = listings.technicians(ctx, offset=0, size=MANY)
        crews, _total = teams.listed(ctx, offset=0, size=MANY)
        skills = listings.skills(ctx)
        named = {one.id: one.name for one in people}
        return {
            "people": [(one, sum(who == one.id for _service, who in skills)) for one in people],
            "teams": [(one, [named[member.technician_id] for member in teams.members(ctx, one.id)]) for one in crews],
        }

    return show(request, "settings_people.html.j2", "/people", **await caller.read(ask))


@router.get("/settings/people/new")
async def new_technician(request: Request, caller: Office) -> Response:
    """A form for somebody new, who does everything unless unticked."""
    facts = await caller.read(lambda ctx: _choices(ctx, None))
    return _form(request, {**NEW, "service_ids": [one for one, _name in facts["services"]]}, facts)


@router.post("/settings/people/new")
async def add_technician(request: Request, caller: Office) -> Response:
    """Somebody new drives out; a second click must not make a second one, who could be booked, too."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        fields = _fields(form)
        people, _total = listings.technicians(ctx, offset=0, size=MANY)
        if any(one.active and one.name.casefold() == fields["name"].casefold() for one in people):
            raise Problem(
                "VALIDATION_ERROR",
                f"{fields['name']} is on the list already.",
                fix="Somebody else of this name needs a surname or a letter that tells them apart.",
            )
        _give(ctx, offerings.add_technician(ctx, fields), form.several("service_ids"))

    refused = await refused_by(caller, act)
    if refused is not None:
        return _form(request, form.over(NEW), await caller.read(lambda ctx: _choices(ctx, None)), refused)
    return pages.back_to(request, PAGE, "They can be booked from now on.")


@router.get("/settings/people/{technician_id}")
async def see_technician(request: Request, technician_id: str, caller: Office) -> Response:
    """One technician, and the address of their calendar."""
    v, facts = await caller.read(lambda ctx: _one(ctx, technician_id))
    return _form(request, v, facts, url=caller.house.settings.public_url)


@router.post("/settings/people/{technician_id}")
async def save_technician(request: Request, technician_id: str, caller: Office) -> Response:
    """Change them; somebody who still has visits ahead cannot be made inactive."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        row = offerings.technician(ctx, technician_id)
        offerings.change_technician(ctx, row, _fields(form))
        _give(ctx, row, form.several("service_ids"))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _one(ctx, technician_id)[0], act))
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one(ctx, technician_id))
        return _form(request, form.over(v), facts, refused, url=caller.house.settings.public_url)
    return pages.back_to(request, PAGE, "Saved.")


@router.post("/settings/people/{technician_id}/calendar")
async def new_calendar(request: Request, technician_id: str, caller: Office) -> Response:
    """A new address for their calendar; the old one stops working."""
    await caller.write(lambda ctx: offerings.new_calendar(ctx, offerings.technician(ctx, technician_id)))
    return pages.back_to(request, f"{PAGE}/{technician_id}", "The calendar has a new address.")


@router.get("/settings/teams/new")
async def new_team(request: Request, caller: Office) -> Response:
    """A form for one more team."""
    v, facts = await caller.read(lambda ctx: _one_team(ctx, None))
    return _team_form(request, v, facts)


@router.post("/settings/teams/new")
async def add_team(request: Request, caller: Office) -> Response:
    """Make it, once: a second click finds it there."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        fields = _team(form)
        alike, _total = teams.listed(ctx, offset=0, size=MANY, name=fields["name"])
        if any(one.name.casefold() == fields["name"].casefold() for one in alike):
            raise Problem(
                "VALIDATION_ERROR", f"There is a team {fields['name']} already.", fix="Give this one another name."
            )
        _put_in(ctx, teams.add(ctx, fields).id, form)

    refused = await refused_by(caller, act)
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one_team(ctx, None))
        return _team_form(request, form.over(v), facts, refused)
    return pages.back_to(request, PAGE, "The team is made.")


@router.get("/settings/teams/{team_id}")
async def see_team(request: Request, team_id: str, caller: Office) -> Response:
    """One team and who is in it."""
    v, facts = await caller.read(lambda ctx: _one_team(ctx, team_id))
    return _team_form(request, v, facts)


@router.post("/settings/teams/{team_id}")
async def save_team(request: Request, team_id: str, caller: Office) -> Response:
    """Change it."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        _put_in(ctx, teams.change(ctx, team_id, _team(form)).id, form)

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _one_team(ctx, team_id)[0], act))
    if refused is not None:
        v, facts = await caller.read(lambda ctx: _one_team(ctx, team_id))
        return _team_form(request, form.over(v), facts, refused)
    return pages.back_to(request, PAGE, "The team is saved.")


@router.post("/settings/teams/{team_id}/remove")
async def remove_team(request: Request, team_id: str, caller: Office) -> Response:
    """Take it away; its services have no team then."""
    await caller.write(lambda ctx: teams.remove(ctx, team_id))
    return pages.back_to(request, PAGE, "The team is removed.")


def _form(
    request: Request, v: dict[str, Any], facts: dict[str, Any], refused: Problem | None = None, url: str = ""
) -> Response:
    return show(request, "settings_technician.html.j2", "/people", v=v, url=url, refused=refused, **facts)


def _team_form(request: Request, v: dict[str, Any], facts: dict[str, Any], refused: Problem | None = None) -> Response:
    return show(request, "settings_team.html.j2", "/people", v=v, refused=refused, **facts)


def _one(ctx: Context, technician_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    row = offerings.technician(ctx, technician_id)
    v = {name: getattr(row, name) for name in ("name", "travel_minutes", "position", "active")}
    v |= {"on_call": "" if row.on_call is None else row.on_call, "template_id": row.template_id or ""}
    v["phone"] = phones.shown(row.phone) if row.phone else ""
    v["service_ids"] = [service for service, who in listings.skills(ctx) if who == row.id]
    return v, _choices(ctx, row)


def _one_team(ctx: Context, team_id: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the form of a team holds, a new one's for None, and what it offers."""
    people, _total = listings.technicians(ctx, offset=0, size=MANY)
    v = NEW_TEAM | {f"on_call_{one.id}": "" for one in people}
    if team_id is not None:
        row = teams.get(ctx, team_id)
        members = teams.members(ctx, row.id)
        v |= {"name": row.name, "description": row.description, "template_id": row.template_id or ""}
        v |= {"handoff_phone": phones.shown(row.handoff_phone) if row.handoff_phone else ""}
        v |= {f"on_call_{one.technician_id}": one.on_call for one in members if one.on_call is not None}
        v["members"] = [one.technician_id for one in members]
    technicians = [(one.id, one.name) for one in people if one.active]
    return v, {"team_id": team_id, "technicians": technicians, "hours": _hours(ctx)}


def _choices(ctx: Context, row: Technician | None) -> dict[str, Any]:
    services, _total = listings.services(ctx, offset=0, size=MANY)
    return {"technician": row, "services": [(one.id, one.name) for one in services], "hours": _hours(ctx)}


def _hours(ctx: Context) -> list[tuple[str, str]]:
    rows, _total = listings.templates(ctx, offset=0, size=MANY)
    return [("", "The business's hours"), *((one.id, one.name) for one in rows)]


def _fields(form: Sent) -> dict[str, Any]:
    return {
        "name": _named(form),
        "phone": form.text("phone") or None,
        "template_id": form.text("template_id") or None,
        "travel_minutes": form.number("travel_minutes", "Driving"),
        "on_call": form.maybe_number("on_call", "Place in the on-call order"),
        "position": form.number("position", "Place in the list"),
        "active": form.ticked("active"),
    }


def _team(form: Sent) -> dict[str, Any]:
    fields = {name: form.text(name) or None for name in ("handoff_phone", "template_id")}
    return {"name": _named(form), "description": form.text("description"), **fields}


def _named(form: Sent) -> str:
    name = form.text("name", 80)
    if not name:
        raise Problem("MISSING_FIELDS", "A name is needed.", fix="Write one.")
    return name


def _give(ctx: Context, row: Technician, service_ids: list[str]) -> None:
    """Let somebody do these services and no others."""
    skills = listings.skills(ctx)
    for service in listings.services(ctx, offset=0, size=MANY)[0]:
        doing = [who for its, who in skills if its == service.id]
        if (service.id in service_ids) != (row.id in doing):
            wanted = [*doing, row.id] if service.id in service_ids else [who for who in doing if who != row.id]
            offerings.change_service(ctx, service, {}, wanted)


def _put_in(ctx: Context, team_id: str, form: Sent) -> None:
    """Have these technicians in a team and no others, rung in the order given."""
    wanted = form.several("members")
    for member in teams.members(ctx, team_id):
        if member.technician_id not in wanted:
            teams.leave(ctx, team_id, member.technician_id)
    for one in wanted:
        teams.join(ctx, team_id, one, on_call=form.maybe_number(f"on_call_{one}", "Rung"))
