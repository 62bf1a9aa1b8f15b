"""Evidence that a credential was used: last use, count, and one audit row a call (CS-03), written in batches.

A write for every read would make reads cost a commit. The batch waits half a second at most, so a crash loses at most
that much evidence and never a booking.
"""

import asyncio
from datetime import datetime

from fastapi import Request

from storage.credential_use import Use, record
from storage.db import Database
from storage.tables import Credential

PAUSE = 0.5
LONGEST_CALLS = 120  # pauses a call under way is waited for, so that its row tells how it ended


class Usage:
    """The uses not yet written, and the task that writes them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Credential, datetime, Request, int]] = []

    def note(self, credential: Credential, at: datetime, request: Request) -> None:
        """Remember one use; it is written within half a second of its answer."""
        self._waiting.append((credential, at, request, 0))

    async def keep_writing(self) -> None:
        """Write what was noted, until cancelled; then write the rest."""
        try:
            while True:
                await asyncio.sleep(PAUSE)
                await self.flush()
        finally:
            await self.flush(last=True)

    async def flush(self, *, last: bool = False) -> None:
        """Write what was noted so far, calls that are still under way only at the `last` time."""
        uses, self._waiting = self._waiting, []
        written: list[Use] = []
        for credential, at, request, pauses in uses:
            if last or pauses >= LONGEST_CALLS or hasattr(request.state, "status"):
                written.append(_as_row(credential, at, request))
            else:
                self._waiting.append((credential, at, request, pauses + 1))
        if written:
            await self._db.write(lambda session: record(session, written))


def _as_row(credential: Credential, at: datetime, request: Request) -> Use:
    route = getattr(request.scope.get("route"), "path", "?")
    status = getattr(request.state, "status", None)
    return Use(credential, at, f"{request.method} {route}", status, getattr(request.state, "request_id", None))
