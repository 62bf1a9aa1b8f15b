"""Settings: who may sign in and as what, their sessions, and invites for those to come."""

from typing import Any

from fastapi import Request, Response

from api.console import pages
from api.console.account import STATUSES
from api.console.door import StaffCaller, real_now, router
from api.console.forms import Sent, refused_by, sent
from api.console.settings import ROOT, Office, show
from api.console.sign_in import ago, browser
from storage.context import Context
from storage.tables import Staff
from tools import invites, roles, staff, staff_sessions, teams
from tools.problems import Problem
from tools.rules import phones

PAGE = f"{ROOT}/staff"
MANY = 200
ROLES = [(role.id, f"{role.id.capitalize()}: {role.about}") for role in roles.ROLES]
NEW_INVITE: dict[str, Any] = {"email": "", "role": "agent", "team_id": ""}


@router.get("/settings/staff")
async def see_staff(request: Request, caller: Office) -> Response:
    """Everybody, those who left last, and the open invites."""
    return await _page(request, caller, NEW_INVITE)


@router.post("/settings/staff/invites")
async def invite(request: Request, caller: Office) -> Response:
    """Invite somebody; this answer shows the link, once."""
    form = await sent(request)
    made: list[str] = []

    def act(ctx: Context) -> None:
        _row, token = invites.create(ctx, form.text("email"), form.text("role"), team_id=form.text("team_id") or None)
        made.append(token)

    refused = await refused_by(caller, act)
    if refused is not None:
        return await _page(request, caller, form.over(NEW_INVITE), refused)
    return _link(request, caller, made[-1], form.text("email"))


@router.post("/settings/staff/invites/{invite_id}/resend")
async def resend(request: Request, invite_id: str, caller: Office) -> Response:
    """A new link; the old one opens no longer."""

    def act(ctx: Context) -> tuple[str, str]:
        roles.check_may_give(ctx, invites.get(ctx, invite_id).role)
        row, token = invites.resend(ctx, invite_id)
        return token, row.email

    token, email = await caller.write(act)
    return _link(request, caller, token, email)


@router.post("/settings/staff/invites/{invite_id}/revoke")
async def revoke(request: Request, invite_id: str, caller: Office) -> Response:
    """Take an invite back."""
    await caller.write(lambda ctx: invites.revoke(ctx, invite_id))
    return pages.back_to(request, PAGE, "The invite is taken back.")


@router.get("/settings/staff/{staff_id}")
async def see_one(request: Request, staff_id: str, caller: Office) -> Response:
    """One member of staff, and where they are signed in."""
    return await _one(request, caller, staff_id)


@router.post("/settings/staff/{staff_id}")
async def save_one(request: Request, staff_id: str, caller: Office) -> Response:
    """Change their role, phone, name or teams."""
    form = await sent(request)

    def act(ctx: Context) -> None:
        row = staff.get(ctx, staff_id)
        fields = {
            "name": form.text("name", 80) or row.name,
            "phone": form.text("phone") or None,
            "status": form.text("status") or row.status,
            "wrap_up_minutes": form.maybe_number("wrap_up_minutes", "Wrap-up") or 0,
        }
        role = form.text("role")
        if role != row.role:
            roles.check_may_give(ctx, row.role, role)
            fields["role"] = role
        staff.change(ctx, row.id, fields, team_ids=form.several("team_ids"))

    refused = await refused_by(caller, form.unless_newer(lambda ctx: _shown(ctx, staff.get(ctx, staff_id)), act))
    if refused is not None:
        return await _one(request, caller, staff_id, refused, form)
    return pages.back_to(request, PAGE, "Saved.")


@router.post("/settings/staff/{staff_id}/leave")
async def leave(request: Request, staff_id: str, caller: Office) -> Response:
    """Somebody leaves: signed out at once; what they did stays under their name."""

    def act(ctx: Context) -> None:
        roles.check_may_give(ctx, staff.get(ctx, staff_id).role)
        staff.leave(ctx, staff_id)

    refused = await refused_by(caller, act)
    if refused is not None:
        return await _one(request, caller, staff_id, refused)
    return pages.back_to(request, PAGE, "They can no longer sign in.")


