"""How people find the business and who is asked to join it: public booking pages and invites."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id

INVITE_LASTS = timedelta(days=7)
PASSWORD_LINK_LASTS = timedelta(days=1)


class BookingPage(Base):
    """A public page at /book/{slug}; slugs are unique over all businesses, since the address names none.

    `service_ids` empty: everything that can be booked, of the team or by the technician where one is named, never both.
    `duration_minutes` is how long its visits are in place of the service's own. A removed page keeps its slug: its link
    says that it is gone.
    """

    __tablename__ = "booking_pages"
    __table_args__ = (Index("ix_booking_pages_org_id", "org_id"), Index("ix_booking_pages_slug", "slug", unique=True))

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    slug: Mapped[str]
    title: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    confirmation: Mapped[str] = mapped_column(default="")
    service_ids: Mapped[list[str]] = mapped_column(default=list)
    team_id: Mapped[str | None]
    technician_id: Mapped[str | None]
    duration_minutes: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Invite(Base):
    """A request to join the business's staff, or with `staff_id` to set a new password as one of them.

    The link's token is stored hashed and opens once; it lasts a week, for a password a day.
    """

    __tablename__ = "invites"
    __table_args__ = (
        Index("ix_invites_org_id_created_at", "org_id", "created_at"),
        Index("ix_invites_token_hash", "token_hash", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    email: Mapped[str]
    role: Mapped[str]
    team_id: Mapped[str | None]
    staff_id: Mapped[str | None]
    token_hash: Mapped[str]
    invited_by: Mapped[str]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    def state(self, now: datetime) -> str:
        """accepted, revoked, expired or pending."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if now >= self.expires_at else "pending"
