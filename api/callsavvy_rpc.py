"""Callsavvy's RPC door: POST a resource's name with a pair of keys, get its envelope (CV-01 to CV-39). No logic.

Public-Key is a credential's id and Private-Key its secret; the two headers count on this door only.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api import callsavvy_desk, callsavvy_people
from api.callsavvy_words import Resource, Said
from api.deps import Caller, admit, lacking
from api.envelopes import parse, storable
from api.errors import status_of
from api.idempotency_key import act_once
from api.voice import body_of
from storage.context import Context
from tools.problems import Problem

router = APIRouter(include_in_schema=False)

RESOURCES: dict[str, Resource] = {**callsavvy_desk.RESOURCES, **callsavvy_people.RESOURCES}
VIDEO = "Video meetings and calls are not offered here: a visit to the home is a booking."
NOT_OFFERED = {
    "sendRobocall": "Automated voice broadcasts are not offered here: the law asks for a consent nobody gave.",
    **dict.fromkeys(("listMeetings", "getMeeting", "createMeeting"), VIDEO),
    **dict.fromkeys(("listVideoCalls", "getVideoCall", "createVideoCall"), VIDEO),
}
PATHS = ("/callsavvy/v1/{resource}", "/api/callsavvy/v1/{resource}")


def both_paths(*methods: str) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """Register an endpoint under the seed's path and among our own doors."""

    def register(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        for path in PATHS:
            router.add_api_route(path, endpoint, methods=list(methods), response_class=Response)
        return endpoint

    return register


@both_paths("POST")
async def call(request: Request, resource: str) -> Response:
    """One resource, in its envelope, failures too."""
    try:
        return await _answer(request, resource)
    except Problem as problem:
        retry = problem.extras.get("retry_after")
        message = f"{problem.detail} {problem.fix}".strip()
        if problem.code == "UNAUTHORIZED":
            message = "Invalid API credentials"
        return _failed(resource, message, status_of(problem), {"Retry-After": str(retry)} if retry else {})


@both_paths("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
async def only_post(resource: str) -> Response:
    """Any other method is not recognised (CV-03)."""
    return _failed(resource, "Only JSON-encoded POST requests are recognised.", 405, {"Allow": "POST"})


async def _answer(request: Request, resource: str) -> Response:
    caller = await _admitted(request)
    if resource in NOT_OFFERED:
        return _failed(resource, NOT_OFFERED[resource], 404, {})
    wanted = RESOURCES.get(resource)
    if wanted is None:
        raise Problem("NOT_FOUND", "There is no such resource.", fix="Check its spelling.")
    if not caller.may(wanted.scope):
        raise lacking([wanted.scope])
    said = Said(storable(parse(await body_of(request))))

    def unit(ctx: Context) -> dict[str, Any]:
        return {"resource": resource, "status": "success", "data": wanted.act(ctx, said)}

    if wanted.writes:
        return await act_once(request, caller, unit)
    return JSONResponse(await caller.read(unit))


async def _admitted(request: Request) -> Caller:
    """Whose pair of keys this is. Raises UNAUTHORIZED, IP_NOT_ALLOWED, RATE_LIMITED."""
    public, private = (request.headers.get(name, "").strip() for name in ("public-key", "private-key"))
    caller = await admit(request, secret=private)
    if not hmac.compare_digest(caller.credential.id.encode(), public.encode("utf-8", "replace")):
        raise Problem("UNAUTHORIZED", "The two keys are no pair.")
    return caller


def _failed(resource: str, message: str, status: int, headers: dict[str, str]) -> Response:
    body = {"resource": resource, "status": "error", "message": message}
    return JSONResponse(body, status_code=status, headers=headers)