@router.post("/settings/staff/{staff_id}/password")
async def new_password(request: Request, staff_id: str, caller: Office) -> Response:
    """Somebody has forgotten theirs; this answer shows the link by which they set a new one, once."""
    person, token = await caller.write(lambda ctx: invites.for_password(ctx, staff_id))
    link = invites.link(caller.house.settings.public_url, token)
    facts: dict[str, Any] = {"secret": link, "name": f"A new password for {person.name}", "what": "password"}
    return show(request, "settings_secret.html.j2", "/staff", back=f"{PAGE}/{staff_id}", **facts)


@router.post("/settings/staff/{staff_id}/sign-out")
async def sign_out(request: Request, staff_id: str, caller: Office) -> Response:
    """End every session of theirs, but the one that asks."""

    def act(ctx: Context) -> None:
        row = staff.get(ctx, staff_id)
        roles.check_may_give(ctx, row.role)
        staff_sessions.revoke_all(ctx, row, real_now(), but=caller.session.id)

    await caller.write(act)
    return pages.back_to(request, f"{PAGE}/{staff_id}", "They are signed out everywhere.")


def _link(request: Request, caller: StaffCaller, token: str, email: str) -> Response:
    link = invites.link(caller.house.settings.public_url, token)
    return show(
        request, "settings_secret.html.j2", "/staff", secret=link, name=f"Invite for {email}", what="link", back=PAGE
    )


async def _page(request: Request, caller: StaffCaller, v: dict[str, Any], refused: Problem | None = None) -> Response:
    def ask(ctx: Context) -> dict[str, Any]:
        people, _total = staff.listed(ctx, offset=0, size=MANY, active=None)
        open_ones, _total = invites.listed(ctx, offset=0, size=MANY)
        waiting = [(one, one.state(ctx.now)) for one in open_ones]
        return {
            "people": sorted(people, key=lambda one: not one.active),
            "invites": [(one, state) for one, state in waiting if state in ("pending", "expired")],
            "teams": _teams(ctx),
        }

    facts = await caller.read(ask)
    offered = [("", "No team"), *facts.pop("teams")]
    return show(
        request,
        "settings_staff.html.j2",
        "/staff",
        v=v,
        roles=_may_give(caller),
        teams=offered,
        refused=refused,
        **facts,
    )


async def _one(
    request: Request, caller: StaffCaller, staff_id: str, refused: Problem | None = None, form: Sent | None = None
) -> Response:
    def ask(ctx: Context) -> dict[str, Any]:
        row = staff.get(ctx, staff_id)
        sessions = staff_sessions.listed(ctx, row, real_now())
        return {
            "person": row,
            "v": form.over(_shown(ctx, row)) if form is not None else _shown(ctx, row),
            "teams": _teams(ctx),
            "sessions": [(browser(one), ago(one)) for one in sessions],
        }

    facts = await caller.read(ask)
    facts["roles"] = ROLES if facts["person"].role == "owner" else _may_give(caller)
    return show(request, "settings_staff_one.html.j2", "/staff", statuses=STATUSES, refused=refused, **facts)


def _shown(ctx: Context, row: Staff) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("name", "role", "status", "wrap_up_minutes")},
        "phone": phones.shown(row.phone) if row.phone else "",
        "team_ids": staff.teams_of(ctx, [row])[row.id],
    }


def _may_give(caller: StaffCaller) -> list[tuple[str, str]]:
    return [one for one in ROLES if one[0] != "owner" or caller.may("owner")]


def _teams(ctx: Context) -> list[tuple[str, str]]:
    rows, _total = teams.listed(ctx, offset=0, size=MANY)
    return [(one.id, one.name) for one in rows]
