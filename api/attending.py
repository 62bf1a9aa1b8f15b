"""One call's connection seen through: the call it belongs to, and its end, whichever side or fault brings it about."""

import asyncio
import logging
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from api import frames
from api.deps import House
from api.errors import where
from api.line import Line
from api.turns import ThreadUnits
from storage.context import ASSISTANT
from storage.tables import Org
from tools import talking

log = logging.getLogger("ringback")

LONGEST_CALL = 1800.0  # seconds


class Session(Protocol):
    """What a door makes of one connection. `line` is there once the call is known; `ending` says how we ended it."""

    line: Line | None
    ending: str | None

    async def listen(self) -> None:
        """Take frames until the call is over. Raises BadFrame, WebSocketDisconnect, TimeoutError when none come."""
        ...

    async def time_is_up(self) -> None:
        """The call has lasted too long: say so, and hang up."""
        ...


async def attend(socket: WebSocket, session: Session) -> None:
    """Run an accepted connection to its end; nothing it brings gets past this."""
    code, reason = frames.DONE, "agent_hangup"
    try:
        try:
            async with asyncio.timeout(LONGEST_CALL) as limit:
                await session.listen()
        except TimeoutError:
            if not limit.expired():
                raise
            try:
                await session.time_is_up()
            finally:
                session.ending = "max_duration_reached"
    except WebSocketDisconnect as gone:
        reason = "user_hangup" if gone.code in frames.HUNG_UP else "connection_lost"
    except frames.BadFrame as bad:
        code, reason = bad.code, "corrupt_frame"
    except TimeoutError:
        code, reason = frames.NOT_ALLOWED, "inactivity"
    except Exception as bug:  # noqa: BLE001 - the edge of a connection: what gets here is a bug of ours
        log.error("bug %s in a call at %s", type(bug).__name__, where(bug))
        code, reason = frames.OURS, "error"
    finally:
        if session.line is not None:
            lines: dict[str, Line] = socket.app.state.lines
            if lines.get(session.line.call.call_id) is session.line:
                del lines[session.line.call.call_id]
            await session.line.close(session.ending or reason)
        await frames.close(socket, code)


async def join(socket: WebSocket, org: Org, ring: talking.Ring) -> Line:
    """The line of this call. A connection it had before falls silent: a call has one mouth."""
    house: House = socket.app.state.house
    lines: dict[str, Line] = socket.app.state.lines
    call = await house.write(org, lambda ctx: talking.begin(ctx, ring), actor=ASSISTANT, channel="voice")
    before = lines.get(call.call_id)
    if before is not None:
        await before.quiet()
    units = ThreadUnits(house, org, "voice", call.thread_id)
    lines[call.call_id] = found = Line(units, socket.app.state.model, call, ring.socket)
    return found
