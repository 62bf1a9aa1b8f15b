"""/api/v1/staff: who may sign in, as what, and in which teams (SC-19 to SC-22, SC-45, SC-55, SC-70, SC-71)."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.v1.invites import InviteShown, invite_shown
from api.v1.roles import within_own
from api.wire import PROBLEMS, Body, Given, Instant, Shown, Text
from storage.context import Context
from storage.tables import Staff
from tools import invites, staff
from tools.problems import not_found

router = APIRouter(prefix="/api/v1/staff", tags=["staff"], responses=PROBLEMS)

READ, MANAGE = ("READ_BUSINESS_PROFILE", "MANAGE_ACCOUNT"), ("MANAGE_ACCOUNT",)
KEYED = {"parameters": [HEADER]}
SAME = ("id", "email", "name", "phone", "role", "status", "wrap_up_minutes", "active", "created_at")
MOST_PENDING = 100
WHO = re.compile(r"[\w.+@'-]{1,254}", re.ASCII)


def _who(text: str) -> str:
    return text if WHO.fullmatch(text) else not_found("member of staff")


Who = Annotated[str, Path(description="The id, or the e-mail address."), AfterValidator(_who)]
Teams = Annotated[list[Given], Field(max_length=100)]


class StaffShown(Shown):
    """A member of staff. `status` is available, busy, away, on_call or offline, and decides whom a hand-off alerts: who
    is on_call is told; busy, away and offline are not, nor is anybody `wrap_up_minutes` after a hand-off they took or
    finished. Of an emergency these hear last. `active` false: they have left."""

    id: str
    email: str
    name: str
    phone: str | None
    role: str
    status: str
    wrap_up_minutes: int
    active: bool
    team_ids: list[str]
    created_at: Instant


class StaffPage(Shown):
    """A page of the staff; `pending`, when it was asked for, are the open invites, newest first, a hundred at most."""

    staff: list[StaffShown]
    total: int
    page: int
    size: int
    pending: list[InviteShown] | None = None


class StaffInfo(Shown):
    """The little that everybody here may know of a colleague."""

    id: str
    name: str
    role: str
    status: str


class NewStaff(Body):
    """Somebody new. They sign in once they have a password: an invite lets them choose one."""

    email: Given
    name: Given
    role: Given = "agent"
    phone: Text | None = None
    team_ids: Teams = Field(default_factory=list)


class StaffPatch(Body):
    """What should change; members left out stay. `active` true brings somebody back who left."""

    name: Given | None = None
    phone: Text | None = None
    role: Given | None = None
    status: Given | None = None
    wrap_up_minutes: int | None = None
    active: bool | None = None
    team_ids: Teams | None = None

    def columns(self) -> dict[str, Any]:
        """What was sent, by column; null clears the phone alone."""
        sent = self.model_dump(exclude_unset=True, exclude={"team_ids"})
        return {name: value for name, value in sent.items() if value is not None or name == "phone"}


class NewStatus(Body):
    """How reachable somebody is."""

    status: Given


@router.get("", response_model=StaffPage)
async def list_staff(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    name: Text | None = None,
    team_id: Text | None = None,
    status: Text | None = None,
    active: bool = True,
    with_pending: bool = False,
) -> JSONResponse:
    """The staff by name; `active=false` lists those who left, `with_pending=true` also the open invites.
    READ_BUSINESS_PROFILE or MANAGE_ACCOUNT."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = staff.listed(
            ctx, offset=page.offset, size=page.size, name=name, team_id=team_id, status=status, active=active
        )
        teams = staff.teams_of(ctx, rows)
        found = paged("staff", [_shown(row, teams[row.id]) for row in rows], total, page)
        if with_pending:
            asked, _ = invites.listed(ctx, offset=0, size=MOST_PENDING, pending=True)
            found["pending"] = [invite_shown(ctx, row).shown() for row in asked]
        return found

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=StaffShown, openapi_extra=KEYED)
async def create_staff(
    request: Request, body: NewStaff, caller: Annotated[Caller, Depends(needs(*MANAGE))]
) -> Response:
    """Add somebody, in a role that may do no more than this credential. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> dict[str, Any]:
        within_own(caller, body.role)
        return _one(ctx, staff.add(ctx, body.email, body.name, body.role, phone=body.phone, team_ids=body.team_ids))

    return await act_once(request, caller, act, status=201)


@router.get("/{staff_id}", response_model=StaffShown)
async def get_staff(staff_id: Who, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One member of staff, by id or e-mail address. READ_BUSINESS_PROFILE or MANAGE_ACCOUNT."""
    return JSONResponse(await caller.read(lambda ctx: _one(ctx, staff.get(ctx, staff_id))))


@router.get("/{staff_id}/info", response_model=StaffInfo)
async def get_staff_info(staff_id: Who, caller: Annotated[Caller, Depends(needs())]) -> JSONResponse:
    """Name, role and status of a colleague. Any valid credential."""

    def ask(ctx: Context) -> dict[str, Any]:
        row = staff.get(ctx, staff_id)
        return StaffInfo(id=row.id, name=row.name, role=row.role, status=row.status).shown()

    return JSONResponse(await caller.read(ask))


@router.patch("/{staff_id}", response_model=StaffShown, openapi_extra=KEYED)
async def update_staff(
    request: Request, staff_id: Who, body: StaffPatch, caller: Annotated[Caller, Depends(needs(*MANAGE))]
) -> Response:
    """Change somebody, their role or their teams; 409 IN_USE for the last owner's role. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> dict[str, Any]:
        row = staff.get(ctx, staff_id)
        within_own(caller, row.role)
        within_own(caller, body.role or row.role)
        return _one(ctx, staff.change(ctx, row.id, body.columns(), team_ids=body.team_ids))

    return await act_once(request, caller, act)


@router.put("/{staff_id}/status", response_model=StaffShown, openapi_extra=KEYED)
async def set_staff_status(
    request: Request, staff_id: Who, body: NewStatus, caller: Annotated[Caller, Depends(needs(*MANAGE))]
) -> Response:
    """Say how reachable somebody is: available, busy, away, on_call or offline. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> dict[str, Any]:
        return _one(ctx, staff.change(ctx, staff_id, {"status": body.status}))

    return await act_once(request, caller, act)


@router.delete("/{staff_id}", status_code=204)
async def deactivate_staff(staff_id: Who, caller: Annotated[Caller, Depends(needs(*MANAGE))]) -> Response:
    """Somebody leaves: signed out at once, in no team; what they did stays under their name. 409 IN_USE for the last
    owner. Scope MANAGE_ACCOUNT."""

    def act(ctx: Context) -> None:
        within_own(caller, staff.get(ctx, staff_id).role)
        staff.leave(ctx, staff_id)

    await caller.write(act)
    return Response(status_code=204)


def _one(ctx: Context, row: Staff) -> dict[str, Any]:
    return _shown(row, staff.teams_of(ctx, [row])[row.id])


def _shown(row: Staff, team_ids: list[str]) -> dict[str, Any]:
    return StaffShown(**{name: getattr(row, name) for name in SAME}, team_ids=team_ids).shown()
