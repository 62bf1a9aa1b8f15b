"""Live pages by server-sent events: a stream says only that something changed; the page then asks for its parts anew.

One look at the database answers every stream of a process, four times a second and only while somebody watches.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from api.console.door import StaffCaller, router, signed_in
from storage import marks
from storage.db import Database
from tools import sight
from tools.problems import Problem

LOOK_EVERY = 0.25  # seconds
SIGN_OF_LIFE = 15.0  # seconds; proxies close what is silent for long
LASTS = 120.0  # seconds; the browser then comes again, and its session is looked at anew
STREAMS = 8  # of one session at a time

Place = tuple[str, str | None]  # a business, and one of its threads or its whole inbox


class Watch:
    """What one process watches for its open streams."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._watched: Counter[Place] = Counter()
        self._marks: dict[Place, str] = {}
        self._looked = asyncio.Condition()
        self._looker: asyncio.Task[None] | None = None
        self.streams: Counter[str] = Counter()

    async def changes(self, place: Place, known: str | None, lasts: float = LASTS) -> AsyncIterator[str | None]:
        """The mark of a place each time it is another one, first against `known`; None as a sign of life. Ends after
        `lasts` seconds."""
        until = asyncio.get_running_loop().time() + lasts
        self._watched[place] += 1
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look())
        try:
            while (left := until - asyncio.get_running_loop().time()) > 0:
                try:
                    async with asyncio.timeout(min(SIGN_OF_LIFE, left)):
                        mark = await self._next(place, known)
                except TimeoutError:
                    yield None
                    continue
                if stopping():
                    return
                if known is not None:
                    yield mark
                known = mark
        finally:
            self._watched[place] -= 1
            if not self._watched[place]:
                del self._watched[place]
                self._marks.pop(place, None)

    async def _next(self, place: Place, known: str | None) -> str | None:
        async with self._looked:
            await self._looked.wait_for(lambda: stopping() or self._marks.get(place, known) != known)
            return self._marks.get(place)

    async def _look(self) -> None:
        while self._watched and not stopping():
            places = list(self._watched)
            found = await self._db.read(
                lambda session: {
                    (org, thread): marks.thread_mark(session, org, thread) if thread else marks.inbox_mark(session, org)
                    for org, thread in places  # noqa: B023 - run before the next round
                }
            )
            async with self._looked:
                self._marks.update((place, mark) for place, mark in found.items() if place in self._watched)
                self._looked.notify_all()
            await asyncio.sleep(LOOK_EVERY)
        async with self._looked:
            self._looked.notify_all()


@router.get("/live")
async def live(
    request: Request,
    caller: Annotated[StaffCaller, Depends(signed_in)],
    conversation: str | None = None,
    mark: str | None = None,
) -> Response:
    """A stream of "changed" for the inbox, or for one thread; `mark` is how the page that asks found it."""
    if conversation is not None:
        await caller.read(lambda ctx: sight.thread(ctx, caller.staff, conversation))
    watch = watch_of(request)
    if watch.streams[caller.session.id] >= STREAMS:
        raise Problem("RATE_LIMITED", "Too many live pages are open in this browser.", fix="Close some of them.")
    known = request.headers.get("last-event-id") or mark
    stream = _told(watch, caller.session.id, (caller.org.id, conversation), known)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def stopping() -> bool:
    """Whether this process was told to end: the server waits for every open answer, and a stream would never end.

    uvicorn keeps that to itself, behind the signal handler it installs; without a server nothing is stopping.
    """
    return bool(getattr(getattr(signal.getsignal(signal.SIGTERM), "__self__", None), "should_exit", False))


def watch_of(request: Request) -> Watch:
    """The watch of this process."""
    state = request.app.state
    if not hasattr(state, "watch"):
        state.watch = Watch(state.house.db)
    watch: Watch = state.watch
    return watch


async def _told(watch: Watch, session_id: str, place: Place, known: str | None) -> AsyncIterator[str]:
    watch.streams[session_id] += 1
    try:
        yield "retry: 1000\n\n"
        async for mark in watch.changes(place, known):
            yield ": still here\n\n" if mark is None else f"id: {mark}\nevent: changed\ndata: now\n\n"
    finally:
        watch.streams[session_id] -= 1
