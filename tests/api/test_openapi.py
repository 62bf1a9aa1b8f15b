"""What the JSON doors say of themselves is true: /api/v1/openapi.json and /llms.txt."""

import json
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from sqlalchemy import delete

from api.app import create_app
from api.errors import STATUS
from api.settings import Settings
from storage.seed import demo_id
from storage.tables import Booking, Conversation, Lead, SlotCell
from tests.api.doors import booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

BOOKINGS = "/api/private/v1/bookings"
OPEN_TO_ALL = (
    "GET /api/private/v1/actions",
    "GET /api/v1/entry-points/{entry_point_id}/info",
    "GET /api/v1/booking-pages/{page_id}/info",
    "GET /api/v1/invites/{token}/info",
    "POST /api/v1/invites/{token}/accept",
)
APP = create_app(Settings(database_url="sqlite://"), work=False)


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description, made once; a test sees that anybody may fetch it."""
    told: dict[str, Any] = json.loads(json.dumps(APP.openapi()))
    return told


async def test_anybody_may_fetch_the_description(shop: Shop, described: dict[str, Any]) -> None:
    answer = await shop.client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json()) == (200, described)


def json_doors(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation of the JSON doors, by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if path.startswith(("/api/v1/", "/api/private/")) and "/voice/" not in path
    }


def fits(described: dict[str, Any], operation: str, status: int, body: Any) -> list[str]:
    """What in a body is not as the description says, unknown members included."""
    content = json_doors(described)[operation]["responses"][str(status)]["content"]["application/json"]
    closed = {
        name: {**schema, "additionalProperties": schema.get("additionalProperties", False)}
        if schema.get("type") == "object"
        else schema
        for name, schema in described["components"]["schemas"].items()
    }
    schema = {**content["schema"], "components": {"schemas": closed}}
    return [f"{list(error.path)}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)]


async def test_the_description_is_valid_openapi(described: dict[str, Any]) -> None:
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(described)] == []


async def test_every_operation_says_how_it_fails_and_who_may_call(described: dict[str, Any]) -> None:
    for name, operation in json_doors(described).items():
        assert "500" in operation["responses"], name
        assert not {"4XX", "default"} & set(operation["responses"]), name
        assert operation["description"], name
        open_to_all = name in OPEN_TO_ALL
        assert ("security" in operation) is not open_to_all, name
        if not open_to_all:
            assert {"401", "403", "429"} <= set(operation["responses"]), name


async def test_every_failure_is_a_problem_document_with_an_example_for_each_code(described: dict[str, Any]) -> None:
    problem = described["components"]["schemas"]["Problem"]
    for name, answer in described["components"]["responses"].items():
        for example in answer["content"]["application/problem+json"]["examples"].values():
            assert list(Draft202012Validator(problem).iter_errors(example["value"])) == [], name
            assert example["value"]["status"] in STATUS.values() or name == "BadRequest"


async def test_the_frameworks_own_failure_is_nowhere_in_it(described: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(described)


async def test_every_route_of_the_json_doors_is_in_it(described: dict[str, Any]) -> None:
    routes = {
        f"{method} {one.path_format}"
        for one in iter_route_contexts(APP.routes)
        for method in one.methods or ()
        if (one.path or "").startswith(("/api/v1/", "/api/private/"))
        # Voice is text, and the chat on a website is spoken by our own script alone.
        and not (one.path or "").startswith(("/api/v1/scheduling/voice/", "/api/v1/webchat/"))
    }
    assert routes - set(json_doors(described)) == {"GET /api/v1/openapi.json", "HEAD /api/v1/openapi.json"}


async def test_every_example_fits_its_own_schema(described: dict[str, Any]) -> None:
    wrong, told = [], 0
    for name, operation in json_doors(described).items():
        shown = [(one["schema"], one["example"]) for one in operation.get("parameters", ()) if "example" in one]
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            shown.append((content["schema"], content["example"]))
        told += len(shown)
        for schema, example in shown:
            whole = {**schema, "components": described["components"]}
            wrong += [f"{name}: {error.message}" for error in Draft202012Validator(whole).iter_errors(example)]
    assert wrong == []
    assert told > 200


async def test_every_answer_to_a_credential_tells_its_rate_limit(described: dict[str, Any]) -> None:
    for name, operation in json_doors(described).items():
        success = next(answer for status, answer in operation["responses"].items() if status < "3")
        assert {"RateLimit", "RateLimit-Policy"} <= set(success["headers"]) or "security" not in operation, name
    failures = described["components"]["responses"]
    assert {name for name, one in failures.items() if "RateLimit" not in one["headers"]} == {"Unauthorized", "Bug"}
    assert "Retry-After" in failures["TooMany"]["headers"]


async def test_the_request_examples_work_on_the_demo_company(shop: Shop, described: dict[str, Any]) -> None:
    key = await key_of(shop)
    for name, operation in json_doors(described).items():
        method, path = name.split(" ")
        if "requestBody" not in operation or "{" in path:
            continue
        body = operation["requestBody"]["content"]["application/json"]["example"]
        answer = await key.ask(method, path, body)
        assert answer.status_code < 300, f"{name}: {answer.text}"
        assert fits(described, name, answer.status_code, answer.json()) == [], name
        if "/bookings" in path or "-bookings" in path:  # the next door books the same hour
            await shop.change(Booking, status="cancelled")
            await shop.act(lambda ctx: ctx.session.execute(delete(SlotCell)))


async def test_the_examples_of_changes_work_too(shop: Shop, described: dict[str, Any]) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    team = await key.post("/api/v1/teams", {"name": "Plumbing"})
    await shop.text("No heat since Friday, I will wait", "SM1")
    (thread,) = await shop.rows(Conversation)
    template = await key.post("/api/v1/schedule-templates", {"name": "Nights", "schedule": []})
    hook = await key.post("/api/v1/webhooks", {"url": "https://hooks.example.com/", "events": ["*"]})
    ids = {
        "service_id": demo_id("water-heater-install"),
        "technician_id": demo_id("luis"),
        "lead_id": (await shop.rows(Lead))[0].id,
        "booking_id": booking_id,
        "team_id": team.json()["id"],
        "template_id": template.json()["id"],
        "conversation_id": thread.id,
        "webhook_id": hook.json()["id"],
    }
    told = 0
    for name, operation in json_doors(described).items():
        method, path = name.split(" ")
        wanted = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        if method not in ("PATCH", "PUT") or not set(wanted) <= set(ids):
            continue
        body = operation["requestBody"]["content"]["application/json"]["example"]
        answer = await key.ask(method, path.format(**ids), body)
        assert answer.status_code == 200, f"{name}: {answer.text}"
        assert fits(described, name, 200, answer.json()) == [], name
        told += 1
    assert told >= 8


async def test_every_success_has_a_described_body(described: dict[str, Any]) -> None:
    for name, operation in json_doors(described).items():
        (status,) = [one for one in operation["responses"] if one.startswith("2")]
        if status != "204":
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            assert "$ref" in schema, name


async def test_the_writes_that_take_a_key_say_so(described: dict[str, Any]) -> None:
    keyed = {
        name
        for name, operation in json_doors(described).items()
        if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ()))
    }
    assert {
        "POST /api/private/v1/bookings",
        "PATCH /api/private/v1/bookings/{booking_id}",
        "POST /api/v1/bookings",
        "DELETE /api/v1/bookings/{booking_id}",
        "POST /api/v1/scheduling-bookings",
        "POST /api/v1/scheduling-bookings/{booking_id}/cancel",
        "POST /api/v1/conversations/{conversation_id}/messages",
    } <= keyed


async def test_a_key_is_taken_besides_the_parameters_of_the_path(described: dict[str, Any]) -> None:
    parameters = described["paths"]["/api/private/v1/bookings/{booking_id}"]["patch"]["parameters"]
    assert {one["name"] for one in parameters} == {"booking_id", "Idempotency-Key"}


async def test_the_three_envelopes_of_a_credential_are_described(described: dict[str, Any]) -> None:
    schemes = described["components"]["securitySchemes"]
    assert {(one["type"], one.get("scheme") or one.get("name")) for one in schemes.values()} == {
        ("http", "bearer"),
        ("apiKey", "X-API-Key"),
        ("http", "basic"),
    }


async def test_what_is_answered_is_what_is_described(shop: Shop, described: dict[str, Any]) -> None:
    key = await key_of(shop)
    made = await key.post(BOOKINGS, visit_body())
    assert fits(described, f"POST {BOOKINGS}", 201, made.json()) == []
    booking_id = made.json()["booking"]["id"]
    await shop.miss("CA1")
    await shop.text("No heat since Friday, I will wait", "SM1")
    await shop.worker.drain()
    (lead, *_), (thread, *_) = await shop.rows(Lead), await shop.rows(Conversation)
    (call,) = (await key.get("/api/v1/calls"))["calls"]
    days = "start_date=2026-11-23&end_date=2026-11-27"
    for path, template in (
        ("/api/private/v1/health", None),
        ("/api/private/v1/actions", None),
        (BOOKINGS, None),
        (f"{BOOKINGS}/{booking_id}", f"{BOOKINGS}/{{booking_id}}"),
        ("/api/private/v1/slots", None),
        (
            f"/api/private/v1/conversations/{thread.id}/summary",
            "/api/private/v1/conversations/{conversation_id}/summary",
        ),
        (f"/api/private/v1/leads/{lead.id}/summary", "/api/private/v1/leads/{leadId}/summary"),
        ("/api/v1/bookings", None),
        (f"/api/v1/bookings/{booking_id}", "/api/v1/bookings/{booking_id}"),
        (f"/api/v1/bookings/available-slots?{days}", "/api/v1/bookings/available-slots"),
        ("/api/v1/scheduling-bookings", None),
        (f"/api/v1/scheduling-bookings/{booking_id}", "/api/v1/scheduling-bookings/{booking_id}"),
        ("/api/v1/leads", None),
        (f"/api/v1/leads/{lead.id}", "/api/v1/leads/{lead_id}"),
        ("/api/v1/conversations", None),
        (f"/api/v1/conversations/{thread.id}/messages", "/api/v1/conversations/{conversation_id}/messages"),
        ("/api/v1/messages", None),
        (f"/api/v1/calls/{call['id']}", "/api/v1/calls/{call_id}"),
        ("/api/v1/services", None),
        ("/api/v1/technicians", None),
        ("/api/v1/availability", None),
        ("/api/v1/blackouts", None),
        ("/api/v1/credentials", None),
        ("/api/v1/me", None),
        ("/api/v1/stats", None),
        ("/api/v1/stats/rows?of=missed_calls", "/api/v1/stats/rows"),
    ):
        assert fits(described, f"GET {template or path}", 200, await key.get(path)) == [], path


async def test_what_writes_answer_is_what_is_described(shop: Shop, described: dict[str, Any]) -> None:
    key = await key_of(shop)
    booking_id = (await booked(key))["id"]
    s3 = {"date": "2026-11-24", "time": "09:00", "fullName": "Sarah Jones", "phone": "+15125550142"}
    v1 = {"start_time": "2026-11-25T09:00:00", "phone": "+15125550142"}
    mark = f"/api/v1/scheduling-bookings/{booking_id}/mark-late"
    for method, path, template, body, status in (
        ("PATCH", f"{BOOKINGS}/{booking_id}", f"{BOOKINGS}/{{booking_id}}", {"notes": None}, 200),
        ("POST", "/api/v1/scheduling-bookings", None, s3, 201),
        ("POST", mark, "/api/v1/scheduling-bookings/{booking_id}/mark-late", {}, 200),
        ("POST", "/api/v1/scheduling-bookings/check-availability", None, s3, 200),
        ("POST", "/api/v1/scheduling-bookings/available-slots", None, {}, 200),
        ("POST", "/api/v1/bookings", None, v1, 201),
        ("POST", "/api/v1/leads", None, {"phone": "+15125550143"}, 201),
        ("POST", "/api/v1/blackouts", None, {"date": "2026-12-24"}, 201),
        ("POST", "/api/v1/credentials", None, {"name": "Reader", "scopes": ["READ_BOOKINGS"]}, 201),
    ):
        answer = await key.ask(method, path, body)
        assert answer.status_code == status, answer.text
        assert fits(described, f"{method} {template or path}", status, answer.json()) == [], path


async def test_an_agent_builder_finds_the_tools_on_one_page(shop: Shop) -> None:
    page = await shop.client.get("/llms.txt")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    for word in ("book_job", "list_open_slots", "https://ringback.test/api/v1/openapi.json", "Idempotency-Key"):
        assert word in page.text
