"""The business: who it is, how it wants to be run, and the numbers people reach it by."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.columns import Base, new_id


class Org(Base):
    """One business. Everything it could want different from another business is a column here, never a setting."""

    __tablename__ = "orgs"
    __table_args__ = (
        Index("ix_orgs_vapi_token", "vapi_token", unique=True),
        Index("ix_orgs_elevenlabs_token", "elevenlabs_token", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    trade: Mapped[str] = mapped_column(default="general")
    timezone: Mapped[str]
    region: Mapped[str] = mapped_column(default="US")
    template_id: Mapped[str | None]  # its hours; no foreign key, since templates already point at their business
    about: Mapped[str] = mapped_column(default="")
    assistant_name: Mapped[str] = mapped_column(default="")  # what the assistant calls itself; empty: nothing
    persona: Mapped[str] = mapped_column(default="")  # how it speaks, in a sentence
    forward_to: Mapped[str | None]
    transfer_number: Mapped[str | None]
    answer_first: Mapped[str] = mapped_column(default="forward")  # forward, forward_then_assistant, assistant
    forward_seconds: Mapped[int] = mapped_column(default=20)
    screen_forwarded: Mapped[bool] = mapped_column(default=False)
    outbound_enabled: Mapped[bool] = mapped_column(default=True)
    booking_mode: Mapped[str] = mapped_column(default="instant")
    approval_hours: Mapped[int] = mapped_column(default=24)
    voice_identity: Mapped[str] = mapped_column(default="match_caller")
    voice_confirm_changes: Mapped[bool] = mapped_column(default=False)
    cancel_cutoff_hours: Mapped[int] = mapped_column(default=0)
    textback_cooldown_minutes: Mapped[int] = mapped_column(default=60)
    missed_under_seconds: Mapped[int] = mapped_column(default=5)
    collect_seconds: Mapped[int] = mapped_column(default=4)
    bot_message_limit: Mapped[int] = mapped_column(default=25)
    quiet_from: Mapped[str] = mapped_column(default="21:00")
    quiet_until: Mapped[str] = mapped_column(default="08:00")
    reminder_offsets: Mapped[list[int]] = mapped_column(default=lambda: [1440, 120])
    alert_minutes: Mapped[int] = mapped_column(default=5)
    default_duration: Mapped[int] = mapped_column(default=60)
    retell_token: Mapped[str] = mapped_column(unique=True, default=new_id)
    callsavvy_token: Mapped[str] = mapped_column(unique=True, default=new_id)
    vapi_token: Mapped[str] = mapped_column(default=new_id)
    elevenlabs_token: Mapped[str] = mapped_column(default=new_id)
    callsavvy_ips: Mapped[list[str]] = mapped_column(default=list)  # who may post there; empty lets everyone
    whatsapp_enabled: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[bool] = mapped_column(default=True)  # each morning a text to the owner about the night
    silence_hours: Mapped[int] = mapped_column(default=0)  # opening hours without a call or text; 0: nobody is told
    alert_on_booking: Mapped[bool] = mapped_column(default=True)  # text whoever is on call what the assistant booked
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # its own wordings, by kind; the rest are the house's
    carrier_registration: Mapped[str] = mapped_column(default="not_started")  # not_started, submitted, approved
    config_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    @property
    def zone(self) -> ZoneInfo:
        """The zone the business keeps its wall clock in."""
        return ZoneInfo(self.timezone)


class EntryPoint(Base):
    """A way in: a tracked phone number (kind `number`), a web chat (`widget`), a booking page (`page`) or a `link`.

    `answers` says what a call to it gets: `forward` rings the shop first, `voicemail` takes a message at once. `target`
    is the page's slug or the link's address; `source` names, for the leads that come this way, where they come from.
    `template_id` and `timezone` are when somebody is there, null for the business's own.
    """

    __tablename__ = "entry_points"
    __table_args__ = (Index("ix_entry_points_org_id", "org_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[str] = mapped_column(default="number")
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(unique=True)
    answers: Mapped[str] = mapped_column(default="forward")
    forward_to: Mapped[str | None]
    target: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    origins: Mapped[list[str]] = mapped_column(default=list)  # the sites a web chat may stand on
    template_id: Mapped[str | None]
    timezone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
