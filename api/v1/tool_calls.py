"""/api/v1/tool-calls: what voice platforms asked, as they asked it, and what they heard; and the same again, undone."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.deps import Caller, Page, lacking, needs, paged, paging
from api.dry_run import rehearse
from api.voice_calls import BY_NAME, VoiceTool
from api.wire import PROBLEMS, Id, Instant, Shown, Text, page_of
from storage import call_log, listings
from storage.context import Context
from storage.tables import Call, ToolCall
from tools.problems import Problem, not_found

router = APIRouter(prefix="/api/v1", tags=["calls"], responses=PROBLEMS)

READ = ("READ_CONVERSATIONS",)
NAMES = {f"voice_{tool.name}": name for name, tool in BY_NAME.items()}


class ToolCallShown(Shown):
    """One call of a tool. `body` is the request as it came, for 30 days; `answer` what was said back, word for word.

    `replay_of` names the earlier call whose answer a repeat got; `milliseconds` is our own time.
    """

    id: str
    at: Instant
    call_id: str
    platform: str | None
    tool: str
    service: str | None
    arguments: dict[str, Any]
    ok: bool
    code: str | None
    answer: str
    milliseconds: int
    booking_id: str | None
    replay_of: str | None
    body: str | None


class Heard(Shown):
    """One answer."""

    ok: bool
    code: str | None
    answer: str


class Replayed(Shown):
    """The answer a call got, and the one it would get now; nothing was changed."""

    id: str
    tool: str
    then: Heard
    now: Heard
    same: bool


@router.get("/tool-calls", response_model=page_of("tool_calls", ToolCallShown))
async def list_tool_calls(
    caller: Annotated[Caller, Depends(needs(*READ))],
    page: Annotated[Page, Depends(paging)],
    platform: Text | None = None,
    ok: bool | None = None,
) -> JSONResponse:
    """What platforms asked, newest first. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        rows, total = call_log.tool_calls(ctx, offset=page.offset, size=page.size, platform=platform, ok=ok)
        return paged("tool_calls", [_shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/calls/{call_id}/tool-calls", response_model=page_of("tool_calls", ToolCallShown))
async def tool_calls_of_call(
    call_id: Id, caller: Annotated[Caller, Depends(needs(*READ))], page: Annotated[Page, Depends(paging)]
) -> JSONResponse:
    """What was asked during one call, in order. Scope READ_CONVERSATIONS."""

    def ask(ctx: Context) -> dict[str, Any]:
        call = listings.one_of(ctx, Call, call_id) or not_found("call")
        scopes = [call.provider_id, *([call.details["talk"]] if "talk" in call.details else [])]
        rows, total = call_log.tool_calls(ctx, offset=page.offset, size=page.size, scopes=scopes)
        return paged("tool_calls", [_shown(row) for row in rows], total, page)

    return JSONResponse(await caller.read(ask))


@router.get("/tool-calls/{tool_call_id}", response_model=ToolCallShown)
async def get_tool_call(tool_call_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """One call of a tool. Scope READ_CONVERSATIONS."""
    row = await caller.read(lambda ctx: listings.one_of(ctx, ToolCall, tool_call_id) or not_found("tool call"))
    return JSONResponse(_shown(row))


@router.post("/tool-calls/{tool_call_id}/replay", response_model=Replayed)
async def replay(tool_call_id: Id, caller: Annotated[Caller, Depends(needs(*READ))]) -> JSONResponse:
    """Play a kept call again and undo it, in the sandbox only; a fixed agent can be compared with what was heard.
    Scope READ_CONVERSATIONS, and the tool's own."""
    if not caller.house.settings.sandbox:
        not_found("address")
    call = await caller.read(lambda ctx: listings.one_of(ctx, ToolCall, tool_call_id) or not_found("tool call"))
    tool = _tool_of(call)
    if not caller.may(*tool.scopes):
        raise lacking(tool.scopes)
    said = await rehearse(caller, tool, call)
    then = Heard(ok=call.ok, code=call.code, answer=call.answer)
    now = Heard(ok=said.ok, code=said.code, answer=said.say)
    return JSONResponse(Replayed(id=call.id, tool=NAMES[call.name], then=then, now=now, same=then == now).shown())


def _tool_of(call: ToolCall) -> VoiceTool:
    if call.name not in NAMES or call.platform is None:
        raise Problem("NOT_FOUND", "Only a platform's tool call can be played again.", fix="Choose another call.")
    return BY_NAME[NAMES[call.name]]


def _shown(row: ToolCall) -> dict[str, Any]:
    return ToolCallShown(
        id=row.id,
        at=row.created_at,
        call_id=row.scope,
        platform=row.platform,
        tool=NAMES.get(row.name, row.name),
        service=row.event_type,
        arguments=row.arguments,
        ok=row.ok,
        code=row.code,
        answer=row.answer,
        milliseconds=row.milliseconds,
        booking_id=row.booking_id,
        replay_of=row.replay_of,
        body=row.body,
    ).shown()
