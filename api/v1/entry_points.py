"""/api/v1/entry-points: the ways in, and where the leads that come by them are from (SC-01, SC-04 to SC-06)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, needs, paged, paging
from api.idempotency_key import HEADER, act_once
from api.wire import PROBLEMS, Body, Given, Id, Instant, Shown, Text, page_of
from storage.context import Context
from storage.tables import EntryPoint
from tools import ways_in

router = APIRouter(prefix="/api/v1/entry-points", tags=["entry-points"], responses=PROBLEMS)

CLEARED = ("forward_to", "template_id", "timezone")
READ, WRITE = ("READ_BUSINESS_PROFILE",), ("WRITE_BUSINESS_PROFILE",)
KEYED = {"parameters": [HEADER]}
SAME = (
    *("id", "kind", "phone", "target", "source", "origins", "answers", "forward_to", "template_id", "timezone"),
    *("active", "created_at"),
)


class EntryPointShown(Shown):
    """A way in. `kind` is number, widget (a web chat), page or link; `target` is the page's slug or the link's address;
    `source` names where the leads that come this way are from; `origins` are the sites a web chat may stand on, such as
    https://www.example.com. `answers`: forward rings the shop first. `template_id` and `timezone` say when somebody is
    there; null is the business's own."""

    id: str
    label: str
    kind: str
    phone: str | None
    target: str | None
    source: str
    origins: list[str]
    answers: str
    forward_to: str | None
    template_id: str | None
    timezone: str | None
    active: bool
    created_at: Instant


class EntryPointPatch(Body):
    """What should change; members left out stay, null clears who a number is forwarded to, and hours and zone of its
    own."""

    label: Given | None = None
    phone: Given | None = None
    target: Given | None = None
    source: Text | None = None
    origins: list[Given] | None = None
    answers: Given | None = None
    forward_to: Given | None = None
    template_id: Given | None = None
    timezone: Given | None = None
    active: bool | None = None

    def columns(self) -> dict[str, Any]:
        """What was sent, by column."""
        sent = self.model_dump(exclude_unset=True)
        kept = {name: value for name, value in sent.items() if value is not None or name in CLEARED}
        if "label" in kept:
            kept["name"] = kept.pop("label")
        return kept


class NewEntryPoint(EntryPointPatch):
    """A new way in: a number needs its phone, a page its slug and a link its https address as target."""

    label: Given
    kind: Given = "number"


@router.get("", response_model=page_of("entry_points", EntryPointShown))
async def list_entry_points(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    name: Text | None = None,
    kind: Text | None = None,
    active: bool | None = None,
) -> JSONResponse:
    """Ways in by label; `name` is part of it. Scope READ_BUSINESS_PROFILE."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = ways_in.listed(ctx, offset=page.offset, size=page.size, name=name, kind=kind, active=active)
        return paged("entry_points", [shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.post("", status_code=201, response_model=EntryPointShown, openapi_extra=KEYED)
async def create_entry_point(
    request: Request, body: NewEntryPoint, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Open a way in; 409 IN_USE for a number that is tracked already. Scope WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: shown(ways_in.add(ctx, body.columns())), status=201)


@router.get("/{entry_point_id}", response_model=EntryPointShown)
async def get_entry_point(entry_point_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One way in. Scope READ_BUSINESS_PROFILE."""
    return JSONResponse(await caller.read(lambda ctx: shown(ways_in.get(ctx, entry_point_id))))


@router.put("/{entry_point_id}", response_model=EntryPointShown, openapi_extra=KEYED)
@router.patch("/{entry_point_id}", response_model=EntryPointShown, openapi_extra=KEYED)
async def update_entry_point(
    request: Request, entry_point_id: Id, body: EntryPointPatch, caller: Annotated[Caller, Depends(needs(*WRITE))]
) -> Response:
    """Change a way in, or close it with `active: false`; its kind stays. PUT and PATCH are the same. Scope
    WRITE_BUSINESS_PROFILE."""
    return await act_once(request, caller, lambda ctx: shown(ways_in.change(ctx, entry_point_id, body.columns())))


def shown(row: EntryPoint) -> dict[str, Any]:
    """A way in as this door shows it."""
    return EntryPointShown(**{name: getattr(row, name) for name in SAME}, label=row.name).shown()
