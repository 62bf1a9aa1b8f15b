"""What credentials did: last use and count on the credential, one audit row a call (CS-03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from storage.tables import AuditEntry, Credential, new_id


@dataclass(frozen=True, slots=True)
class Use:
    """One call: who, when (aware), which route, the HTTP status it got, and its request id."""

    credential: Credential
    at: datetime
    action: str
    status: int | None
    request_id: str | None


def record(session: Session, uses: Sequence[Use]) -> None:
    """Write a batch of uses of any number of credentials; not empty."""
    by_credential: dict[str, list[Use]] = {}
    for use in uses:
        by_credential.setdefault(use.credential.id, []).append(use)
    for credential_id, its in by_credential.items():
        session.execute(
            update(Credential)
            .where(Credential.id == credential_id)
            .values(use_count=Credential.use_count + len(its), last_used_at=max(use.at for use in its))
        )
    session.execute(
        insert(AuditEntry),
        [
            {
                "id": new_id(),
                "org_id": use.credential.org_id,
                "at": use.at,
                "actor_kind": "credential",
                "actor_name": use.credential.name,
                "action": use.action,
                "subject_kind": "credential",
                "subject_id": use.credential.id,
                "status": use.status,
                "request_id": use.request_id,
                "detail": {},
            }
            for use in uses
        ],
    )
