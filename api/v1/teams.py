"""/api/v1/teams: crews or trades that services point at, and who is in them (SC-63 to SC-69)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Shown, Text, page_of
from storage.context import Context
from storage.tables import Team
from tools import teams

router = APIRouter(prefix="/api/v1/teams", tags=["teams"], responses=PROBLEMS)

READ, WRITE = ("READ_BUSINESS_PROFILE",), ("WRITE_BUSINESS_PROFILE",)
KEYED = {"parameters": [HEADER]}


class Member(Shown):
    """A technician of a team; `on_call` orders who is rung first, null is never rung."""

    technician_id: str
    on_call: int | None


class TeamShown(Shown):
    """A team with its settings and its members."""

    id: str
    name: str
    description: str
    template_id: str | None
    handoff_phone: str | None
    members: list[Member]


class NewTeam(Body):
    """A team and its settings: the hours it keeps and the number its calls are handed to. PUT replaces all of it."""

    name: Given
    description: Text = ""
    template_id: Given | None = None
    handoff_phone: Text | None = None


class NewMember(Body):
    """Who joins, and their place in the team's on-call order."""

    technician_id: Given
    on_call: Annotated[int, Field(ge=1, le=100)] | None = None


@router.get("", response_model=page_of("teams", TeamShown))
async def list_teams(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    name: Text | None = None,
) -> JSONResponse:
    """Teams by name; `name` is part of it. Scope READ_BUSINESS_PROFILE."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = teams.listed(ctx, offset=page.offset, size=page.size, name=name)
        return paged("teams", [_shown(ctx, row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=TeamShown, openapi_extra=KEYED)
async def create_team(request: Request, body: NewTeam, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Make a team. Scope WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: _shown(ctx, teams.add(ctx, body.model_dump())), status=201)


@router.get("/{team_id}", response_model=TeamShown)
async def get_team(team_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One team with its members. Scope READ_BUSINESS_PROFILE."""
    return JSONResponse(await caller.read(lambda ctx: _shown(ctx, teams.get(ctx, team_id))))


@router.put("/{team_id}", response_model=TeamShown, openapi_extra=KEYED)
async def replace_team(
    request: Request, team_id: Id, body: NewTeam, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Replace a team's name, description and settings; its members stay. Scope WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: _shown(ctx, teams.change(ctx, team_id, body.model_dump())))


@router.delete("/{team_id}", status_code=204)
async def delete_team(team_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]) -> Response:
    """Delete a team; 409 IN_USE while a service of it has upcoming visits, or an active booking page is its own. Scope
    WRITE_BUSINESS_PROFILE."""
    await caller.write(lambda ctx: teams.remove(ctx, team_id))
    return Response(status_code=204)


@router.post("/{team_id}/members", status_code=201, response_model=Member, openapi_extra=KEYED)
async def add_team_member(
    request: Request, team_id: Id, body: NewMember, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Put a technician in a team, or change their place in its on-call order. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        row = teams.join(ctx, team_id, body.technician_id, on_call=body.on_call)
        return {"technician_id": row.technician_id, "on_call": row.on_call}

    return await act_once(request, caller, act, status=201)


@router.delete("/{team_id}/members/{technician_id}", status_code=204)
async def remove_team_member(
    team_id: Id, technician_id: Id, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Take a technician out of a team. Scope WRITE_BUSINESS_PROFILE."""
    await caller.write(lambda ctx: teams.leave(ctx, team_id, technician_id))
    return Response(status_code=204)


def _shown(ctx: Context, row: Team) -> dict[str, Any]:
    members = [Member(technician_id=one.technician_id, on_call=one.on_call) for one in teams.members(ctx, row.id)]
    same = ("id", "name", "description", "template_id", "handoff_phone")
    return TeamShown(**{name: getattr(row, name) for name in same}, members=members).shown()
