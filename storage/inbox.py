"""The inbox: what a provider told us, written once, in the transaction of its consequences (CS-A6)."""

from typing import Any

from sqlalchemy import update

from storage.context import Context
from storage.once import insert_once
from storage.tables import ProviderEvent, new_id


def once(ctx: Context, provider: str, event_key: str, kind: str, payload: dict[str, Any]) -> bool:
    """Record a provider's event; True the first time, False for a repeat, which must then change nothing."""
    fresh = insert_once(
        ctx.session,
        ProviderEvent,
        ["org_id", "provider", "event_key"],
        id=new_id(),
        org_id=ctx.org.id,
        provider=provider,
        event_key=event_key,
        kind=kind,
        payload=payload,
        outcome="processed",
        copies=0,
        received_at=ctx.now,
    )
    if not fresh:
        ctx.session.execute(
            update(ProviderEvent)
            .where(
                ProviderEvent.org_id == ctx.org.id,
                ProviderEvent.provider == provider,
                ProviderEvent.event_key == event_key,
            )
            .values(copies=ProviderEvent.copies + 1)
        )
    return fresh
