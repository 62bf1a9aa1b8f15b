"""Every operation of the JSON doors, as their description lists them, under bodies made to break it, on both databases.

A lone surrogate cannot be encoded, and PostgreSQL takes no zero character in a text and no integer beyond 64 bits.
"""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from api.limits import RateLimits
from api.wire import ProblemShown
from tests.api.doors import Key, booked, key_of, visit_body
from tests.fakes import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite", "postgres")]

UNLIMITED = 10**9
PRIVATE = "/api/private/v1/bookings"
WORDS = ["\0", "a\0b", "\ud800", "", " ", "x" * 5000, "9" * 400, "2026-13-45", "0001-01-01T00:00:00+14:00", "🔥" * 90]
NUMBERS: list[Any] = [2**31, 2**63, 10**30, -(10**30), -1, 0, float("nan"), float("inf"), 1e300, 0.1, True]
THINGS: list[Any] = [{"a": "\0"}, {"\0": 1}, {"a": "\ud800"}, {"a": 10**400}, {"a": float("nan")}, [[[]]], [None], [{}]]
QUERY_WORDS = ["%00", "%ED%A0%80", "9" * 30, "%F0%9F%94%A5", "0001-01-01", "9999-12-31"]
DEEP = b'{"a":' * 3000 + b"1" + b"}" * 3000
BROKEN: dict[str, tuple[bytes, str]] = {
    "malformed JSON": (b'{"notes": "4471"', "application/json"),
    "a deep nest": (DEEP, "application/json"),
    "invalid UTF-8": (b'{"notes": "\xff\xfe"}', "application/json"),
    "an overlong UTF-8 slash": (b'{"notes": "\xc0\xaf"}', "application/json"),
    "no object": (b"[1, 2]", "application/json"),
    "a bare number": (b"NaN", "application/json"),
    "a form": (b"notes=4471", "application/x-www-form-urlencoded"),
    "plain text": (b'{"notes": 1}', "text/plain"),
}


@pytest.fixture
async def key(shop: Shop) -> Key:
    """A credential with every scope, whose requests are not counted."""
    app = shop.client._transport.app  # type: ignore[attr-defined]
    app.state.house = dataclasses.replace(app.state.house, limits=RateLimits(UNLIMITED, UNLIMITED))
    return await key_of(shop)


@pytest.fixture
async def described(shop: Shop) -> dict[str, Any]:
    told: dict[str, Any] = (await shop.client.get("/api/v1/openapi.json")).json()
    return told


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if "security" in operation and "/voice/" not in path:
                yield method.upper(), path, operation


def refused(answer: httpx2.Response, *, limited: bool = True, about: str = "") -> dict[str, Any]:
    """The body of a refusal, once it is known to be a whole one."""
    assert 400 <= answer.status_code < 500, f"{about} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert list(Draft202012Validator(ProblemShown.model_json_schema()).iter_errors(body)) == []
    assert body["status"] == answer.status_code
    if limited:
        assert "RateLimit-Policy" in answer.headers, f"{about} {answer.text}"
        assert answer.headers["RateLimit-Policy"].startswith('"default";q=')
        assert answer.headers["RateLimit"].startswith('"default";r=')
    return body


async def test_no_member_of_any_body_breaks_anything(shop: Shop, key: Key, described: dict[str, Any]) -> None:
    asked = 0
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    for method, path, operation in operations(described):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        whole = content["example"]
        for member, usual in whole.items():
            odd = NUMBERS if isinstance(usual, int | float) else WORDS if isinstance(usual, str) else THINGS
            for value in odd:
                # Python writes NaN and lone surrogates as any careless client would.
                sent = json.dumps({**whole, member: value})
                answer = await shop.client.request(
                    method, path.replace("{", "").replace("}", ""), content=sent, headers=headers
                )
                assert answer.status_code < 500, f"{method} {path} {member} {value!r:.40}"
                if answer.status_code >= 400:
                    refused(answer)
                asked += 1
    assert asked > 300


