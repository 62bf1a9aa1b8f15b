"""A sandbox of its own for one conversation: a fresh store, the acts behind the doors, the real worker, no carrier."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from agent.replying import Model
from api.clock import Clock
from api.deps import House
from api.hands import hands
from api.keys import Keys
from api.limits import RateLimits
from api.settings import Settings
from api.usage import Usage
from api.worker import Worker
from storage.context import SYSTEM, Context
from storage.db import open_database
from storage.migrate import upgrade
from storage.tables import Message, Org
from tools import calls, inbound
from tools.left_behind import LeftBehind, left_behind

T = TypeVar("T")

CALLER = "+15125550142"  # of the numbers kept for fiction
ANSWERS = ("reply", "safety", "notice", "text_back")


@dataclass(slots=True)
class Stage:
    """One conversation under way. `seen` are the messages already given back."""

    house: House
    worker: Worker
    org: Org
    our_phone: str
    sent: int = 0
    seen: set[str] = field(default_factory=set)

    async def act(self, unit: Callable[[Context], T]) -> T:
        """One transaction for the business."""
        return await self.house.write(self.org, unit, actor=SYSTEM, channel="sms")

    async def text(self, *bodies: str) -> list[Message]:
        """The caller texts these in one go; what came back once the worker is done."""
        for body in bodies:
            self.sent += 1
            text = inbound.Text(f"eval-{self.sent}", CALLER, self.our_phone, body)
            await self.act(partial(inbound.receive, text=text))
            self.house.clock.advance(timedelta(seconds=1))
        return await self.after(seconds=self.org.collect_seconds + 1)

    async def miss(self) -> list[Message]:
        """The caller rings, and nobody takes it."""
        self.sent += 1
        sid = f"call-{self.sent}"

        def ended(ctx: Context) -> None:
            calls.dial_ended(ctx, calls.rang(ctx, sid, CALLER, self.our_phone), "no-answer", bridged=None)

        await self.act(ended)
        return await self.after(seconds=10)

    async def after(self, **by: float) -> list[Message]:
        """Let time pass (a timedelta's arguments); the new texts to the caller."""
        self.house.clock.advance(timedelta(**by))
        await self.worker.drain()
        fresh = [one for one in (await self.rows()).said if one.id not in self.seen]
        self.seen |= {one.id for one in fresh}
        return fresh

    async def rows(self) -> LeftBehind:
        """Everything in the store about the caller."""
        return await self.house.read(self.org, lambda ctx: left_behind(ctx, CALLER))


def template(folder: Path) -> Path:
    """An empty database of today's schema in `folder`, to be copied for every conversation."""
    file = folder / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@asynccontextmanager
async def stage(
    empty: Path, at: datetime, furnish: Callable[[Session, datetime], tuple[Org, str]], model: Model | None
) -> AsyncIterator[Stage]:
    """A stage over a copy of the `empty` database, whose clock shows `at` (aware) and runs on.

    `furnish` makes the business and gives it with its phone number. Without a model the script answers.
    """
    file = empty.with_name(f"{empty.stem}-played.db")
    await asyncio.to_thread(shutil.copyfile, empty, file)
    settings = Settings(database_url=f"sqlite:///{file}", secret_key="k" * 32)
    db = open_database(settings.database_url)
    try:
        house = House(settings, db, Clock(at), RateLimits(), Usage(db), Keys(db))
        org, phone = await db.write(lambda session: furnish(session, at))
        yield Stage(house, Worker(house, hands(model)), org, phone)
    finally:
        await db.close()
        for left in file.parent.glob(f"{file.name}*"):
            left.unlink()
