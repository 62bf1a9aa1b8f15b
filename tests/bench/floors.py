"""The two floors: the least FastAPI, pydantic and SQLAlchemy can do for the same answers, nothing of ours in it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

READY = 140


class Slot(BaseModel):
    start: datetime
    end: datetime
    formatted: str
    slot: str


class Slots(BaseModel):
    slots: list[Slot]
    timezone: str


class NewVisit(BaseModel):
    customerPhone: str = Field(min_length=1, max_length=40)
    customerName: str | None = Field(default=None, max_length=200)
    scheduledStartAt: datetime
    scheduledEndAt: datetime
    serviceLabel: str | None = None


class Base(DeclarativeBase):
    pass


class Visit(Base):
    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(primary_key=True)
    phone: Mapped[str]
    name: Mapped[str | None]
    start_at: Mapped[datetime] = mapped_column(index=True)
    end_at: Mapped[datetime]


class Stored(BaseModel):
    id: str
    phone: str
    start_at: datetime


def floor_app(url: str) -> FastAPI:
    """The app of both floors, over the database at `url` (an async driver's)."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def prepare(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA busy_timeout=30000")
            cursor.close()

    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
        await engine.dispose()

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as opened:
            yield opened

    app = FastAPI(lifespan=lifespan)
    first = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    ready = [
        Slot(
            start=at,
            end=at + timedelta(minutes=30),
            formatted=f"{at:%A, %B %d, %Y at %I:%M %p}",
            slot=f"{at:%Y-%m-%d %H:%M}",
        )
        for at in (first + timedelta(minutes=30 * number) for number in range(READY))
    ]

    @app.get("/floor/slots", response_model=Slots)
    async def slots() -> dict[str, object]:
        return {"slots": ready, "timezone": "America/New_York"}

    @app.post("/floor/visits", response_model=Stored, status_code=201)
    async def create(body: NewVisit, db: Annotated[AsyncSession, Depends(session)]) -> Visit:
        visit = Visit(
            id=str(uuid.uuid4()),
            phone=body.customerPhone,
            name=body.customerName,
            start_at=body.scheduledStartAt.replace(tzinfo=None),
            end_at=body.scheduledEndAt.replace(tzinfo=None),
        )
        db.add(visit)
        await db.commit()
        return visit

    return app
