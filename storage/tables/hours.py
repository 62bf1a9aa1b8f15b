"""When the business works: named weekly templates, and dates that differ from them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class ScheduleTemplate(Base):
    """A named set of weekly working hours; the business, a technician or a service points at one."""

    __tablename__ = "schedule_templates"
    __table_args__ = (Index("ix_schedule_templates_org_id", "org_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    created_at: Mapped[datetime]


class Hours(Base):
    """One open span of one weekday, in minutes after local midnight; `closes` beyond 1440 runs past midnight."""

    __tablename__ = "hours"
    __table_args__ = (
        Index("ix_hours_template_id", "template_id"),
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("opens >= 0 and opens < 1440 and closes > opens and closes <= 2880", name="span"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    template_id: Mapped[str] = mapped_column(ForeignKey("schedule_templates.id", ondelete="CASCADE"))
    weekday: Mapped[int]  # Monday is 0, as in datetime.weekday()
    opens: Mapped[int]
    closes: Mapped[int]


class DateOverride(Base):
    """One date that differs: closed (no spans), or open at other hours, for the business or one technician.

    `spans` is a list of [opens, closes] in minutes after local midnight; an empty list closes the day.
    """

    __tablename__ = "date_overrides"
    __table_args__ = (Index("ix_date_overrides_org_id_day", "org_id", "day"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    technician_id: Mapped[str | None] = mapped_column(ForeignKey("technicians.id", ondelete="CASCADE"))
    day: Mapped[date]
    spans: Mapped[list[list[int]]] = mapped_column(default=list)
    reason: Mapped[str | None]
