"""/api/v1/conversations/{id}/turns: what each answer of the assistant cost, and all of them together."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, needs
from api.wire import PROBLEMS, Id, Instant, Shown
from storage.context import Context
from tools import costs
from tools.refusals import utc

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], responses=PROBLEMS)

COUNTED = ("rounds", "tokens_in", "tokens_cached", "tokens_out", "milliseconds")


class TurnShown(Shown):
    """One answer. `rounds` is how often the model was asked in it, `tokens_cached` those of `tokens_in` it had kept;
    `guard` are the claim guard's reasons, `error` is why the script took over."""

    id: str
    source: str
    model: str | None
    rounds: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    milliseconds: int
    guard: list[str]
    error: str | None
    created_at: Instant


class TurnsTotal(Shown):
    """All turns of a thread together."""

    turns: int
    rounds: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    milliseconds: int


class TurnsShown(Shown):
    """The turns, oldest first, and their sums."""

    turns: list[TurnShown]
    total: TurnsTotal


@router.get("/{conversation_id}/turns", response_model=TurnsShown)
async def list_turns(
    conversation_id: Id, caller: Annotated[Caller, Depends(needs("READ_CONVERSATIONS"))]
) -> JSONResponse:
    """What each answer in this thread cost in tokens and time. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows = costs.of_conversation(ctx, conversation_id)
        members = [name for name in TurnShown.model_fields if name != "created_at"]
        told = [{**{name: getattr(row, name) for name in members}, "created_at": utc(row.created_at)} for row in rows]
        sums = {name: sum(getattr(row, name) for row in rows) for name in COUNTED}
        return {"turns": told, "total": {"turns": len(rows), **sums}}

    return JSONResponse(await caller.read(ask))
