"""Calls as the office looks through them: which list, which days, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, tuple_

from storage import call_log
from storage.call_log import OUTCOME
from storage.context import Context
from storage.tables import Call, Customer, Message, Staff, ToolCall
from tools import seen, sight
from tools.problems import Problem, not_found

PAGE = 40
TOOLS = 200  # tool calls shown of one call
LISTS: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "all": (),
    "missed": (Call.missed.is_(True),),
    "answered": (Call.answered_by == "person",),
    "assistant": (Call.answered_by == "assistant",),
    "voicemail": (Call.answered_by == "voicemail",),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One call: what came of it (`call_log.OUTCOMES`), who rang when we know them, and the text that went back."""

    call: Call
    outcome: str
    name: str | None
    text: Message | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which calls: a list of `LISTS`, and the range of their start, its end not included; null leaves it open."""

    kind: str = "all"
    start: datetime | None = None
    end: datetime | None = None


def listed(
    ctx: Context, staff: Staff, asked: Asked, after: str | None = None, size: int | None = PAGE
) -> tuple[list[Line], str | None]:
    """A page of calls, newest first, and the id the next starts after; all of them when `size` is null.

    Raises VALIDATION_ERROR for a list there is not, NOT_FOUND for an `after` this person cannot see.
    """
    if asked.kind not in LISTS:
        raise Problem("VALIDATION_ERROR", "There is no such list.", fix=f"Use one of: {', '.join(LISTS)}.")
    rows = _lines(ctx, staff).where(*LISTS[asked.kind])
    if asked.start is not None:
        rows = rows.where(Call.started_at >= asked.start)
    if asked.end is not None:
        rows = rows.where(Call.started_at < asked.end)
    if after is not None:
        last = seen.call(ctx, staff, after)
        rows = rows.where(tuple_(Call.started_at, Call.id) < (last.started_at, last.id))
    newest = rows.order_by(Call.started_at.desc(), Call.id.desc())
    found = [Line(*row) for row in ctx.session.execute(newest.limit(None if size is None else size + 1))]
    more = size is not None and len(found) > size
    return found[:size], found[:size][-1].call.id if more else None


def one(ctx: Context, staff: Staff, call_id: str) -> tuple[Line, Sequence[ToolCall]]:
    """One call and the tools called during it, in their order. Raises NOT_FOUND."""
    row = ctx.session.execute(_lines(ctx, staff).where(Call.id == call_id)).first() or not_found("call")
    line = Line(*row)
    scopes = [line.call.provider_id, *([line.call.details["talk"]] if "talk" in line.call.details else [])]
    return line, call_log.tool_calls(ctx, offset=0, size=TOOLS, scopes=scopes)[0]


def _lines(ctx: Context, staff: Staff) -> Select[Any]:
    return (
        select(Call, OUTCOME, Customer.name, Message)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .outerjoin(Message, Message.id == Call.textback_message_id)
        .where(Call.org_id == ctx.org.id, sight.calls(ctx, staff))
    )
