"""The call log: which calls there were, what came of each, and what their tools were asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import QueryableAttribute

from storage.context import Context
from storage.tables import Booking, Call, ToolCall

OUTCOMES = ("booked", "person", "voicemail", "missed", "assistant", "open")

_BOOKED = exists().where(Booking.org_id == Call.org_id, Booking.call_id.in_((Call.provider_id, Call.id)))
# What came of a call, the best of it: a visit, a person, a message left, nobody, a talk with the assistant, not over.
OUTCOME = case(
    (_BOOKED, "booked"),
    (Call.answered_by == "person", "person"),
    (Call.answered_by == "voicemail", "voicemail"),
    (Call.missed.is_(True), "missed"),
    (Call.answered_by == "assistant", "assistant"),
    else_="open",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls: null asks for any. `phone` (E.164) is either end's; `channel` is who carried the call; the range is
    of its start, its end not included."""

    direction: str | None = None
    status: str | None = None
    missed: bool | None = None
    phone: str | None = None
    channel: str | None = None
    outcome: str | None = None
    answered_by: str | None = None
    rating: int | None = None
    start_from: datetime | None = None
    start_to: datetime | None = None


def calls(ctx: Context, wanted: Wanted, *, offset: int = 0, size: int | None = None) -> list[tuple[Call, str]]:
    """These calls with their outcomes, newest first; all of them when `size` is null."""
    rows = _matching(ctx, select(Call, OUTCOME), wanted).order_by(Call.started_at.desc(), Call.id)
    return [(call, str(outcome)) for call, outcome in ctx.session.execute(rows.offset(offset).limit(size))]


def count(ctx: Context, wanted: Wanted) -> int:
    """How many calls match."""
    return ctx.session.scalar(_matching(ctx, select(func.count()).select_from(Call), wanted)) or 0


def call_with_outcome(ctx: Context, call_id: str) -> tuple[Call, str] | None:
    """One call of this business."""
    row = ctx.session.execute(select(Call, OUTCOME).where(Call.org_id == ctx.org.id, Call.id == call_id)).first()
    return None if row is None else (row[0], str(row[1]))


def tool_calls(
    ctx: Context,
    *,
    offset: int,
    size: int,
    scopes: Sequence[str] | None = None,
    platform: str | None = None,
    ok: bool | None = None,
) -> tuple[list[ToolCall], int]:
    """One page of what platforms asked, newest first, and how many there are; `scopes` names calls. With `scopes` the
    calls come oldest first, as they were made."""
    kept: list[ColumnElement[bool]] = [ToolCall.org_id == ctx.org.id]
    kept.append(ToolCall.platform.is_not(None) if scopes is None else ToolCall.scope.in_(scopes))
    if platform is not None:
        kept.append(ToolCall.platform == platform)
    if ok is not None:
        kept.append(ToolCall.ok.is_(ok))
    total = ctx.session.scalar(select(func.count()).select_from(ToolCall).where(*kept)) or 0
    order = (ToolCall.created_at.desc(), ToolCall.id) if scopes is None else (ToolCall.created_at, ToolCall.id)
    rows = select(ToolCall).where(*kept).order_by(*order).offset(offset).limit(size)
    return list(ctx.session.scalars(rows)), total


def _matching(ctx: Context, rows: Select[Any], wanted: Wanted) -> Select[Any]:
    columns: tuple[tuple[QueryableAttribute[Any], Any], ...] = (
        (Call.direction, wanted.direction),
        (Call.status, wanted.status),
        (Call.provider, wanted.channel),
        (Call.answered_by, wanted.answered_by),
        (Call.rating, wanted.rating),
    )
    rows = rows.where(Call.org_id == ctx.org.id, *(column == value for column, value in columns if value is not None))
    if wanted.missed is not None:
        rows = rows.where(Call.missed.is_(wanted.missed))
    if wanted.phone is not None:
        rows = rows.where(or_(Call.from_phone == wanted.phone, Call.to_phone == wanted.phone))
    if wanted.outcome is not None:
        rows = rows.where(OUTCOME == wanted.outcome)
    if wanted.start_from is not None:
        rows = rows.where(Call.started_at >= wanted.start_from)
    return rows if wanted.start_to is None else rows.where(Call.started_at < wanted.start_to)