async def test_no_parameter_of_any_question_breaks_anything(shop: Shop, key: Key, described: dict[str, Any]) -> None:
    asked = 0
    for method, path, operation in operations(described):
        if method != "GET":
            continue
        for one in operation.get("parameters", ()):
            for word in QUERY_WORDS:
                spot = (
                    path.replace(f"{{{one['name']}}}", word) if one["in"] == "path" else f"{path}?{one['name']}={word}"
                )
                spot = spot.replace("{", "").replace("}", "")
                answer = await key.ask("GET", spot)
                assert answer.status_code < 500, spot
                if answer.status_code >= 400:
                    # A zero in the path names nothing, and is turned away before anybody is known.
                    refused(answer, limited="%00" not in spot.partition("?")[0], about=spot)
                asked += 1
    assert asked > 300


async def test_a_body_that_cannot_be_read_is_a_whole_refusal_by_every_write(
    shop: Shop, key: Key, described: dict[str, Any]
) -> None:
    for method, path, operation in operations(described):
        if "requestBody" in operation:
            where = path.replace("{", "").replace("}", "")
            for kind, (body, content_type) in BROKEN.items():
                sent = {"Authorization": f"Bearer {key.secret}", "Content-Type": content_type}
                answer = await shop.client.request(method, where, content=body, headers=sent)
                assert "4471" not in answer.text
                refused(answer, about=f"{method} {path} {kind}")


async def test_a_body_over_the_limit_is_a_whole_refusal(shop: Shop, key: Key) -> None:
    answer = await key.post(PRIVATE, visit_body(notes="x" * 70_000))
    assert (answer.status_code, refused(answer)["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("body", [b'{"notes"', b"x" * 70_000, DEEP], ids=["malformed", "too large", "deep"])
async def test_who_may_not_ask_hears_so_whatever_they_send(shop: Shop, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer wrong"}
    answer = await shop.client.post(PRIVATE, content=body, headers=headers)
    assert (answer.status_code, refused(answer, limited=False)["code"]) == (401, "UNAUTHORIZED")


async def test_broken_bodies_use_up_the_limit_and_the_429_says_when_to_come_back(shop: Shop) -> None:
    app = shop.client._transport.app  # type: ignore[attr-defined]
    app.state.house = dataclasses.replace(app.state.house, limits=RateLimits(2, UNLIMITED))
    key = await key_of(shop)
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    answers = [await shop.client.post(PRIVATE, content=b"{", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert refused(answers[2])["code"] == "RATE_LIMITED"
    assert answers[2].headers["RateLimit"].startswith('"default";r=0;t=')
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(shop: Shop, key: Key) -> None:
    unknown = await key.ask("GET", "/api/v1/nowhere")
    assert (unknown.status_code, refused(unknown, limited=False)["code"]) == (404, "NOT_FOUND")
    wrong = await key.ask("DELETE", PRIVATE)
    assert (wrong.status_code, refused(wrong, limited=False)["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["Allow"] == "GET, POST"


async def test_the_allowed_methods_are_those_of_the_path_and_not_of_its_neighbours(shop: Shop, key: Key) -> None:
    one = await key.ask("PUT", f"/api/v1/bookings/{(await booked(key))['id']}")
    assert one.headers["Allow"] == "DELETE, GET, PATCH"


@pytest.mark.parametrize("given", ["page=0", "page=1000001", "page=99999999999999999999", "size=0", "limit=-5"])
async def test_a_page_that_cannot_be_is_refused_and_the_reason_is_the_right_one(
    shop: Shop, key: Key, given: str
) -> None:
    name, value = given.split("=")
    [error] = refused(await key.ask("GET", f"{PRIVATE}?{given}"))["errors"]
    assert error["field"] == name
    assert ("less than or equal to 1000000" in error["detail"]) is (int(value) > 1)


@pytest.mark.parametrize("wrong", ["yes", 1, 0.0, "off"])
async def test_a_flag_is_true_or_false_and_nothing_like_it(shop: Shop, key: Key, wrong: object) -> None:
    made = await key.post("/api/v1/webhooks", {"url": "https://hooks.example.com/", "events": ["*"]})
    answer = await key.patch(f"/api/v1/webhooks/{made.json()['id']}", {"active": wrong})
    assert refused(answer)["code"] == "VALIDATION_ERROR"


async def test_json_sent_as_something_else_is_told_so(shop: Shop, key: Key) -> None:
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "text/plain"}
    answer = await shop.client.post(PRIVATE, content=json.dumps(visit_body()), headers=headers)
    assert refused(answer)["fix"] == "Send Content-Type: application/json."
