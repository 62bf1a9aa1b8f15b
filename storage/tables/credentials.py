"""Keys that let other systems in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

SCOPES = (
    "READ_BOOKINGS",
    "WRITE_BOOKINGS",
    "READ_AVAILABILITY",
    "WRITE_AVAILABILITY",
    "READ_LEADS",
    "WRITE_LEADS",
    "READ_CONVERSATIONS",
    "WRITE_MESSAGES",
    "READ_BUSINESS_PROFILE",
    "WRITE_BUSINESS_PROFILE",
    "READ_RESULTS",
    "READ_AUDIT",
    "WRITE_AUTOMATION",
    "MANAGE_INTEGRATIONS",
    "MANAGE_CREDENTIALS",
    "MANAGE_ACCOUNT",
)
ACTOR_TYPES = ("INTEGRATION", "VOICE_AGENT", "STAFF_TOOL")


class Credential(Base):
    """One key of one business. The secret is stored as SHA-256: it is 256 random bits, so a slow hash adds nothing.

    After a rotation the old secret works until `previous_until`.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        Index("ix_credentials_org_id", "org_id"),
        Index("ix_credentials_secret_hash", "secret_hash", unique=True),
        Index("ix_credentials_previous_hash", "previous_hash"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    actor_type: Mapped[str]
    prefix: Mapped[str]
    secret_hash: Mapped[str]
    previous_hash: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    scopes: Mapped[list[str]] = mapped_column(default=list)
    allowed_ips: Mapped[list[str]] = mapped_column(default=list)
    requires_approval: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    use_count: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    def works_at(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def opens_with(self, digest: str, now: datetime) -> bool:
        """Whether it works with the secret of this hash: the present one, or the previous inside its overlap."""
        overlap = self.previous_until is not None and now < self.previous_until
        return self.works_at(now) and (digest == self.secret_hash or (digest == self.previous_hash and overlap))
