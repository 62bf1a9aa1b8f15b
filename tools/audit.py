"""The audit: who changed what the business is, and when."""

from typing import Any

from storage.context import Context
from storage.tables import AuditEntry


def note(ctx: Context, action: str, subject_kind: str, subject_id: str, **detail: Any) -> None:
    """Add a line to the audit; `detail` names what changed and holds nothing personal."""
    ctx.session.add(
        AuditEntry(
            org_id=ctx.org.id,
            at=ctx.now,
            actor_kind=ctx.actor.kind,
            actor_name=ctx.actor.name,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail,
        )
    )
