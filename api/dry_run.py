"""A kept tool call played again through the same handlers, and undone: what would it be answered now?"""

from api.deps import Caller
from api.envelopes import Envelope, parse, read
from api.voice_calls import VoiceTool, asked_of, channel_of
from storage.context import Context
from storage.tables import ToolCall
from tools import phone_changes
from tools.problems import Problem
from tools.tool import Said


class _Undone(Exception):
    """Carries the answer out of a transaction that must leave nothing."""

    def __init__(self, said: Said) -> None:
        self.said = said


async def rehearse(caller: Caller, tool: VoiceTool, call: ToolCall) -> Said:
    """What `call`'s request would be answered at this moment, without its key; nothing of it stays.

    Raises NOT_FOUND when the request is no longer kept.
    """
    if call.body is None:
        raise Problem("NOT_FOUND", "The request of this call is no longer kept.", fix="Make the call again.")
    try:
        envelope = envelope_of(call)
        args = envelope.args()
    except Problem as problem:
        return phone_changes.told(tool.name, problem)

    def unit(ctx: Context) -> None:
        try:
            with ctx.session.begin_nested():
                said = tool.act(ctx, call.event_type or "any", asked_of(ctx, caller, envelope, args))
        except Problem as problem:
            said = phone_changes.refused(ctx, tool.name, problem)
        raise _Undone(said)

    try:
        await caller.write(unit, channel=channel_of(call.platform), scope=envelope.call_id)
    except _Undone as undone:
        return undone.said
    raise AssertionError("unreachable")


def envelope_of(call: ToolCall) -> Envelope:
    """The envelope in a kept request. Raises INVALID_BODY."""
    parsed = parse((call.body or "").encode())
    if call.platform == "mcp":
        return Envelope(parsed["params"].get("arguments"), call_id=call.scope)
    return read(parsed)[call.place]
