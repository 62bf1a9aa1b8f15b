"""The worker: claim a job, give it to its hand, and see that it is settled.

A hand settles its job in the transaction of its result (`storage.outbox.settle`). What a hand raises is a bug: the job
waits and is tried again, and after `TRIES` it is failed and the office gets a task, so one bad row blocks nobody.
"""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from api.deps import House
from api.errors import where
from storage import lookup, outbox
from storage.context import SYSTEM, Actor, Context
from storage.db import DatabaseDown
from storage.sweeping import sweep
from storage.tables import Job, Task

log = logging.getLogger("ringback")

T = TypeVar("T")
Hand = Callable[[House, Job], Awaitable[None]]

AT_ONCE = 128  # hands at work, most of them waiting for somebody's answer
BATCH = 32
# Of one topic, so that slow turns and receivers of events never take all hands.
ROOM = {"send": 64, "webhook": 8}
USUAL_ROOM = 16
# Seconds between looks when nobody rings. Another process's commit to an SQLite file rings no bell.
POLL = {"postgresql": 1.0, "sqlite": 0.1}
LATE_EVERY = 1.0  # seconds between two looks for leases that ran out
TRIES = 5
SWEEP_EVERY = 600.0  # seconds
WAITS = (5, 30, 120, 600)  # seconds before the next try of a job whose hand failed


async def for_job(
    house: House, job: Job, act: Callable[[Context], T], *, actor: Actor = SYSTEM, channel: str = "api"
) -> T:
    """Run an act of a hand for the business its job is about, in one transaction."""

    def run(session: Session) -> T:
        org = lookup.org_by_id(session, job.org_id)
        assert org is not None
        return act(house.context(session, org, actor, channel, None))

    return await house.db.write(run)


class Worker:
    """Runs the hands of one process. `last_beat` is the real time it last looked for work."""

    def __init__(self, house: House, hands: Mapping[str, Hand]) -> None:
        self._house = house
        self._hands = hands
        self._running: set[asyncio.Task[None]] = set()
        self._busy = Counter[str]()  # hands at work, by topic
        self._poll = POLL[house.db.url.get_backend_name()]
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.last_beat: datetime | None = None
        self._sweep_next = 0.0
        self._look_for_late = 0.0

    async def run(self) -> None:
        """Work until cancelled; then let the hands that are busy finish."""
        db = self._house.db
        try:
            while True:
                db.jobs_waiting.clear()
                self.last_beat = datetime.now(UTC)
                try:
                    await self._sweep()
                    wait = await self._once()
                except Exception as error:  # noqa: BLE001 - the edge of the worker: a lost connection comes back
                    log.error("looking for work failed: %s", type(error).__name__)
                    wait = self._poll
                if wait > 0:
                    try:
                        async with asyncio.timeout(wait):  # wait_for may swallow the cancelling
                            await db.jobs_waiting.wait()
                    except TimeoutError:
                        continue
        finally:
            if self._running:
                await asyncio.wait(self._running, timeout=30)

    async def drain(self) -> None:
        """Do everything that is due now, and what that brings about; for tests and the terminal chat."""
        self._look_for_late = 0.0
        while await self._once() == 0 or self._running:
            if self._running:
                await asyncio.wait(self._running)

    async def _sweep(self) -> None:
        """Sweep away what ran out, once in a while and a little at a time, so that work is never kept waiting."""
        if time.monotonic() < self._sweep_next:
            return
        now = self._house.clock.now()
        more = await self._house.db.write(lambda session: sweep(session, now))
        self._sweep_next = time.monotonic() + (self._poll if more else SWEEP_EVERY)

    async def _once(self) -> float:
        """Claim what is due and start it; how many seconds to wait before looking again."""
        topics = tuple(topic for topic in self._hands if self._busy[topic] < ROOM.get(topic, USUAL_ROOM))
        room = min(BATCH, AT_ONCE - len(self._running))
        if room <= 0 or not topics:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return 0
        if time.monotonic() >= self._look_for_late:
            self._look_for_late = time.monotonic() + LATE_EVERY
            if await self._house.db.read(outbox.lease_over):
                await self._house.db.write(outbox.free_late)
        now = self._house.clock.now()
        due = await self._house.db.read(lambda session: outbox.next_due(session, topics, now))
        if due is None or due > now:
            return self._poll if due is None else min(self._poll, max(0.005, (due - now).total_seconds()))
        jobs = await self._house.db.write(lambda s: outbox.claim(s, self.owner, now, topics=topics, limit=room))
        for job in jobs:
            self._busy[job.topic] += 1
            task = asyncio.create_task(self._do(job))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return 0 if jobs else self._poll

    async def _do(self, job: Job) -> None:
        try:
            await self._hands[job.topic](self._house, job)
        except Exception as error:  # noqa: BLE001 - the edge of the worker: a bug must not stop the others
            log.error("job %s topic=%s failed: %s at %s", job.id, job.topic, type(error).__name__, where(error))
            await self._put_back(job)
        finally:
            if self._busy[job.topic] >= ROOM.get(job.topic, USUAL_ROOM):
                self._house.db.jobs_waiting.set()  # others of this topic were left lying while it was full
            self._busy[job.topic] -= 1

    async def _put_back(self, job: Job) -> None:
        now = self._house.clock.now()
        try:
            await self._house.db.write(lambda session: _tried(session, job, now))
        except (DatabaseDown, OSError) as error:  # its lease ends, and it is found uncertain
            log.error("job %s could not be put back: %s", job.id, type(error).__name__)


def _tried(session: Session, job: Job, now: datetime) -> None:
    if job.attempts < TRIES:
        wait = WAITS[min(job.attempts, len(WAITS)) - 1]
        outbox.settle(session, job, "uncertain", now, reason="error", due_at=now + timedelta(seconds=wait))
        return
    if outbox.settle(session, job, "failed", now, reason="error"):
        session.add(
            Task(
                org_id=job.org_id,
                kind="needs_review",
                urgency="urgent",
                text=f"A {job.topic} job failed {job.attempts} times and was given up.",
                created_at=now,
            )
        )
