"""The cast: Bluebird Heating of Austin, Dana and Luis who drive out, Sarah and the neighbours who call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.context import ASSISTANT, Actor, Context
from storage.db import Database
from storage.seed import demo_id, seed_demo
from storage.tables import Booking, Org, Service
from tools.booking import Visit, book, history
from tools.problems import Problem

T = TypeVar("T")

AUSTIN = ZoneInfo("America/Chicago")
SATURDAY = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 10:00 in Austin
SARAH, MARCUS, PRIYA = "+15125550142", "+15125550143", "+15125550144"
DANA, LUIS = demo_id("dana"), demo_id("luis")
MIA = Actor("staff", "Mia")
ACME = Actor("integration", "Acme Dispatch", "credential-1")
# What a voice agent's answer begins with when something was done; no failure may hold one (contract 2.6).
SUCCESS = ("Booked!", "Requested!", "Cancelled!", "Rescheduled!", "Noted!", "Queued!")


def bluebird(session: Session, now: datetime = SATURDAY) -> Org:
    """The demo company as plain rows in this session."""
    return seed_demo(session, now)


def at(wall: str) -> datetime:
    """An instant from Austin's wall clock: at("2026-11-23 09:00")."""
    return datetime.fromisoformat(wall).replace(tzinfo=AUSTIN).astimezone(UTC)


def wall(instant: datetime) -> str:
    """The way back: "2026-11-23 09:00"."""
    return f"{instant.astimezone(AUSTIN):%Y-%m-%d %H:%M}"


def diagnostic(ctx: Context) -> Service:
    """90 minutes on the hour; only Dana."""
    return ctx.session.get_one(Service, demo_id("diagnostic-visit"))


def water_heater(ctx: Context) -> Service:
    """Three hours; Dana or Luis."""
    return ctx.session.get_one(Service, demo_id("water-heater-install"))


def visit(
    ctx: Context, start: str, phone: str | None = SARAH, service: Callable[[Context], Service] = diagnostic, **more: Any
) -> Booking:
    """Book a visit of the cast at a wall time."""
    return book(ctx, Visit(at(start), service(ctx), customer_phone=phone, **more))


@dataclass
class Office:
    """One business over one database, with a clock that is set by hand: `await office(unit)` is one transaction."""

    db: Database
    now: datetime = SATURDAY

    async def __call__(self, unit: Callable[[Context], T], **context: Any) -> T:
        return await self.db.write(lambda session: unit(self.context(session, **context)))

    def context(
        self,
        session: Session,
        *,
        now: datetime | None = None,
        actor: Actor = ASSISTANT,
        channel: str = "sms",
        scope: str | None = None,
    ) -> Context:
        return Context(session, bluebird(session), actor, channel, now or self.now, scope)

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


def count(ctx: Context, table: type[Any]) -> int:
    """How many rows a table has."""
    return ctx.session.scalar(select(func.count()).select_from(table)) or 0


def events(ctx: Context, row: Booking) -> list[str]:
    """What happened to a visit, in words."""
    return [line.event for line in history(ctx, row)]


async def refused(office: Office, unit: Callable[[Context], Any], **context: Any) -> Problem:
    """The problem a unit of work is refused with."""
    with pytest.raises(Problem) as caught:
        await office(unit, **context)
    return caught.value
