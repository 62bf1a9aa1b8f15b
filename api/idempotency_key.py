"""The Idempotency-Key header: the same request twice is done once, and answered twice (contract 2.4).

The key is claimed, the act done and its answer stored in one unit: a crash leaves all of it or nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.deps import Caller
from storage import idempotency
from storage.context import Context
from tools.problems import Problem

LONGEST_KEY = 255
HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 visible characters. The same request with the same key within 24 hours is done once; the "
    "repeat gets the stored answer and the header `Idempotent-Replayed: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


@dataclass(frozen=True, slots=True)
class _Given:
    status: int
    body: str
    replayed: bool = False


async def act_once(request: Request, caller: Caller, act: Callable[[Context], Any], *, status: int = 200) -> Response:
    """Run `act` as this caller and answer its value as JSON with `status`; 204 has no body.

    With an Idempotency-Key a repeat is answered from the store and nothing is done. Raises VALIDATION_ERROR for a key
    that is not one, IDEMPOTENCY_KEY_CONFLICT, IDEMPOTENCY_IN_PROGRESS, and whatever the act raises.
    """
    key = presented_key(request)
    print_of_it = await fingerprint(request)

    def unit(ctx: Context) -> _Given:
        if key is not None:
            before = idempotency.claim(ctx, caller.credential.id, key, print_of_it)
            if before is not None:
                return _stored(before.fingerprint == print_of_it, before.status, before.body)
        value = act(ctx)
        body = "" if status == 204 else json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if key is not None:
            idempotency.finish(ctx, caller.credential.id, key, status, body)
        return _Given(status, body)

    given = await caller.write(unit, scope=caller.credential.id)
    headers = {"Idempotent-Replayed": "true"} if given.replayed else {}
    if not given.body:
        return Response(status_code=given.status, headers=headers)
    return Response(given.body, status_code=given.status, media_type="application/json", headers=headers)


def presented_key(request: Request) -> str | None:
    """The key as sent bare or as a quoted structured-field string; None without the header."""
    sent = request.headers.get("idempotency-key")
    if sent is None:
        return None
    key = sent.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= one <= "~" for one in key):
        raise Problem(
            "VALIDATION_ERROR",
            "The Idempotency-Key is not one.",
            fix="Send 1 to 255 visible characters, such as a UUID.",
        )
    return key


async def fingerprint(request: Request) -> str:
    """What is asked, as 64 hex digits: method, path and the body as canonical JSON."""
    raw = await request.body()
    try:
        return idempotency.call_key(request.method, request.url.path, json.loads(raw) if raw else None)
    except (ValueError, RecursionError) as error:
        raise Problem("INVALID_BODY", "The body is not JSON we can read.", fix="Send one flat object.") from error


def _stored(same: bool, status: int | None, body: str | None) -> _Given:
    if not same:
        raise Problem(
            "IDEMPOTENCY_KEY_CONFLICT",
            "This Idempotency-Key was used for another request.",
            fix="Use a new key for a new request.",
        )
    if status is None or body is None:
        raise Problem(
            "IDEMPOTENCY_IN_PROGRESS",
            "The first request with this key still runs.",
            fix="Ask again in a second.",
            retry_after=1,
        )
    return _Given(status, body, replayed=True)
