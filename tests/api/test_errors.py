"""Failures of the JSON doors: one shape, and nothing of what was sent comes back."""

import logging

import pytest

from api.errors import problem_body, status_of
from tests.api.doors import key_of, visit_body
from tests.fakes import Shop
from tools.problems import Problem

pytestmark = [pytest.mark.anyio, pytest.mark.engines("sqlite")]

BOOKINGS = "/api/private/v1/bookings"
SECRET = "Sarah's gate code 4471"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("UNAUTHORIZED", 401),
        ("INSUFFICIENT_SCOPE", 403),
        ("NOT_FOUND", 404),
        ("SLOT_UNAVAILABLE", 409),
        ("OUT_OF_SERVICE_AREA", 422),
        ("RATE_LIMITED", 429),
        ("VALIDATION_ERROR", 400),
        ("MISSING_FIELDS", 400),
    ],
)
def test_every_code_has_its_status(code: str, status: int) -> None:
    assert status_of(Problem(code, "No.", fix="Do.")) == status


def test_the_wait_goes_into_a_header_and_not_into_the_body() -> None:
    assert "retry_after" not in problem_body(Problem("RATE_LIMITED", "No.", fix="Wait.", retry_after=3))


async def test_a_problem_is_a_problem_document_with_all_its_members(shop: Shop) -> None:
    answer = await shop.client.get(BOOKINGS)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert {"type", "title", "status", "detail", "code", "fix", "hint"} <= set(answer.json())


async def test_a_wrong_type_is_named_and_what_was_in_it_is_not_repeated(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, visit_body(notes=[SECRET]))
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert [one["field"] for one in answer.json()["errors"]] == ["notes"]
    assert "4471" not in answer.text


async def test_what_is_missing_is_listed(shop: Shop) -> None:
    answer = await (await key_of(shop)).post(BOOKINGS, {"customerName": SECRET})
    assert answer.json()["code"] == "MISSING_FIELDS"
    assert set(answer.json()["fields"]) == {"customerPhone", "scheduledStartAt", "scheduledEndAt"}
    assert "4471" not in answer.text


@pytest.mark.parametrize("body", ['{"notes": "4471"', "[1, 4471]", '"4471"', ""])
async def test_a_body_that_is_no_object_is_refused_without_an_echo(shop: Shop, body: str) -> None:
    key = await key_of(shop)
    headers = {"Authorization": f"Bearer {key.secret}", "Content-Type": "application/json"}
    answer = await shop.client.post(BOOKINGS, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_BODY")
    assert "4471" not in answer.text


async def test_an_unknown_path_answers_in_the_same_shape(shop: Shop) -> None:
    answer = await shop.client.get("/api/private/v1/nowhere")
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (404, "NOT_FOUND", 404)


async def test_a_wrong_method_keeps_its_status(shop: Shop) -> None:
    answer = await shop.client.delete(BOOKINGS)
    assert (answer.status_code, answer.json()["status"]) == (405, 405)


async def test_a_bug_is_told_as_ours_and_logged_without_its_words(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("tools.slots.list_open", broken)
    with caplog.at_level(logging.ERROR):
        answer = await (await key_of(shop)).ask("GET", "/api/private/v1/slots")
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "RuntimeError" in caplog.text
    assert "4471" not in answer.text + caplog.text
