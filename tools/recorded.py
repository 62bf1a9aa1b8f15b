"""Asked once, done once: a tool call under its natural key, kept with its answer (V-1, house rule 2 of the wire facts).

A platform may repeat a failed call, and a model re-issues the same call within seconds. The row with the key is written
before the act, so of two at the same moment one waits for the other and then finds its answer.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import bindparam, update

from storage.asking import add, change
from storage.context import Context
from storage.idempotency import answered
from storage.once import insert_once
from storage.tables import ToolCall, new_id
from tools.problems import Problem
from tools.tool import Said

OUTCOME = (
    update(ToolCall.__table__)  # type: ignore[arg-type]
    .where(ToolCall.id == bindparam("call"))
    .values({name: bindparam(name) for name in ("ok", "code", "answer", "data", "booking_id", "key", "milliseconds")})
)


@dataclass(frozen=True, slots=True)
class Came:
    """How a platform's request came: whose envelope, the service in its path, the body as text, and which of the calls
    in that body this is."""

    platform: str
    event_type: str
    body: str
    place: int = 0

    @classmethod
    def of(cls, platform: str, event_type: str, body: bytes, place: int = 0) -> Self:
        """The same from raw bytes; what a database refuses is left out."""
        return cls(platform, event_type[:200], body.decode("utf-8", "replace").replace("\x00", ""), place)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, and whether it was given before. `came` is set when the call left no row, because it was undone or
    never ran; `call_id` is then the platform's."""

    said: Said
    replayed: bool = False
    came: Came | None = None
    call_id: str | None = None


def recorded(
    ctx: Context,
    name: str,
    arguments: Mapping[str, Any],
    run: Callable[[], Said],
    refuse: Callable[[Problem], Said],
    *,
    key: str | None = None,
    turn_id: str | None = None,
    still_so: Callable[[ToolCall], bool] | None = None,
    came: Came | None = None,
) -> tuple[Said, bool]:
    """Run a tool and keep the call; the answer, and whether it is the stored one of an earlier call with this `key`.

    What a failed act wrote is undone, and its key is free again; `refuse` turns the Problem into the answer and may
    write what a refusal leaves behind (a list that was read out, a task for the office). An earlier answer that is no
    longer `still_so` (booked, cancelled, and booked again) gives its key up, and the tool runs anew. With `came` the
    request is kept beside the answer, a repeat too.
    """
    started = time.perf_counter()
    call_id = new_id()
    row: dict[str, Any] = {
        "id": call_id,
        "org_id": ctx.org.id,
        "scope": ctx.scope or "",
        "channel": ctx.channel,
        "turn_id": turn_id,
        "name": name[:64],
        "arguments": dict(arguments),
        "key": key,
        "ok": False,
        "answer": "",
        "data": {},
        "milliseconds": 0,
        "created_at": ctx.now,
        **(asdict(came) if came else {}),
    }
    while key is not None and not insert_once(ctx.session, ToolCall, ["org_id", "key"], **row):
        before = answered(ctx, key)
        assert before is not None
        if still_so is None or still_so(before):
            if came is not None:
                keep(ctx, name, arguments, _as_before(before), came, _since(started), replay_of=before.id)
            return _as_before(before), True
        before.key = None
    try:
        with ctx.session.begin_nested():
            said = run()
    except Problem as problem:
        said = refuse(problem)
    outcome = {
        "ok": said.ok,
        "code": said.code,
        "answer": said.say,
        "data": said.data,
        "booking_id": said.booking_id,
        "key": key if said.ok else None,
        "milliseconds": _since(started),
    }
    if key is None:
        add(ctx, ToolCall, {**row, **outcome})
    else:
        change(ctx, OUTCOME, call=call_id, **outcome)
    return said, False


def keep(
    ctx: Context,
    name: str,
    arguments: Mapping[str, Any],
    said: Said,
    came: Came,
    milliseconds: int,
    *,
    replay_of: str | None = None,
) -> None:
    """Keep a call that is no key's first: a repeat, or one that was undone or never ran."""
    ctx.session.add(
        ToolCall(
            org_id=ctx.org.id,
            scope=ctx.scope or "",
            channel=ctx.channel,
            name=name[:64],
            arguments=dict(arguments),
            ok=said.ok,
            code=said.code,
            answer=said.say,
            data=said.data,
            booking_id=said.booking_id,
            milliseconds=milliseconds,
            replay_of=replay_of,
            created_at=ctx.now,
            **asdict(came),
        )
    )
    ctx.session.flush()


def _as_before(call: ToolCall) -> Said:
    return Said(call.ok, call.answer, call.code, call.data, call.booking_id)


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
