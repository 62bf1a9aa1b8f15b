"""What happened in the business, as one stream: its own audit, its visits and its leads (SC-54, CS-A6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from storage.context import Context
from storage.tables import AuditEntry, BookingEvent, LeadEvent

FAMILIES = ("booking", "lead")
HISTORIES: tuple[tuple[Any, str], ...] = ((BookingEvent, "booking"), (LeadEvent, "lead"), (AuditEntry, ""))


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: `type` such as booking.moved, who did it, to what, and words and ids of ours."""

    id: str
    at: datetime
    type: str
    actor_kind: str
    actor_name: str
    subject_kind: str | None
    subject_id: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events: `type` in full or as a family (`booking.*`), from `since` and before `until` (aware); `calls`
    counts in every single call of a credential."""

    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    calls: bool = False


def listed(
    ctx: Context, asked: Asked, *, offset: int, size: int, oldest_first: bool = False
) -> tuple[list[Happened], int]:
    """One page of what happened, newest first unless said otherwise, and how much there is.

    Each of the three histories gives its first `offset + size` lines, in order; the page is cut out of the merge.
    """
    family, _, event = (asked.type or "").partition(".")
    found: list[Happened] = []
    total = 0
    for table, name in HISTORIES:
        if asked.type is not None and name != (family if family in FAMILIES else ""):
            continue
        wanted = _wanted(ctx, table, asked, event if name and asked.type else asked.type)
        total += ctx.session.scalar(select(func.count()).select_from(table).where(*wanted)) or 0
        order = (table.at, table.id) if oldest_first else (table.at.desc(), table.id.desc())
        rows = select(table).where(*wanted).order_by(*order).limit(offset + size)
        found += [_happened(row) for row in ctx.session.scalars(rows)]
    found.sort(key=lambda one: (one.at, one.id), reverse=not oldest_first)
    return found[offset : offset + size], total


def _wanted(ctx: Context, table: Any, asked: Asked, word: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [table.org_id == ctx.org.id]
    column = table.action if table is AuditEntry else table.event
    if word is not None and word.endswith("*"):
        wanted.append(column.startswith(word.removesuffix("*"), autoescape=True))
    elif word is not None:
        wanted.append(column == word)
    if table is AuditEntry and not asked.calls:
        wanted.append(AuditEntry.actor_kind != "credential")
    if asked.since is not None:
        wanted.append(table.at >= asked.since)
    if asked.until is not None:
        wanted.append(table.at < asked.until)
    return wanted


def _happened(row: BookingEvent | LeadEvent | AuditEntry) -> Happened:
    by = (row.actor_kind, row.actor_name)
    if isinstance(row, BookingEvent):
        changed = {name: value for name, value in (("from", row.old), ("to", row.new)) if value is not None}
        return Happened(row.id, row.at, f"booking.{row.event}", *by, "booking", row.booking_id, changed)
    if isinstance(row, LeadEvent):
        return Happened(row.id, row.at, f"lead.{row.event}", *by, "lead", row.lead_id, row.detail)
    more = {
        name: value for name, value in (("status", row.status), ("request_id", row.request_id)) if value is not None
    }
    return Happened(row.id, row.at, row.action, *by, row.subject_kind, row.subject_id, {**row.detail, **more})
