"""Asked once, done once: a tool call under its natural key, kept with its answer (V-1, house rule 2 of the wire facts).

A platform may repeat a failed call, and a model re-issues the same call within seconds. The row with the key is written
before the act, so of two at the same moment one waits for the other and then finds its answer.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from storage.context import Context
from storage.idempotency import answered
from storage.once import insert_once
from storage.tables import ToolCall, new_id
from tools.problems import Problem
from tools.tool import Said


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
) -> tuple[Said, bool]:
    """Run a tool and keep the call; the answer, and whether it is the stored one of an earlier call with this `key`.

    What a failed act wrote is undone, and its key is free again; `refuse` turns the Problem into the answer and may
    write what a refusal leaves behind (a list that was read out, a task for the office). An earlier answer that is no
    longer `still_so` (booked, cancelled, and booked again) gives its key up, and the tool runs anew.
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
    }
    while not insert_once(ctx.session, ToolCall, ["org_id", "key"], **row):
        before = None if key is None else answered(ctx, key)
        assert before is not None
        if still_so is None or still_so(before):
            return Said(before.ok, before.answer, before.code, before.data, before.booking_id), True
        before.key = None
    try:
        with ctx.session.begin_nested():
            said = run()
    except Problem as problem:
        said = refuse(problem)
    kept = ctx.session.get_one(ToolCall, call_id)
    kept.ok, kept.code, kept.answer, kept.data = said.ok, said.code, said.say, said.data
    kept.booking_id = said.booking_id
    kept.key = key if said.ok else None
    kept.milliseconds = round((time.perf_counter() - started) * 1000)
    ctx.session.flush()
    return said, False
