"""Answers already given: for tool calls by natural key, and for requests with an Idempotency-Key header."""

import hashlib
import json
from typing import Any

from sqlalchemy import select

from storage.context import Context
from storage.tables import ToolCall


def call_key(*parts: Any) -> str:
    """A stable key for "the same call": the parts as canonical JSON, hashed to 64 hex digits."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def answered(ctx: Context, key: str) -> ToolCall | None:
    """The stored call with this key, if the same thing was asked before and succeeded."""
    return ctx.session.scalars(select(ToolCall).where(ToolCall.org_id == ctx.org.id, ToolCall.key == key)).first()
