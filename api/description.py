"""GET /api/v1/openapi.json: what FastAPI finds in the routes, completed with every answer, header and example."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import STATUS, problem_body
from api.examples import made, request
from api.wire import ProblemShown
from tools.problems import CODES, Problem

ABOUT = """Answers are JSON. A refusal is `application/problem+json` (RFC 9457): `code` is for programs, `detail` may be
shown to a person, `fix` says what to change. Times with an offset are taken as they stand, without one they are the
business's local time; answers are UTC unless a member says local. Every answer to a credential carries `RateLimit` and
`RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): 60 requests a minute and 10,000 a day."""

# Codes that no schema gives away.
ALSO: dict[str, tuple[str, ...]] = {
    "GET /api/private/v1/slots": ("NOT_FOUND", "OUT_OF_SERVICE_AREA", "SERVICE_NOT_BOOKABLE"),
    "GET /api/v1/bookings/available-slots": ("NOT_FOUND", "OUT_OF_SERVICE_AREA", "SERVICE_NOT_BOOKABLE"),
    "GET /api/v1/scheduling-bookings": ("NOT_FOUND",),
    "POST /api/v1/scheduling-bookings/check-availability": ("SERVICE_NOT_BOOKABLE",),
    "POST /api/v1/scheduling-bookings/available-slots": ("SERVICE_NOT_BOOKABLE",),
    "POST /api/v1/conversations/{conversation_id}/messages": ("OPTED_OUT",),
}
# Whatever places a visit or a hold may be refused by the business's rules.
PLACING = ("SLOT_UNAVAILABLE", "OUTSIDE_BOOKING_WINDOW", "OUT_OF_SERVICE_AREA", "SERVICE_NOT_BOOKABLE", "CUTOFF_PASSED")
PLACES = ("bookings", "scheduling-bookings", "holds")
POINTS = ("_id", "_ids", "Id", "service", "event_type_slug", "event_type_name")  # ends of members that name a row
TITLES = {
    400: ("BadRequest", "The request cannot be read, or a value in it is not allowed."),
    401: ("Unauthorized", "No valid credential came with the request."),
    403: ("Forbidden", "The credential may not do this, or not from this address."),
    404: ("NotFound", "There is no such thing, or it is another business's."),
    409: ("Conflict", "The time is taken, the state does not allow it, or the Idempotency-Key was used before."),
    413: ("TooLarge", "The body is over 64 KB."),
    422: ("AgainstPolicy", "Well formed, but the business's rules say no."),
    429: ("TooMany", "The credential's requests are used up; Retry-After says for how many seconds."),
    500: ("Bug", "Something went wrong on our side. Nothing was changed."),
}
# The two other ways to send a credential's secret; `deps.Needs` tells of the first.
ALSO_SECRET: dict[str, Any] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same secret in a header."},
    "basic": {"type": "http", "scheme": "basic", "description": "The same secret as the user name, no password."},
}
RATE = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit", "RateLimit-Policy")}
REQUEST_ID = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
HEADERS: dict[str, Any] = {
    "RateLimit": ('"default";r=59;t=60', "What remains of the quota (r), and seconds until it is whole again (t)."),
    "RateLimit-Policy": ('"default";q=60;w=60', "The quota (q) and its window in seconds (w)."),
    "X-Request-Id": ("9f86d081884c7d65", "Names this request in our log."),
    "Retry-After": ("17", "Seconds to wait before the request is made again."),
    "Idempotent-Replayed": ("true", "Present on a repeat: this is the stored answer, and nothing was done."),
    "WWW-Authenticate": ("Bearer", "How to say who is calling."),
}


def install_description(app: FastAPI) -> None:
    """Have the app tell the complete description; it is made at the first request for it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            told = get_openapi(title=app.title, version=app.version, routes=app.routes, description=ABOUT)
            app.openapi_schema = completed(told)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def completed(told: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's description with what it cannot know: our failures, headers and examples. Changes and returns it."""
    parts = told["components"]
    schemas = parts["schemas"]
    for gone in ("HTTPValidationError", "ValidationError"):  # the framework's own, which nobody ever sees
        schemas.pop(gone, None)
    schemas["Problem"] = ProblemShown.model_json_schema()
    parts["headers"] = {
        name: {"description": about, "schema": {"type": "string"}, "example": example}
        for name, (example, about) in HEADERS.items()
    }
    parts["securitySchemes"] |= ALSO_SECRET
    parts["responses"] = {name: _failure(status, about) for status, (name, about) in TITLES.items()}
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if "/voice/" in path:
                _speak(operation)
            else:
                _complete(f"{method.upper()} {path}", operation, schemas)
    return told


def _complete(name: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    secured = "security" in operation
    if secured:
        operation["security"] += [{name: []} for name in ALSO_SECRET]
    parameters = operation.get("parameters", [])
    for one in parameters:
        example = made(one["schema"], schemas, one["name"])
        if example is not None:
            one["example"] = example
    if body := operation.get("requestBody"):
        for content in body["content"].values():
            content["example"] = request(content["schema"], schemas)
    keyed = any(one["name"] == "Idempotency-Key" for one in parameters)
    for status in [one for one in operation["responses"] if one in ("4XX", "422")]:
        del operation["responses"][status]
    for answer in operation["responses"].values():
        answer["headers"] = {**REQUEST_ID, **(RATE if secured else {})}
        if keyed:
            answer["headers"]["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
        for content in answer.get("content", {}).values():
            content.setdefault("example", made(content["schema"], schemas))
    for status in sorted(_statuses(name, operation, schemas, secured=secured, keyed=keyed)):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{TITLES[status][0]}"}


def _statuses(name: str, operation: dict[str, Any], schemas: dict[str, Any], *, secured: bool, keyed: bool) -> set[int]:
    """Every status above 399 this operation can answer."""
    method, path = name.split(" ")
    in_path = [one for one in operation.get("parameters", ()) if one["in"] == "path"]
    found = {500, *(STATUS[code] for code in ALSO.get(name, ()))}
    if secured:
        found |= {401, 403, 429}
    if body := operation.get("requestBody"):
        found |= {400, 413}
        written = body["content"]["application/json"]["schema"]
        refs = [one["$ref"] for one in (written, *written.get("anyOf", ())) if "$ref" in one]
        members = [member for ref in refs for member in schemas[ref.rpartition("/")[2]].get("properties", ())]
        if any(member.endswith(POINTS) for member in members):
            found.add(404)
    if len(in_path) < len(operation.get("parameters", ())):
        found.add(400)
    if in_path or "sandbox" in path:
        found.add(404)
    if method != "GET" and (keyed or in_path or path.count("/") == 3):  # a change; what is there may not allow it
        found.add(409)
    if keyed:
        found.add(413)
    if keyed and method in ("POST", "PATCH") and any(f"/{place}" in path for place in PLACES):
        found |= {STATUS[code] for code in PLACING}
    return found


def _failure(status: int, about: str) -> dict[str, Any]:
    codes = [code for code in CODES if STATUS.get(code, 400) == status]
    shown = {
        code: {"value": problem_body(Problem(code, f"{CODES[code]}.", fix="What to change is said here."))}
        for code in codes
    }
    headers = {**REQUEST_ID, **({} if status in (401, 500) else RATE)}
    if status == 401:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    if status in (409, 429):
        headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": shown}
    return {
        "description": f"{about} Codes: {', '.join(codes)}.",
        "headers": headers,
        "content": {"application/problem+json": problem},
    }


def _speak(operation: dict[str, Any]) -> None:
    """A tool of the voice door: any of four envelopes in, a sentence out, whatever happens."""
    sentence = {"text/plain": {"schema": {"type": "string"}}}
    operation["requestBody"] = {
        "required": True,
        "description": "The arguments as they are, or in Retell's, Vapi's or ElevenLabs' envelope.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": {"phone": "+15125550142"}}},
    }
    # Vapi wants its results as JSON; everybody else hears text.
    operation["responses"]["200"]["content"] = {**sentence, "application/json": {"schema": {"type": "object"}}}
    operation["responses"].pop("422", None)
    for status in (401, 403, 413, 429):
        operation["responses"][str(status)] = {
            "description": f"{TITLES[status][1]} The body begins with the tool's failure words.",
            "content": sentence,
        }
