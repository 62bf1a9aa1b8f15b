"""Problems as JSON (RFC 9457), and what becomes of bodies that cannot be read and of bugs."""

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.deps import Needs, admit
from tools.problems import Problem

log = logging.getLogger("ringback")

STATUS: dict[str, int] = {
    "UNAUTHORIZED": 401,
    "INSUFFICIENT_SCOPE": 403,
    "IP_NOT_ALLOWED": 403,
    "IDENTITY_NEEDED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "SLOT_UNAVAILABLE": 409,
    "IDEMPOTENCY_KEY_CONFLICT": 409,
    "IDEMPOTENCY_IN_PROGRESS": 409,
    "INVALID_TRANSITION": 409,
    "IN_USE": 409,
    "CHOICE_NEEDED": 409,
    "SAME_TIME": 409,
    "LINK_EXPIRED": 410,
    "BODY_TOO_LARGE": 413,
    "OUT_OF_SERVICE_AREA": 422,
    "OUTSIDE_BOOKING_WINDOW": 422,
    "CUTOFF_PASSED": 422,
    "OPTED_OUT": 422,
    "SERVICE_NOT_BOOKABLE": 422,
    "NO_OPEN_TIMES": 422,
    "CLAIM_NOT_ACCEPTED": 422,
    "RATE_LIMITED": 429,
    "INTERNAL_ERROR": 500,
    "UPSTREAM_UNAVAILABLE": 503,
}


def status_of(problem: Problem) -> int:
    """The HTTP status of a problem's code; what is not listed is a bad request."""
    return STATUS.get(problem.code, 400)


def problem_body(problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457 with ours: code, fix, hint and the code's extras."""
    return {
        "type": f"urn:ringback:problem:{problem.code.lower().replace('_', '-')}",
        "title": problem.title,
        "status": status_of(problem),
        "detail": problem.detail,
        "code": problem.code,
        "fix": problem.fix,
        "hint": problem.hint,
        **{name: value for name, value in problem.extras.items() if name != "retry_after"},
    }


def problem_response(problem: Problem) -> Response:
    """The problem as `application/problem+json`, with Retry-After or WWW-Authenticate where the code wants it."""
    headers = {}
    if "retry_after" in problem.extras:
        headers["Retry-After"] = str(problem.extras["retry_after"])
    if problem.code == "UNAUTHORIZED":
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        json.dumps(problem_body(problem), ensure_ascii=False, default=str),
        status_code=status_of(problem),
        media_type="application/problem+json",
        headers=headers,
    )


def bad_body(error: RequestValidationError) -> Problem:
    """One problem for a request that does not fit: it names the fields and never repeats what was in them."""
    found = error.errors()
    if isinstance(error.body, bytes):
        return Problem("INVALID_BODY", "The body is not sent as JSON.", fix="Send Content-Type: application/json.")
    if any(one["type"] == "json_invalid" for one in found):
        return Problem("INVALID_BODY", "The body is not valid JSON.", fix="Send one JSON object as application/json.")
    fields = [".".join(str(part) for part in one["loc"][1:]) for one in found]
    absent = [one["type"] == "missing" or one["input"] is None for one in found]
    missing = [field for field, gone in zip(fields, absent, strict=True) if gone and field]
    if missing:
        named = ", ".join(missing)
        return Problem("MISSING_FIELDS", f"Missing: {named}.", fix=f"Send {named}.", fields=missing)
    if not any(fields):
        return Problem("INVALID_BODY", "The body is not an object.", fix="Send one JSON object as application/json.")
    errors = [
        {"field": field, "detail": one["msg"].removeprefix("Value error, ")}
        for field, one in zip(fields, found, strict=True)
    ]
    named = ", ".join(dict.fromkeys(fields))
    return Problem(
        "VALIDATION_ERROR",
        f"Not allowed: {named}.",
        fix="; ".join(f"{e['field']}: {e['detail']}" for e in errors),
        errors=errors,
    )


def install_error_handlers(app: FastAPI) -> None:
    """Make every failure of the JSON doors a Problem; bugs are caught further out, in api.edge."""

    @app.exception_handler(Problem)
    async def on_problem(_request: Request, problem: Problem) -> Response:
        return problem_response(problem)

    @app.exception_handler(RequestValidationError)
    async def on_bad_body(request: Request, error: RequestValidationError) -> Response:
        return problem_response(await _refused_first(request) or bad_body(error))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_methods_there(request))
        refused = None if error.status_code == 405 else await _refused_first(request)
        return _plain(error.status_code, headers) if refused is None else problem_response(refused)


def internal_error() -> Problem:
    """What an outsider is told of a bug of ours."""
    return Problem("INTERNAL_ERROR", "Something went wrong on our side. Nothing was changed.", fix="Try again.")


def where(error: BaseException) -> str:
    """The last lines of ours an exception came through, as file and number."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])


def log_bug(request: Request, error: Exception) -> None:
    """Log where a bug happened, without the words of the exception: they may hold what a person wrote."""
    route = request.scope.get("route")
    log.error(
        "bug %s at %s route=%s request=%s",
        type(error).__name__,
        where(error),
        getattr(route, "path", "?"),
        getattr(request.state, "request_id", "?"),
    )


async def _refused_first(request: Request) -> Problem | None:
    """Why the caller is refused, where the framework gave up on the body before anybody asked who calls: then a
    stranger hears UNAUTHORIZED as for any body, and a flood of broken bodies is counted as a flood."""
    route = request.scope.get("route")
    if "rate" in request.scope["state"] or not isinstance(route, APIRoute):
        return None
    if not any(isinstance(one.call, Needs) for one in route.dependant.dependencies):
        return None
    try:
        await admit(request)
    except Problem as problem:
        return problem
    return None


def _methods_there(request: Request) -> list[str]:
    """The methods of the path that was asked for (RFC 9110 15.5.6); the framework names those of one route only."""
    found = [one for one in iter_route_contexts(request.app.routes) if one.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for one in found if one.path == found[0].path for method in one.methods or ()})


def _plain(status: int, headers: dict[str, str]) -> Response:
    """A failure of the framework itself (no route, wrong method, too large) in the same envelope."""
    codes = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE", 401: "UNAUTHORIZED"}
    phrase = HTTPStatus(status).phrase
    code = codes.get(status, "INVALID_BODY" if status < 500 else "INTERNAL_ERROR")
    body = problem_body(Problem(code, f"{phrase}.", fix="Check the path, the method and the size of the body."))
    return Response(
        json.dumps({**body, "status": status, "title": phrase}),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )
