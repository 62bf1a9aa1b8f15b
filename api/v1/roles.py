"""/api/v1/roles: the four roles of staff and what each may do (SC-13, SC-14). They are fixed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.wire import PROBLEMS, Shown, page_of
from tools import roles
from tools.problems import Problem

router = APIRouter(prefix="/api/v1/roles", tags=["staff"], responses=PROBLEMS)


class RoleShown(Shown):
    """A role: whose work it sees (team or all), and its permissions, in the words of the scopes."""

    id: str
    name: str
    description: str
    sees: str
    permissions: list[str]


@router.get("", response_model=page_of("roles", RoleShown))
async def list_roles(
    _caller: Annotated[Caller, Depends(needs())], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """The roles, from the one that may do most. Any valid credential."""
    shown = [_shown(role) for role in roles.ROLES]
    return JSONResponse(paged("roles", shown[page.offset : page.offset + page.size], len(shown), page))


@router.get("/{role}", response_model=RoleShown)
async def get_role(role: str, _caller: Annotated[Caller, Depends(needs())]) -> JSONResponse:
    """One role: owner, admin, supervisor or agent. Any valid credential."""
    return JSONResponse(_shown(roles.named(role)))


def within_own(caller: Caller, word: str) -> None:
    """A credential gives nobody a role that may do more than itself. Raises VALIDATION_ERROR, INSUFFICIENT_SCOPE."""
    role = roles.named(roles.given(word))
    if missing := [one for one in role.may if one not in caller.credential.scopes]:
        raise Problem(
            "INSUFFICIENT_SCOPE",
            "A credential cannot give a role that may do more than itself.",
            fix="Give a smaller role, or do it in the console.",
            required=missing,
        )


def _shown(role: roles.Role) -> dict[str, Any]:
    return RoleShown(
        id=role.id, name=role.id.capitalize(), description=role.about, sees=role.sees, permissions=list(role.may)
    ).shown()
