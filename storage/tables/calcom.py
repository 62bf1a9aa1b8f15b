"""The outside calendar of a business: its account at Cal.com, and the time that is taken there."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class CalcomAccount(Base):
    """How a business is known at Cal.com, and how that has been going. Which services it keeps stands on `services`.

    Key and webhook secret are sealed; `token` is the path of its webhooks. `technician_id` says whose calendar it is;
    without one what is taken there is taken for everybody who does a service kept there.
    """

    __tablename__ = "calcom_accounts"

    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    sealed_key: Mapped[str]
    sealed_secret: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True, default=new_id)
    technician_id: Mapped[str | None] = mapped_column(ForeignKey("technicians.id", ondelete="SET NULL"))
    last_success_at: Mapped[datetime | None]
    last_error_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    pulled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @property
    def failing(self) -> bool:
        """Whether the last exchange went wrong."""
        good = self.last_success_at
        return self.last_error_at is not None and (good is None or self.last_error_at > good)


class BusyTime(Base):
    """Time of one technician that is taken in the outside calendar and is no visit of ours.

    `uid` is the booking's there; null for time a connected calendar reports.
    """

    __tablename__ = "busy_times"
    __table_args__ = (
        Index("ix_busy_times_technician_id_end_at", "technician_id", "end_at"),
        Index("ix_busy_times_org_id_uid", "org_id", "uid"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id", ondelete="CASCADE"))
    uid: Mapped[str | None]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    told_at: Mapped[datetime]
