"""/api/v1/entry-points/batch and /resolve: many ways in at once, and the one that belongs on a web page (SC-02, SC-07,
SC-34)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import Caller, needs
from api.idempotency_key import act_once
from api.v1.entry_points import KEYED, READ, WRITE, EntryPointPatch, EntryPointShown, NewEntryPoint, shown
from api.wire import PROBLEMS, Body, Given, LongText, Shown
from storage.context import Context
from storage.tables import EntryPoint
from tools import ways_in
from tools.problems import Problem

router = APIRouter(prefix="/api/v1/entry-points", tags=["entry-points"], responses=PROBLEMS)

MOST = 100


class NewEntryPoints(Body):
    """Ways in to open together."""

    entry_points: Annotated[list[NewEntryPoint], Field(min_length=1, max_length=MOST)]


class ChangedEntryPoint(EntryPointPatch):
    """A way in to change, by its id."""

    id: Given


class ChangedEntryPoints(Body):
    """Ways in to change together."""

    entry_points: Annotated[list[ChangedEntryPoint], Field(min_length=1, max_length=MOST)]


class EntryPoints(Shown):
    """The ways in, in the order of the request."""

    entry_points: list[EntryPointShown]


class OnSite(Shown):
    """The web chat for a page, null where none may stand."""

    entry_point: EntryPointShown | None


class AskedSite(Body):
    """The page a visitor is on, as the browser's Referer says it."""

    referer: LongText


@router.post("/batch", status_code=201, response_model=EntryPoints, openapi_extra=KEYED)
async def create_entry_points(
    request: Request, body: NewEntryPoints, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Open several ways in, all or none; a 400 names in `errors` each that cannot be. Scope WRITE_BUSINESS_PROFILE."""

    def act(ctx: Context) -> dict[str, Any]:
        return _all_or_none(ctx, [partial(ways_in.add, ctx, one.columns()) for one in body.entry_points])

    return await act_once(request, caller, act, status=201)


@router.put("/batch", response_model=EntryPoints, openapi_extra=KEYED)
async def update_entry_points(
    request: Request, body: ChangedEntryPoints, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Change several ways in, all or none; a 400 names in `errors` each that cannot be. Scope
    WRITE_BUSINESS_PROFILE."""

    def change(ctx: Context, one: ChangedEntryPoint) -> EntryPoint:
        columns = one.columns()
        return ways_in.change(ctx, columns.pop("id"), columns)

    def act(ctx: Context) -> dict[str, Any]:
        return _all_or_none(ctx, [partial(change, ctx, one) for one in body.entry_points])

    return await act_once(request, caller, act)


@router.post("/resolve", response_model=OnSite)
async def resolve_entry_point(body: AskedSite, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """The open web chat that may stand on a page. Scope READ_BUSINESS_PROFILE."""

    def ask(ctx: Context) -> dict[str, Any]:
        found = ways_in.on_page(ctx, body.referer)
        return {"entry_point": None if found is None else shown(found)}

    return JSONResponse(await caller.read(ask))


def _all_or_none(ctx: Context, deeds: Sequence[Callable[[], EntryPoint]]) -> dict[str, Any]:
    """Do each deed; when any is refused, all is undone, and the refusal names every one that was."""
    done: list[EntryPoint] = []
    errors: list[dict[str, Any]] = []
    for index, deed in enumerate(deeds):
        try:
            with ctx.session.begin_nested():
                done.append(deed())
        except Problem as problem:
            errors.append({"index": index, "code": problem.code, "detail": problem.detail, "fix": problem.fix})
    if errors:
        raise Problem(
            "VALIDATION_ERROR",
            f"{len(errors)} of {len(deeds)} cannot be; nothing was changed.",
            fix="Put right what errors names by index, and send all of them again.",
            errors=errors,
        )
    return {"entry_points": [shown(one) for one in done]}
