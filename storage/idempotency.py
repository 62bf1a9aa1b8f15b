"""Answers already given: for tool calls by natural key, and for requests with an Idempotency-Key header."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from storage.context import Context
from storage.once import insert_once
from storage.tables import IdempotentAnswer, ToolCall

KEPT = timedelta(hours=24)


def call_key(*parts: Any) -> str:
    """A stable key for "the same call": the parts as canonical JSON, hashed to 64 hex digits."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def answered(ctx: Context, key: str) -> ToolCall | None:
    """The stored call with this key, if the same thing was asked before and succeeded."""
    return ctx.session.scalars(select(ToolCall).where(ToolCall.org_id == ctx.org.id, ToolCall.key == key)).first()


def claim(ctx: Context, scope: str, key: str, fingerprint: str) -> IdempotentAnswer | None:
    """Take a key before acting: None when it was free and is ours until this unit ends, else what stands under it.

    `scope` is the credential's id, so that keys of two callers never meet; `fingerprint` says what is asked. When the
    unit fails the claim goes with it, so a failure is never stored (contract 2.4). Of two at once the second waits for
    the first. A key older than `KEPT` is free again.
    """
    fresh = {
        "scope": scope,
        "key": key,
        "org_id": ctx.org.id,
        "fingerprint": fingerprint,
        "created_at": ctx.now,
        "expires_at": ctx.now + KEPT,
    }
    mine = (IdempotentAnswer.scope == scope, IdempotentAnswer.key == key)
    ctx.session.execute(delete(IdempotentAnswer).where(*mine, IdempotentAnswer.expires_at <= ctx.now))
    if insert_once(ctx.session, IdempotentAnswer, ["scope", "key"], **fresh):
        return None
    return ctx.session.scalars(select(IdempotentAnswer).where(*mine)).one()


def finish(ctx: Context, scope: str, key: str, status: int, body: str) -> None:
    """Keep the answer to a claimed key: its HTTP status and its body, word for word."""
    ctx.session.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.scope == scope, IdempotentAnswer.key == key)
        .values(status=status, body=body)
    )
