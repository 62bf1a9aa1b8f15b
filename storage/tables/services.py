"""What the business does: services with their schedule rules and fees, who can do them, and where."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Service(Base):
    """A kind of visit. Durations, grid, buffers and notice are minutes; money is integer cents.

    Starts, durations and buffers are multiples of five minutes, which makes `slot_cells` exact (contract 2.1).
    """

    __tablename__ = "services"
    __table_args__ = (
        UniqueConstraint("org_id", "slug", name="uq_services_org_id_slug"),
        CheckConstraint("duration_minutes > 0 and duration_minutes % 5 = 0", name="duration"),
        CheckConstraint("grid_minutes > 0 and grid_minutes % 5 = 0", name="grid"),
        CheckConstraint("buffer_before % 5 = 0 and buffer_after % 5 = 0", name="buffers"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    slug: Mapped[str]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    aliases: Mapped[list[str]] = mapped_column(default=list)
    duration_minutes: Mapped[int]
    grid_minutes: Mapped[int] = mapped_column(default=30)
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    notice_minutes: Mapped[int] = mapped_column(default=120)
    horizon_days: Mapped[int] = mapped_column(default=60)
    day_cap: Mapped[int | None]
    week_cap: Mapped[int | None]
    window_minutes: Mapped[int | None]
    fee_cents: Mapped[int | None]
    fee_note: Mapped[str] = mapped_column(default="")
    value_cents: Mapped[int] = mapped_column(default=0)
    booking_mode: Mapped[str | None]
    template_id: Mapped[str | None] = mapped_column(ForeignKey("schedule_templates.id"))
    team_id: Mapped[str | None]
    is_bookable: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    calcom_event_type_id: Mapped[int | None]  # kept in the outside calendar, too, under this event type
    created_at: Mapped[datetime]


class Skill(Base):
    """A technician who can do a service."""

    __tablename__ = "skills"

    service_id: Mapped[str] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technicians.id", ondelete="CASCADE"), primary_key=True)


class ServiceArea(Base):
    """A run of postal codes the business covers, first and last included, and the travel zone they lie in."""

    __tablename__ = "service_areas"
    __table_args__ = (Index("ix_service_areas_org_id", "org_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    first_code: Mapped[str]
    last_code: Mapped[str]
    zone: Mapped[str | None]


class Travel(Base):
    """Minutes of driving to keep free between visits in two travel zones; the same zone twice is the ride inside it."""

    __tablename__ = "travel"

    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    from_zone: Mapped[str] = mapped_column(primary_key=True)
    to_zone: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int]
